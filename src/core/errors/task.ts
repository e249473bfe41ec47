/** Errors that the engine gives a task, and that its caller sees as the `errorType` of a TaskFailedError. */
import { ChordalError } from './base.ts';

/**
 * A task's worker ended without an outcome, as often as the app allows, or its message ended in the dead-letter queue.
 *
 * @example
 * ```ts
 * isChordalError(new WorkerLostError('Cannot run crash (W) again'), 'CHORDAL_WORKER_LOST'); // true
 * ```
 */
export class WorkerLostError extends ChordalError {
  override readonly name = 'WorkerLostError';
  override readonly code = 'CHORDAL_WORKER_LOST';
}

/**
 * A task asked for one more retry than it may have, and gave no error of its own.
 *
 * @example
 * ```ts
 * const never = app.task('never', { bind: true, maxRetries: 2 }, (ctx) => {
 *   throw ctx.retry({ countdown: 1 });
 * });
 * const cloud = memoryCloud({ never: app.handler(never) }, { time: 'virtual' });
 * const error = await (await never.delay()).get({ propagate: false });
 * isChordalError(error, 'CHORDAL_TASK_FAILED') && error.errorType; // 'MaxRetriesExceededError'
 * cloud.close();
 * ```
 */
export class MaxRetriesExceededError extends ChordalError {
  override readonly name = 'MaxRetriesExceededError';
  override readonly code = 'CHORDAL_MAX_RETRIES_EXCEEDED';
}

/**
 * A task ran longer than its `timeLimit`.
 *
 * @example
 * ```ts
 * const slow = app.task('slow', { timeLimit: 1 }, () => cloud.clock.sleep(5000));
 * const cloud = memoryCloud({ slow: app.handler(slow) }, { time: 'virtual' });
 * const error = await (await slow.delay()).get({ propagate: false });
 * isChordalError(error, 'CHORDAL_TASK_FAILED') && error.errorType; // 'TimeLimitExceeded'
 * cloud.close();
 * ```
 */
export class TimeLimitExceeded extends ChordalError {
  override readonly name = 'TimeLimitExceeded';
  override readonly code = 'CHORDAL_TIME_LIMIT_EXCEEDED';
}

/**
 * A task ran longer than its `softTimeLimit`: the reason of its abort signal, for the task to catch.
 *
 * @example
 * ```ts
 * const careful = app.task('careful', { softTimeLimit: 1 }, async () => {
 *   const { signal } = currentTask();
 *   await cloud.clock.sleep(5000, signal);
 *   return isChordalError(signal.reason, 'CHORDAL_SOFT_TIME_LIMIT_EXCEEDED');
 * });
 * const cloud = memoryCloud({ careful: app.handler(careful) }, { time: 'virtual' });
 * await (await careful.delay()).get(); // true
 * cloud.close();
 * ```
 */
export class SoftTimeLimitExceeded extends ChordalError {
  override readonly name = 'SoftTimeLimitExceeded';
  override readonly code = 'CHORDAL_SOFT_TIME_LIMIT_EXCEEDED';
}

/**
 * A task throws it to end without a value and without a failure, as in Celery: it is REVOKED with the reason `ignored`.
 * Nothing that follows it runs, and no error callback of its own is called.
 *
 * @example
 * ```ts
 * const skip = app.task('skip', (): number => {
 *   throw new Ignore('There is nothing to do');
 * });
 * const cloud = memoryCloud({ skip: app.handler(skip) }, { time: 'virtual' });
 * const result = await skip.delay();
 * await result.get({ propagate: false });
 * await result.state(); // 'REVOKED'
 * cloud.close();
 * ```
 */
export class Ignore extends ChordalError {
  override readonly name = 'Ignore';
  override readonly code = 'CHORDAL_IGNORE';
}

/**
 * A task throws it to give its message back, as in Celery: to the dead-letter queue, where `chordal dlq redrive` finds it and
 * the task fails with WorkerLostError, or with `requeue` to its queue. There it comes back after 5 to 10 s, after twice
 * that with each receive, and becomes a dead letter after the fiftieth.
 *
 * @example
 * ```ts
 * const picky = app.task('picky', (x: number): number => {
 *   if (x < 0) throw new Reject('It is below 0');
 *   return x;
 * });
 * const cloud = memoryCloud({ picky: app.handler(picky) }, { time: 'virtual', logLevel: 'silent' });
 * const error = await (await picky.delay(-1)).get({ propagate: false });
 * isChordalError(error, 'CHORDAL_TASK_FAILED') && error.errorType; // 'WorkerLostError'
 * cloud.close();
 * ```
 */
export class Reject extends ChordalError {
  override readonly name = 'Reject';
  override readonly code = 'CHORDAL_REJECT';
  /** Whether the message goes back to its own queue. */
  readonly requeue: boolean;

  /**
   * @param message the reason, which the dead letter has.
   * @param options whether to requeue; default false.
   */
  constructor(
    message: string,
    { requeue = false, ...options }: { readonly requeue?: boolean; readonly cause?: unknown } = {},
  ) {
    super(message, options);
    this.requeue = requeue;
  }
}

/**
 * A task returned a value that its `output` schema refuses.
 *
 * @example
 * ```ts
 * isChordalError(new InvalidResult('Cannot use the result of half'), 'CHORDAL_INVALID_RESULT'); // true
 * ```
 */
export class InvalidResult extends ChordalError {
  override readonly name = 'InvalidResult';
  override readonly code = 'CHORDAL_INVALID_RESULT';
}

/**
 * A Python worker reports the failure of a task that it ran for this app, and its error cannot be read.
 *
 * @example
 * ```ts
 * isChordalError(new ExternalTaskError('Cannot read the error of proj.add'), 'CHORDAL_EXTERNAL_TASK'); // true
 * ```
 */
export class ExternalTaskError extends ChordalError {
  override readonly name = 'ExternalTaskError';
  override readonly code = 'CHORDAL_EXTERNAL_TASK';
}

/**
 * More members of a chord's header have failed than its `tolerate` allows.
 *
 * @example
 * ```ts
 * const count = app.task('count', (outcomes: readonly MemberOutcome<number>[]) => outcomes.length);
 * const canvas = chord([add.s(1, 2), fail.s('no disk')], count.s(), { tolerate: 0 });
 * await canvas().catch((error: Error) => error.name); // 'ToleranceExceeded'
 * ```
 */
export class ToleranceExceeded extends ChordalError {
  override readonly name = 'ToleranceExceeded';
  override readonly code = 'CHORDAL_TOLERANCE_EXCEEDED';
}

/** Any error that the engine gives a task, or that a task throws to tell the engine something. */
export type AnyTaskError =
  | WorkerLostError
  | MaxRetriesExceededError
  | TimeLimitExceeded
  | SoftTimeLimitExceeded
  | Ignore
  | Reject
  | InvalidResult
  | ExternalTaskError
  | ToleranceExceeded;
