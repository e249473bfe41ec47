/** The options of calls that come too often: only the last of them runs, or only the first. */

/**
 * Of the calls with one key, only the last runs: `seconds` after it was made. All of them answer with the same id, and
 * get its value.
 *
 * @example
 * ```ts
 * const debounce: Debounce = { key: 'cart-17', seconds: 0.2, maxSeconds: 5 };
 * const first = await add.s(1, 2).applyAsync({ debounce });
 * const last = await add.s(3, 4).applyAsync({ debounce });
 * await first.get(); // 7
 * await last.get(); // 7
 * ```
 */
export interface Debounce {
  /** The name that such calls share: 1 to 1,000 characters. Each app has its own keys, for all its tasks. */
  readonly key: string;
  /** Seconds without a further call before the last one runs; above 0, at most 14 days. */
  readonly seconds: number;
  /** Seconds after the first call in which the last one runs, even if further calls come; at least `seconds`, at most 14 days. Default: no limit. */
  readonly maxSeconds?: number;
}

/**
 * Of the calls with one key, only the first runs, at once. Calls in the `seconds` after it start nothing, and answer
 * with its id.
 *
 * @example
 * ```ts
 * const throttle: Throttle = { key: 'report', seconds: 60 };
 * const first = await add.s(1, 2).applyAsync({ throttle });
 * const second = await add.s(3, 4).applyAsync({ throttle });
 * await second.get(); // 3
 * first.taskId === second.taskId; // true
 * ```
 */
export interface Throttle {
  /** The name that such calls share: 1 to 1,000 characters. Each app has its own keys, for all its tasks. */
  readonly key: string;
  /** Seconds from the first call in which no further one runs; above 0, at most 14 days. */
  readonly seconds: number;
}
