/**
 * The failure that an error callback is called with, before its own arguments.
 *
 * @example
 * ```ts
 * const alarm = app.task('alarm', ({ task, errorType }: FailureInfo) => `${task}: ${errorType}`);
 * const watched = chain(add.s(1, 2), log.s()).linkError(alarm.s()); // alarm runs once, if add or log fails
 * ```
 */
export interface FailureInfo {
  /** The id that failed: the step's, or the body's if its header failed; empty in a direct call. */
  readonly taskId: string;
  /** The id of the task that failed first; empty in a direct call. */
  readonly failedTaskId: string;
  /** The id of the first task of the tree; empty in a direct call. */
  readonly rootId: string;
  /** The name of the task that failed; empty if the failure is that of a canvas. */
  readonly task: string;
  /** The name of the error that was thrown; `TaskRevokedError` if it was not run. */
  readonly errorType: string;
  /** The message of the error. */
  readonly message: string;
  /** Why it was not run, of one that has not failed: `'expired'` or `'revoked'`. */
  readonly reason?: string;
  /** The arguments that the task was called with. */
  readonly args: readonly unknown[];
  /** The keyword arguments that the task was called with. */
  readonly kwargs: Readonly<Record<string, unknown>>;
}
