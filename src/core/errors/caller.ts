/**
 * The closed vocabulary of errors: one class for each thing a caller would catch, told apart by a literal `code`.
 * A program may hold two copies of this library, so use {@link isChordalError}, never `instanceof`.
 * Messages read: *Cannot X: reason. Fix.* The reason of a wrong value is *expected Y, got Z* (`mismatch`).
 */

import { ChordalError } from './base.ts';
import type { ErrorFields } from './base.ts';
import type {
  TaskFailedError,
  TaskRetryError,
  TaskRevokedError,
  TimeoutError,
  UnknownResult,
  WouldBlock,
} from './result.ts';
import type { AnyTaskError } from './task.ts';

/**
 * The arguments do not fit the task: too few, too many, keyword arguments where there are none, or refused by its `input` schema.
 *
 * @example
 * ```ts
 * await app.signature('add', { args: [1] }).delay(); // InvalidArguments
 * ```
 */
export class InvalidArguments extends ChordalError {
  override readonly name = 'InvalidArguments';
  override readonly code = 'CHORDAL_INVALID_ARGUMENTS';
  /** The name of the task, or of the function, that was called. */
  readonly task: string;

  constructor(message: string, { task, ...options }: ErrorFields<InvalidArguments>) {
    super(message, options);
    this.task = task;
  }
}

/**
 * A canvas is malformed: invalid signature JSON, an unknown kind, an empty chain.
 *
 * @example
 * ```ts
 * app.signature({ ...add.s(1, 2).toJSON(), task: 'celery.chain' }); // InvalidCanvas
 * ```
 */
export class InvalidCanvas extends ChordalError {
  override readonly name = 'InvalidCanvas';
  override readonly code = 'CHORDAL_INVALID_CANVAS';
}

/**
 * An option of a task, a signature or the app is unknown or has a wrong value.
 *
 * @example
 * ```ts
 * add.s(1, 2).set({ timeLimit: -1 }); // InvalidOptions
 * ```
 */
export class InvalidOptions extends ChordalError {
  override readonly name = 'InvalidOptions';
  override readonly code = 'CHORDAL_INVALID_OPTIONS';
}

/**
 * A message from a queue is not an envelope that this version can read.
 *
 * @example
 * ```ts
 * isChordalError(new InvalidMessage('Cannot read a message as an envelope'), 'CHORDAL_INVALID_MESSAGE'); // true
 * ```
 */
export class InvalidMessage extends ChordalError {
  override readonly name = 'InvalidMessage';
  override readonly code = 'CHORDAL_INVALID_MESSAGE';
}

/**
 * A value cannot be written as JSON, or a text cannot be read as a value. `path` is its place, as in `value.items[3].fn`.
 *
 * @example
 * ```ts
 * await log.delay({ items: [() => 1] }); // SerializationError
 * ```
 */
export class SerializationError extends ChordalError {
  override readonly name = 'SerializationError';
  override readonly code = 'CHORDAL_SERIALIZATION';
  /** The place of the part that failed. */
  readonly path: string;

  constructor(message: string, { path, ...options }: ErrorFields<SerializationError>) {
    super(message, options);
    this.path = path;
  }
}

/**
 * No function runs a task of this name.
 *
 * @example
 * ```ts
 * await app.signature('ad', { args: [1, 2] }).delay(); // NotRegistered
 * ```
 */
export class NotRegistered extends ChordalError {
  override readonly name = 'NotRegistered';
  override readonly code = 'CHORDAL_NOT_REGISTERED';
  /** The name that no function runs. */
  readonly task: string;
  /** The names that functions run. */
  readonly known?: readonly string[] | undefined;

  constructor(message: string, { task, known, ...options }: ErrorFields<NotRegistered>) {
    super(message, options);
    this.task = task;
    this.known = known;
  }
}

/**
 * A canvas nests more frames than a message may carry.
 *
 * @example
 * ```ts
 * let nested: Signature<[], unknown> = add.si(1, 2);
 * for (const _ of range(70)) nested = chain(group([nested]), log.s());
 * await nested.delay(); // CanvasTooDeep
 * ```
 */
export class CanvasTooDeep extends ChordalError {
  override readonly name = 'CanvasTooDeep';
  override readonly code = 'CHORDAL_CANVAS_TOO_DEEP';
}

/**
 * Tasks have launched or replaced each other more often than the app allows: most likely an endless recursion.
 *
 * @example
 * ```ts
 * const again = app.task('again', { bind: true }, (ctx): unknown => ctx.replace(app.signature('again')));
 * const cloud = memoryCloud({ again: app.handler(again) }, { time: 'virtual' });
 * const error = await (await again.delay()).get({ propagate: false });
 * isChordalError(error, 'CHORDAL_TASK_FAILED') && error.errorType; // 'TooDeep'
 * cloud.close();
 * ```
 */
