/**
 * The closed vocabulary of errors: one class for each thing a caller would catch, told apart by a literal `code`.
 * A program may hold two copies of this library, so use {@link isChordalError}, never `instanceof`.
 * Messages read: *Cannot X as Y: current value is Z*, and what to do.
 */

/**
 * What all errors of this library have in common. The other fields of a class are what a program may need from it; they travel with the
 * error from a worker to its caller.
 *
 * @example
 * throw new NotRegistered(`Cannot run task as "ad": no task has that name; did you mean "add"?`, { task: 'ad', known: ['add'] });
 */
export abstract class ChordalError extends Error {
  abstract override readonly name: string;
  abstract readonly code: string;
}

/** What the constructor of an error takes after the message: its own fields, and the `cause`. */
export type ErrorFields<E extends ChordalError> = Omit<E, keyof ChordalError> & ErrorOptions;

/** The task asked for failed, or something it needed did. `failedTaskId` and `failedTask` say what failed first. */
export class TaskFailedError extends ChordalError {
  override readonly name = 'TaskFailedError';
  override readonly code = 'CHORDAL_TASK_FAILED';
  /** The name of the error that the task threw. */
  readonly errorType: string;
  readonly taskId: string;
  readonly failedTaskId: string;
  readonly failedTask: string;
  readonly remoteStack?: string | undefined;
  /** What the error was made with, if the task's error had `args`. */
  readonly args?: readonly unknown[] | undefined;

  constructor(
    message: string,
    { errorType, taskId, failedTaskId, failedTask, remoteStack, args, ...options }: ErrorFields<TaskFailedError>,
  ) {
    super(message, options);
    this.errorType = errorType;
    this.taskId = taskId;
    this.failedTaskId = failedTaskId;
    this.failedTask = failedTask;
    this.remoteStack = remoteStack;
    this.args = args;
  }
}

/** The task asked for was revoked, or something around it was. */
export class TaskRevokedError extends ChordalError {
  override readonly name = 'TaskRevokedError';
  override readonly code = 'CHORDAL_TASK_REVOKED';
  readonly taskId: string;
  readonly reason?: string | undefined;

  constructor(message: string, { taskId, reason, ...options }: ErrorFields<TaskRevokedError>) {
    super(message, options);
    this.taskId = taskId;
    this.reason = reason;
  }
}

/** The wait for a result ended before the task did. The task goes on. */
export class TimeoutError extends ChordalError {
  override readonly name = 'TimeoutError';
  override readonly code = 'CHORDAL_TIMEOUT';
  readonly taskId: string;
  readonly timeoutSeconds: number;

  constructor(message: string, { taskId, timeoutSeconds, ...options }: ErrorFields<TimeoutError>) {
    super(message, options);
    this.taskId = taskId;
    this.timeoutSeconds = timeoutSeconds;
  }
}

/** There is no value to read under this id: it was forgotten, it expired, or the id is of another kind. */
export class UnknownResult extends ChordalError {
  override readonly name = 'UnknownResult';
  override readonly code = 'CHORDAL_UNKNOWN_RESULT';
  readonly taskId: string;

  constructor(message: string, { taskId, ...options }: ErrorFields<UnknownResult>) {
    super(message, options);
    this.taskId = taskId;
  }
}

/** The arguments do not fit the task: too few, too many, keyword arguments where there are none, or refused by its `input` schema. */
export class InvalidArguments extends ChordalError {
  override readonly name = 'InvalidArguments';
  override readonly code = 'CHORDAL_INVALID_ARGUMENTS';
  readonly task: string;

  constructor(message: string, { task, ...options }: ErrorFields<InvalidArguments>) {
    super(message, options);
    this.task = task;
  }
}

/** A canvas is malformed: signature JSON that is none, an unknown kind, an empty chain. */
export class InvalidCanvas extends ChordalError {
  override readonly name = 'InvalidCanvas';
  override readonly code = 'CHORDAL_INVALID_CANVAS';
}

/** An option of a task, a signature or the app is unknown or has a wrong value. */
export class InvalidOptions extends ChordalError {
  override readonly name = 'InvalidOptions';
  override readonly code = 'CHORDAL_INVALID_OPTIONS';
}

/** A message from a queue is not an envelope that this version can read. */
export class InvalidMessage extends ChordalError {
  override readonly name = 'InvalidMessage';
  override readonly code = 'CHORDAL_INVALID_MESSAGE';
}

/** A value cannot be written as JSON, or a text cannot be read as a value. `path` leads to the culprit, as in `value.items[3].fn`. */
export class SerializationError extends ChordalError {
  override readonly name = 'SerializationError';
  override readonly code = 'CHORDAL_SERIALIZATION';
  readonly path: string;

  constructor(message: string, { path, ...options }: ErrorFields<SerializationError>) {
    super(message, options);
    this.path = path;
  }
}

/** No task has this name, here or in the manifest. */
export class NotRegistered extends ChordalError {
  override readonly name = 'NotRegistered';
  override readonly code = 'CHORDAL_NOT_REGISTERED';
  readonly task: string;
  readonly known?: readonly string[] | undefined;

