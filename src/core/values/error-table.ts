import type { ChordalError, ErrorFields } from '../errors/base.ts';
import * as errors from '../errors/caller.ts';
import * as resultErrors from '../errors/result.ts';
import * as taskErrors from '../errors/task.ts';
import { isPlainObject } from './json.ts';

/** The fields of an error of this library, as a record has them. */
export type Fields = Readonly<Record<string, unknown>>;

/** Returns whether a code is that of an error of this library. */
export function isCode(code: unknown): code is errors.ErrorCode {
  return typeof code === 'string' && Object.hasOwn(ERRORS, code);
}

/** Makes the error of a code of this library; undefined if this version does not know its fields. */
export function made(code: string, message: string, fields: Fields): errors.AnyChordalError | undefined {
  // In each row the class takes what the readers give.
  const row = (ERRORS as unknown as Readonly<Record<string, Row<errors.RemoteError>>>)[code];
  if (row === undefined) return undefined;
  const [Class, readers] = row;
  try {
    const own = Object.entries(readers).map(([key, read]) => [key, read(fields[key])]);
    const cause = 'cause' in fields ? { cause: fields['cause'] } : {};
    return new Class(message, { ...Object.fromEntries(own), ...cause } as ErrorFields<errors.RemoteError>);
  } catch {
    // A newer version may have other fields.
    return undefined;
  }
}

/** Returns a code as records have it. */
export function optionalCode(value: unknown): string | number | undefined {
  return typeof value === 'string' || typeof value === 'number' ? value : undefined;
}

// --- internal ---

/** The fields that an error has of its own. */
type OwnFields<E extends errors.AnyChordalError> = Omit<E, keyof ChordalError>;

/** A class and how each field of its own is read; a new error is a row here, as the union of all errors demands. */
type Row<E extends errors.AnyChordalError> = readonly [
  make: new (message: string, fields: ErrorFields<E>) => E,
  fields: { readonly [Key in keyof OwnFields<E>]-?: (value: unknown) => OwnFields<E>[Key] },
];

const ERRORS: { readonly [E in errors.AnyChordalError as E['code']]: Row<E> } = {
  CHORDAL_TASK_FAILED: [
    resultErrors.TaskFailedError,
    {
      errorType: text,
      taskId: text,
      failedTaskId: text,
      failedTask: text,
      remoteStack: optionalText,
      args: optionalList,
      errorCode: optionalCode,
      fields: optionalFields,
      errors: optionalErrors,
    },
  ],
  CHORDAL_TASK_RETRY: [
    resultErrors.TaskRetryError,
    {
      errorType: text,
      taskId: text,
      task: text,
      attempt: number,
      retryAt: date,
      remoteStack: optionalText,
      errorCode: optionalCode,
      fields: optionalFields,
      errors: optionalErrors,
    },
  ],
  CHORDAL_TASK_REVOKED: [resultErrors.TaskRevokedError, { taskId: text, reason: optionalText }],
  CHORDAL_TIMEOUT: [resultErrors.TimeoutError, { taskId: text, timeoutSeconds: number }],
  CHORDAL_UNKNOWN_RESULT: [resultErrors.UnknownResult, { taskId: text }],
  CHORDAL_INVALID_ARGUMENTS: [errors.InvalidArguments, { task: text }],
  CHORDAL_INVALID_CANVAS: [errors.InvalidCanvas, {}],
  CHORDAL_INVALID_OPTIONS: [errors.InvalidOptions, {}],
  CHORDAL_INVALID_MESSAGE: [errors.InvalidMessage, {}],
  CHORDAL_SERIALIZATION: [errors.SerializationError, { path: text }],
  CHORDAL_NOT_REGISTERED: [errors.NotRegistered, { task: text, known: (value) => optionalList(value)?.map(String) }],
  CHORDAL_CANVAS_TOO_DEEP: [errors.CanvasTooDeep, {}],
  CHORDAL_TOO_DEEP: [errors.TooDeep, {}],
  CHORDAL_WOULD_BLOCK: [resultErrors.WouldBlock, {}],
  CHORDAL_CONFIGURATION: [errors.ConfigurationError, {}],
  CHORDAL_SERVICE_UNAVAILABLE: [errors.ServiceUnavailable, {}],
  CHORDAL_WORKER_LOST: [taskErrors.WorkerLostError, {}],
  CHORDAL_MAX_RETRIES_EXCEEDED: [taskErrors.MaxRetriesExceededError, {}],
  CHORDAL_TIME_LIMIT_EXCEEDED: [taskErrors.TimeLimitExceeded, {}],
  CHORDAL_SOFT_TIME_LIMIT_EXCEEDED: [taskErrors.SoftTimeLimitExceeded, {}],
  CHORDAL_IGNORE: [taskErrors.Ignore, {}],
  CHORDAL_REJECT: [taskErrors.Reject, { requeue: (value) => value === true }],
  CHORDAL_INVALID_RESULT: [taskErrors.InvalidResult, {}],
  CHORDAL_EXTERNAL_TASK: [taskErrors.ExternalTaskError, {}],
  CHORDAL_TOLERANCE_EXCEEDED: [taskErrors.ToleranceExceeded, {}],
  CHORDAL_REMOTE: [
    errors.RemoteError,
    {
      errorType: text,
      args: optionalList,
      remoteStack: optionalText,
      errorCode: optionalCode,
      fields: optionalFields,
      errors: optionalErrors,
    },
  ],
};

function text(value: unknown): string {
  if (typeof value !== 'string') throw new TypeError('It is not a string');
  return value;
}

function optionalText(value: unknown): string | undefined {
  return value === undefined ? undefined : text(value);
}

function date(value: unknown): Date {
  if (!(value instanceof Date)) throw new TypeError('It is not a time');
  return value;
}

function number(value: unknown): number {
  if (typeof value !== 'number') throw new TypeError('It is not a number');
  return value;
}

function optionalFields(value: unknown): Fields | undefined {
  return isPlainObject(value) ? value : undefined;
}

/** The errors have been made of their records. */
function optionalErrors(value: unknown): readonly Error[] | undefined {
  return Array.isArray(value) ? value.filter((one) => one instanceof Error) : undefined;
}

function optionalList(value: unknown): readonly unknown[] | undefined {
  return Array.isArray(value) ? value : undefined;
}
