/**
 * The countdowns of a group's members.
 *
 * @example
 * ```ts
 * const options: SkewOptions = { start: 1, stop: 60, step: 5 };
 * const result = await group(range(3).map((i) => add.s(i, i))).skew(options).delay();
 * await result.get(); // [0, 2, 4]
 * ```
 */
export interface SkewOptions {
  /** Seconds before the first member starts. Default 1. */
  readonly start?: number;
  /** Seconds that no countdown exceeds: further members start with the last one. Default: no limit. */
  readonly stop?: number;
  /** Seconds from one member to the next. Default 1. */
  readonly step?: number;
}