  constructor(message: string, { task, known, ...options }: ErrorFields<NotRegistered>) {
    super(message, options);
    this.task = task;
    this.known = known;
  }
}

/** A canvas nests more frames than a message may carry. */
export class CanvasTooDeep extends ChordalError {
  override readonly name = 'CanvasTooDeep';
  override readonly code = 'CHORDAL_CANVAS_TOO_DEEP';
}

/** Tasks have launched or replaced each other more often than the app allows: most likely a recursion without an end. */
export class TooDeep extends ChordalError {
  override readonly name = 'TooDeep';
  override readonly code = 'CHORDAL_TOO_DEEP';
}

/** A task waited for another task's result, which could take up every worker. */
export class WouldBlock extends ChordalError {
  override readonly name = 'WouldBlock';
  override readonly code = 'CHORDAL_WOULD_BLOCK';
}

/** Something outside the code is missing or wrong: an environment variable, a table, a port that is taken. */
export class ConfigurationError extends ChordalError {
  override readonly name = 'ConfigurationError';
  override readonly code = 'CHORDAL_CONFIGURATION';
}

/** A service refused for now: throttled, busy or out of reach. The same call may succeed later. */
export class ServiceUnavailable extends ChordalError {
  override readonly name = 'ServiceUnavailable';
  override readonly code = 'CHORDAL_SERVICE_UNAVAILABLE';
}

/** A task's worker ended without an outcome, as often as the app allows, or its message ended in the dead-letter queue. */
export class WorkerLostError extends ChordalError {
  override readonly name = 'WorkerLostError';
  override readonly code = 'CHORDAL_WORKER_LOST';
}

/** A task asked for one more retry than it may have, and gave no error of its own. */
export class MaxRetriesExceededError extends ChordalError {
  override readonly name = 'MaxRetriesExceededError';
  override readonly code = 'CHORDAL_MAX_RETRIES_EXCEEDED';
}

/** A task ran longer than its `timeLimit`. */
export class TimeLimitExceeded extends ChordalError {
  override readonly name = 'TimeLimitExceeded';
  override readonly code = 'CHORDAL_TIME_LIMIT_EXCEEDED';
}

/** A task ran longer than its `softTimeLimit`: the reason of its abort signal, for the task to catch. */
export class SoftTimeLimitExceeded extends ChordalError {
  override readonly name = 'SoftTimeLimitExceeded';
  override readonly code = 'CHORDAL_SOFT_TIME_LIMIT_EXCEEDED';
}

/** An error that was thrown elsewhere and is none of ours. `errorType` is its name there. */
export class RemoteError extends ChordalError {
  override readonly name = 'RemoteError';
  override readonly code = 'CHORDAL_REMOTE';
  readonly errorType: string;
  readonly args?: readonly unknown[] | undefined;
  readonly remoteStack?: string | undefined;

  constructor(message: string, { errorType, args, remoteStack, ...options }: ErrorFields<RemoteError>) {
    super(message, options);
    this.errorType = errorType;
    this.args = args;
    this.remoteStack = remoteStack;
  }
}

/** Any error of this library; its `code` tells which. */
export type AnyChordalError =
  | TaskFailedError
  | TaskRevokedError
  | TimeoutError
  | UnknownResult
  | InvalidArguments
  | InvalidCanvas
  | InvalidOptions
  | InvalidMessage
  | SerializationError
  | NotRegistered
  | CanvasTooDeep
  | TooDeep
  | WouldBlock
  | ConfigurationError
  | ServiceUnavailable
  | WorkerLostError
  | MaxRetriesExceededError
  | TimeLimitExceeded
  | SoftTimeLimitExceeded
  | RemoteError;

/** The codes of all errors of this library. */
export type ErrorCode = AnyChordalError['code'];

/**
 * Whether a caught value is an error of this library: any, or the one with the given code. It knows an error by its code, so it also
 * holds for one that another copy of this library made.
 *
 * @example
 * try {
 *   await result.get({ timeout: 10 });
 * } catch (error) {
 *   if (isChordalError(error, 'CHORDAL_TIMEOUT')) console.log(`${error.taskId} is still running`);
 *   else throw error;
 * }
 */
export function isChordalError(error: unknown): error is AnyChordalError;
export function isChordalError<Code extends ErrorCode>(
  error: unknown,
  code: Code,
): error is Extract<AnyChordalError, { code: Code }>;
export function isChordalError(error: unknown, code?: ErrorCode): boolean {
  if (typeof error !== 'object' || error === null || !('code' in error) || typeof error.code !== 'string') return false;
  return code === undefined ? error.code.startsWith('CHORDAL_') : error.code === code;
}

/**
 * Whether what was asked of the cloud may succeed later: it refuses, for now or until somebody gives it back a right, a
 * key or a table. Such an error delays, and decides nothing.
 */
export function isRefusal(error: unknown): error is ServiceUnavailable | ConfigurationError {
  return isChordalError(error, 'CHORDAL_SERVICE_UNAVAILABLE') || isChordalError(error, 'CHORDAL_CONFIGURATION');
}
