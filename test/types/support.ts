/** The public API as types alone, without a runtime. Only the compiler reads this. */
import type { ChainFunction } from '../../src/core/types/canvas.ts';
import type { TaskContext } from '../../src/core/types/context.ts';
import type { ChordFunction, GroupFunction } from '../../src/core/types/groups.ts';
import type { KwargsFunction } from '../../src/core/types/options.ts';
import type { AsyncResult, GroupResult, ResultSetFunction } from '../../src/core/types/results.ts';
import type { DeclareTask, DefineTask, ExternalFunction, SignatureFunction } from '../../src/core/types/tasks.ts';

export declare const app: {
  readonly task: DefineTask;
  readonly declare: DeclareTask;
  readonly external: ExternalFunction;
  readonly signature: SignatureFunction;
  readonly resultSet: ResultSetFunction;
  asyncResult(id: string): AsyncResult<unknown>;
  groupResult(id: string): GroupResult<unknown[]>;
};
export declare const chain: ChainFunction;
export declare const group: GroupFunction;
export declare const chord: ChordFunction;
export declare const kwargs: KwargsFunction;
export declare function currentTask(): TaskContext;
export declare function range(start: number, end?: number): number[];
export declare function zip<A, B>(as: Iterable<A>, bs: Iterable<B>): [A, B][];

/** Whether two types are the same. */
export type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** Does not compile unless `Holds` is true. */
export type Expect<Holds extends true> = Holds;
