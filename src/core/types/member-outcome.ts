/**
 * The outcome of a header's member, for the body of a chord that collects; or of an item of a batch that collects.
 *
 * @example
 * ```ts
 * const errors = app.task('errors', (outcomes: readonly MemberOutcome<number>[]) =>
 *   outcomes.flatMap((outcome) => (outcome.ok ? [] : [outcome.error.message])),
 * );
 * await chord([add.s(1, 2), fail.s('no disk')], errors.s(), { onMemberFailure: 'collect' })(); // ['no disk']
 * ```
 */
export type MemberOutcome<T> =
  | {
      /** Whether it has a value. */
      readonly ok: true;
      readonly value: T;
    }
  | { readonly ok: false; readonly error: MemberError };

/**
 * The reason why a member has no value.
 *
 * @example
 * ```ts
 * const first = app.task('first', ([outcome]: readonly MemberOutcome<number>[]): MemberError | null =>
 *   outcome === undefined || outcome.ok ? null : outcome.error,
 * );
 * const error = await chord([fail.s('no disk')], first.s(), { onMemberFailure: 'collect' })();
 * error?.errorType; // 'RangeError'
 * error?.failedTask; // 'fail'
 * ```
 */
export interface MemberError {
  /** The name of the error that was thrown. */
  readonly errorType: string;
  /** The message of the error. */
  readonly message: string;
  /** The name of the task that failed first. */
  readonly failedTask: string;
  /** The id of the task that failed first; empty in a direct call. */
  readonly failedTaskId: string;
  /** Its place in the list, from 0: of the member in the header, or of the item in the batch. */
  readonly index: number;
  /** Why it was not run, of one that has not failed: `'expired'` or `'revoked'`. */
  readonly reason?: string;
}