export class TooDeep extends ChordalError {
  override readonly name = 'TooDeep';
  override readonly code = 'CHORDAL_TOO_DEEP';
}

/**
 * Something outside the code is missing or wrong: an environment variable, a table, a port that is taken.
 *
 * @example
 * ```ts
 * cloud.close(); // and CHORDAL_TABLE is not set
 * await app.asyncResult('W').state(); // ConfigurationError
 * ```
 */
export class ConfigurationError extends ChordalError {
  override readonly name = 'ConfigurationError';
  override readonly code = 'CHORDAL_CONFIGURATION';
}

/**
 * A service refused for now: throttled, busy or out of reach. The same call may succeed later.
 *
 * @example
 * ```ts
 * isChordalError(new ServiceUnavailable('The table is busy'), 'CHORDAL_SERVICE_UNAVAILABLE'); // true
 * ```
 */
export class ServiceUnavailable extends ChordalError {
  override readonly name = 'ServiceUnavailable';
  override readonly code = 'CHORDAL_SERVICE_UNAVAILABLE';
}

/**
 * An error that was thrown elsewhere and is not one of ours. `errorType` is its name there.
 *
 * @example
 * ```ts
 * const error = await (await fail.delay('no disk')).get({ propagate: false });
 * if (isChordalError(error, 'CHORDAL_TASK_FAILED') && isChordalError(error.cause, 'CHORDAL_REMOTE')) {
 *   error.cause.errorType; // 'RangeError'
 * }
 * ```
 */
export class RemoteError extends ChordalError {
  override readonly name = 'RemoteError';
  override readonly code = 'CHORDAL_REMOTE';
  /** Its name in the program that threw it. */
  readonly errorType: string;
  /** The arguments that it was made with, if it had `args`. */
  readonly args?: readonly unknown[] | undefined;
  /** Its stack on the worker; at most 2 KB. */
  readonly remoteStack?: string | undefined;
  /** Its `code`, if it had one. */
  readonly errorCode?: string | number | undefined;
  /** Its other fields that are plain data; at most 2 KB. Names of secrets are left out. */
  readonly fields?: Readonly<Record<string, unknown>> | undefined;
  /** The errors that it collects, as an AggregateError does; at most ten. */
  readonly errors?: readonly Error[] | undefined;

  constructor(message: string, { cause, ...fields }: ErrorFields<RemoteError>) {
    super(message, cause === undefined ? {} : { cause });
    this.errorType = fields.errorType;
    this.args = fields.args;
    this.remoteStack = fields.remoteStack;
    this.errorCode = fields.errorCode;
    this.fields = fields.fields;
    this.errors = fields.errors;
  }
}

/**
 * Any error of this library; its `code` tells which.
 *
 * @example
 * ```ts
 * const isMine = (error: AnyChordalError): boolean => error.code === 'CHORDAL_INVALID_OPTIONS';
 * isMine(new InvalidOptions('Cannot use countdown')); // true
 * ```
 */
export type AnyChordalError =
  | TaskFailedError
  | TaskRevokedError
  | TaskRetryError
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
  | AnyTaskError
  | RemoteError;

/**
 * The codes of all errors of this library.
 *
 * @example
 * ```ts
 * const passing: readonly ErrorCode[] = ['CHORDAL_TIMEOUT', 'CHORDAL_SERVICE_UNAVAILABLE'];
 * passing.some((code) => isChordalError(new ServiceUnavailable('The table is busy'), code)); // true
 * ```
 */
export type ErrorCode = AnyChordalError['code'];

/**
 * Returns whether a caught value is an error of this library: any, or the one with the given code. It knows an error by
 * its code, so it also holds for one that another copy of this library made.
 *
 * @param error anything that was caught.
 *
 * @example
 * ```ts
 * const result = await add.delay(1, 2);
 * try {
 *   await result.get({ timeout: 10 });
 * } catch (error) {
 *   if (isChordalError(error, 'CHORDAL_TIMEOUT')) console.log(`${error.taskId} is still running`);
 *   else throw error;
 * }
 * ```
 */
export function isChordalError(error: unknown): error is AnyChordalError;
/**
 * Returns whether a caught value is the error of this library with the given code.
 *
 * @param error anything that was caught.
 * @param code the code of the error.
 */
export function isChordalError<Code extends ErrorCode>(
  error: unknown,
  code: Code,
): error is Extract<AnyChordalError, { code: Code }>;
export function isChordalError(error: unknown, code?: ErrorCode): boolean {
  if (typeof error !== 'object' || error === null || !('code' in error) || typeof error.code !== 'string') return false;
  return code === undefined ? error.code.startsWith('CHORDAL_') : error.code === code;
}
