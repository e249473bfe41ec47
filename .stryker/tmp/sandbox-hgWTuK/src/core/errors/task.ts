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
