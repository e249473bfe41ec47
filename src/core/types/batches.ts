/** Batches: one function called for many items. */
import type { Group, GroupSignature } from './canvas.ts';
import type { MemberOutcome } from './member-outcome.ts';
import type { OnMemberFailure } from './options.ts';

/**
 * How `map`, `starmap` and `chunks` call the function for their items.
 *
 * @example
 * ```ts
 * const half = app.task('half', async (x: number) => {
 *   if (x % 2 !== 0) throw new RangeError(`${x} is odd`);
 *   return x / 2;
 * });
 * const options: BatchOptions<'collect'> = { onMemberFailure: 'collect', concurrency: 10 };
 * const [, second] = await half.map([2, 3], options)();
 * second?.ok === false && second.error.index; // 1
 * ```
 */
export interface BatchOptions<out Mode extends OnMemberFailure = OnMemberFailure> {
  /**
   * `failFast`: the first item that fails fails the task. `collect`: the value has a {@link MemberOutcome} for each item, and
   * an item that fails does not fail the task, nor does `autoretryFor` retry it; `ctx.retry()` still runs all items again.
   * Default `failFast`.
   */
  readonly onMemberFailure?: Mode;
  /**
   * How many items one task works on at once, for functions that wait for something. Values stay in the order of the
   * items. When an item fails, no further one is started, and the task fails when those under way have ended. Default 1.
   */
  readonly concurrency?: number;
  /**
   * Whether clients see the state PROGRESS with `{ current, total }`: how many items are done. It costs one write a second
   * at most, and none in a task that takes less than a second. Default false.
   */
  readonly progress?: boolean;
}

/** The items of a batch: an array or another iterable. In an array the compiler names the wrong item. */
export type Items<T> = readonly T[] | Iterable<T>;

/** The values of a batch: of each item its value, or with `collect` what became of it. */
export type BatchValues<R, Mode extends OnMemberFailure> = Mode extends 'collect' ? MemberOutcome<R>[] : R[];

/**
 * A group of `starmap`s: what `chunks` returns.
 *
 * @example
 * ```ts
 * const chunks: Chunks<number[]> = add.chunks([[1, 1], [2, 2], [3, 3]], 2);
 * await chunks(); // [[2, 4], [6]]
 * await chunks.group().skew({ start: 0, step: 10 })(); // [[2, 4], [6]]
 * ```
 */
export interface Chunks<R extends readonly unknown[]> extends GroupSignature<
  [],
  R[],
  'chunks',
  object,
  readonly unknown[]
> {
  /** Returns the group of its `starmap`s: as a header its members are the chunks. */
  group(): Group<[], R[], object, readonly unknown[]>;
}
