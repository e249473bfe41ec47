import type { AsyncResult } from './results.ts';

/**
 * One of several results that has ended.
 *
 * @example
 * ```ts
 * const result = await group([add.s(1, 2), add.s(3, 4)]).delay();
 * const values: number[] = [];
 * for await (const ended of result.iterate()) {
 *   const { index, value, error }: EndedMember<number> = ended;
 *   if (error === undefined) values[index] = value;
 * }
 * values; // [3, 7]
 * ```
 */
export type EndedMember<T> = {
  /** Its place, from 0. */
  readonly index: number;
  /** Its handle. */
  readonly result: AsyncResult<T>;
} & (
  | {
      /** Its value; absent if it has none. */
      readonly value: T;
      /** Its error: TaskFailedError or TaskRevokedError; absent if it has ended well. */
      readonly error?: undefined;
    }
  | { readonly value?: undefined; readonly error: Error }
);
