/** The public API as types alone: what users see, whatever the runtime is. Only the compiler reads this. */
import type { ChainFunction } from '../../src/core/canvas-types.ts';
import type { TaskContext } from '../../src/core/context-types.ts';
import type { ChordFunction, GroupFunction } from '../../src/core/group-types.ts';
import type { KwargsFunction } from '../../src/core/option-types.ts';
import type { AsyncResult, GroupResult, ResultSetFunction } from '../../src/core/result-types.ts';
import type { DeclareTask, DefineTask, SignatureFunction } from '../../src/core/task-types.ts';

export declare const app: {
  readonly task: DefineTask;
  readonly declare: DeclareTask;
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
