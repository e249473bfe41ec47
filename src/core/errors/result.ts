/** Errors that a caller gets when it asks for a result. */
import { ChordalError } from './base.ts';
import type { ErrorFields } from './base.ts';

/**
 * The requested task failed, or a task that it needed. `failedTaskId` and `failedTask` name the task that failed first.
 *
 * @example
 * ```ts
 * const error = await (await fail.delay('no disk')).get({ propagate: false });
 * if (isChordalError(error, 'CHORDAL_TASK_FAILED')) {
 *   error.errorType; // 'RangeError'
 *   error.failedTask; // 'fail'
 * }
 * ```
 */
export class TaskFailedError extends ChordalError {
  override readonly name = 'TaskFailedError';
  override readonly code = 'CHORDAL_TASK_FAILED';
  /** The name of the error that the task threw. */
  readonly errorType: string;
  /** The requested id. */
  readonly taskId: string;
  /** The id of the task that failed first: the same id, or that of a task it needed. */
  readonly failedTaskId: string;
  /** The name of the task that failed first. Empty if a group failed because more members had failed than it tolerates. */
  readonly failedTask: string;
  /** The stack of the error on the worker; at most 2 KB. */
  readonly remoteStack?: string | undefined;
  /** The arguments that the error was made with, if the task's error had `args`. */
  readonly args?: readonly unknown[] | undefined;
  /** The `code` of the task's error, if it had one: `'ECONNREFUSED'`. */
  readonly errorCode?: string | number | undefined;
  /** The other fields of the task's error that are plain data; at most 2 KB. Names of secrets are left out. */
  readonly fields?: Readonly<Record<string, unknown>> | undefined;
  /** The errors that the task's error collects, as an AggregateError does; at most ten. */
  readonly errors?: readonly Error[] | undefined;

  constructor(message: string, { cause, ...fields }: ErrorFields<TaskFailedError>) {
    super(message, cause === undefined ? {} : { cause });
    this.errorType = fields.errorType;
    this.taskId = fields.taskId;
    this.failedTaskId = fields.failedTaskId;
    this.failedTask = fields.failedTask;
    this.remoteStack = fields.remoteStack;
    this.args = fields.args;
    this.errorCode = fields.errorCode;
    this.fields = fields.fields;
    this.errors = fields.errors;
  }
}

/**
 * A task has failed and runs again: `info()` returns this while the state is RETRY.
 *
 * @example
 * ```ts
 * const busy = app.task('busy', { bind: true }, (ctx): string => {
 *   if (ctx.request.retries > 0) return 'done';
 *   throw ctx.retry({ countdown: 60, error: new RangeError('no disk') });
 * });
 * const cloud = memoryCloud({ busy: app.handler(busy) }, { time: 'virtual' });
 * const result = await busy.delay();
 * await cloud.clock.sleep(1000);
 * const info = await result.info();
 * if (isChordalError(info, 'CHORDAL_TASK_RETRY')) {
 *   info.message; // 'no disk'
 *   info.attempt; // 1
 *   info.retryAt > new Date(0); // true
 * }
 * cloud.close();
 * ```
 */
export class TaskRetryError extends ChordalError {
  override readonly name = 'TaskRetryError';
  override readonly code = 'CHORDAL_TASK_RETRY';
  /** The name of the error that the task threw; `Retry` if it asked for a retry without one. */
  readonly errorType: string;
  /** The id of the task. */
  readonly taskId: string;
  /** The name of the task. */
  readonly task: string;
  /** The number of the next attempt; the first one was 0. */
  readonly attempt: number;
  /** The time before which it does not run again. */
  readonly retryAt: Date;
  /** The stack of the error on the worker; at most 2 KB. */
  readonly remoteStack?: string | undefined;
  /** The `code` of the task's error, if it had one. */
  readonly errorCode?: string | number | undefined;
  /** The other fields of the task's error that are plain data; at most 2 KB. */
  readonly fields?: Readonly<Record<string, unknown>> | undefined;
  /** The errors that the task's error collects; at most ten. */
  readonly errors?: readonly Error[] | undefined;

  constructor(message: string, { cause, ...fields }: ErrorFields<TaskRetryError>) {
    super(message, cause === undefined ? {} : { cause });
    this.errorType = fields.errorType;
    this.taskId = fields.taskId;
    this.task = fields.task;
    this.attempt = fields.attempt;
    this.retryAt = fields.retryAt;
    this.remoteStack = fields.remoteStack;
    this.errorCode = fields.errorCode;
    this.fields = fields.fields;
    this.errors = fields.errors;
  }
}

/**
 * The requested task was revoked, or a canvas around it.
 *
 * @example
 * ```ts
 * const result = await add.s(1, 2).applyAsync({ countdown: 60 });
 * await result.revoke();
 * await result.get(); // TaskRevokedError
 * ```
 */
export class TaskRevokedError extends ChordalError {
  override readonly name = 'TaskRevokedError';
  override readonly code = 'CHORDAL_TASK_REVOKED';
  /** The requested id. */
  readonly taskId: string;
  /** The reason: `revoked`, `expired`, `purged` or `ignored`. */
  readonly reason?: string | undefined;

  constructor(message: string, { taskId, reason, ...options }: ErrorFields<TaskRevokedError>) {
    super(message, options);
    this.taskId = taskId;
    this.reason = reason;
  }
}

/**
 * The wait for a result ended before the task did. The task goes on.
 *
 * @example
 * ```ts
 * const result = await add.s(1, 2).applyAsync({ countdown: 60 });
 * await result.get({ timeout: 5 }); // TimeoutError
 * ```
 */
export class TimeoutError extends ChordalError {
  override readonly name = 'TimeoutError';
  override readonly code = 'CHORDAL_TIMEOUT';
  /** The id of the awaited task. */
  readonly taskId: string;
  /** The length of the wait. */
  readonly timeoutSeconds: number;

  constructor(message: string, { taskId, timeoutSeconds, ...options }: ErrorFields<TimeoutError>) {
    super(message, options);
    this.taskId = taskId;
    this.timeoutSeconds = timeoutSeconds;
  }
}

/**
 * There is no value to read under this id: it was forgotten, it expired, or the id is of another kind.
 *
 * @example
 * ```ts
 * const result = await add.delay(1, 2);
 * await result.get(); // 3
 * await result.forget();
 * await result.get(); // UnknownResult
 * ```
 */
export class UnknownResult extends ChordalError {
  override readonly name = 'UnknownResult';
  override readonly code = 'CHORDAL_UNKNOWN_RESULT';
  /** The requested id. */
  readonly taskId: string;

  constructor(message: string, { taskId, ...options }: ErrorFields<UnknownResult>) {
    super(message, options);
    this.taskId = taskId;
  }
}

/**
 * A task waited for another task's result, which could take up every worker.
 *
 * @example
 * ```ts
 * const waiting = app.task('waiting', (id: string) => app.asyncResult(id).get());
 * const cloud = memoryCloud({ waiting: app.handler(waiting) }, { time: 'virtual' });
 * const error = await (await waiting.delay('W')).get({ propagate: false });
 * isChordalError(error, 'CHORDAL_TASK_FAILED') && error.errorType; // 'WouldBlock'
 * cloud.close();
 * ```
 */
export class WouldBlock extends ChordalError {
  override readonly name = 'WouldBlock';
  override readonly code = 'CHORDAL_WOULD_BLOCK';
}
