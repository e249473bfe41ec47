import type { ChordalError, ErrorFields } from '../errors/base.ts';
import * as errors from '../errors/caller.ts';
import * as resultErrors from '../errors/result.ts';
import * as taskErrors from '../errors/task.ts';
import { cutTo, describe } from '../text/describe.ts';
import { mismatch } from '../text/mismatch.ts';
import { compact } from './compact.ts';
import { isPlainObject } from './json.ts';
import type { Json, JsonObject } from './json.ts';
import { fromJson, toJson } from './serializer.ts';

/** An error as JSON. */
export type FailureRecord = {
  /** The error's name; `ThrownValue` for a value that is not an error. */
  readonly errorType: string;
  /** At most 1 KB. */
  readonly message: string;
  /** The arguments that the error was made with, if it has an array `args` that can be serialised into 4 KB. */
  readonly args?: readonly Json[];
  /** At most 2 KB. */
  readonly stack?: string;
  /** Of an error of this library. */
  readonly code?: string;
  /** The fields of an error of this library. */
  readonly data?: JsonObject;
};

/**
 * Returns the record of any thrown value. It never throws, and the size of the record is limited. The `cause` is left
 * out: it may be anything.
 *
 * @example
 * toFailure(new RangeError('too far')); // { errorType: 'RangeError', message: 'too far', stack: '…' }
 * toFailure('x'); // { errorType: 'ThrownValue', message: 'Cannot read the thrown value: expected an Error, got "x"', args: ['x'] }
 */
export function toFailure(thrown: unknown): FailureRecord {
  try {
    if (isError(thrown)) return recordOf(thrown);
  } catch {
    // A proxy that refuses even to be asked; describe() says so.
  }
  const message = `Cannot read the thrown value: ${mismatch('an Error', describe(thrown))}`;
  return compact({ errorType: 'ThrownValue', message, args: argsOf([thrown]) });
}

/**
 * Returns the type of any thrown value, as its record names it: an error's own name, else that of its class.
 *
 * @example
 * errorTypeOf(new (class Busy extends Error {})()); // 'Busy'
 * errorTypeOf('x'); // 'ThrownValue'
 */
export function errorTypeOf(thrown: unknown): string {
  return toFailure(thrown).errorType;
}

/**
 * Returns the error of a record: an error of this library as its class, every other as a {@link errors.RemoteError},
 * and so is one whose code or fields this version does not know. Its `stack` is the recorded one, if there is one.
 *
 * @example
 * fromFailure({ errorType: 'RangeError', message: 'too far' }); // RemoteError, with errorType 'RangeError'
 */
export function fromFailure(record: Json): errors.AnyChordalError {
  const { errorType, message, args, stack, code, data } = fieldsOf(valueOf(record));
  const text =
    typeof message === 'string'
      ? message
      : `Cannot read a failure: ${mismatch('a record with a message', describe(record))}`;
  const known = isCode(code) ? made(code, text, { ...fieldsOf(data), args }) : undefined;
  if (known === undefined) {
    return new errors.RemoteError(text, {
      errorType: typeof errorType === 'string' ? errorType : 'UnknownError',
      args: Array.isArray(args) ? args : undefined,
      remoteStack: typeof stack === 'string' ? stack : undefined,
    });
  }
  if (typeof stack === 'string') known.stack = stack;
  return known;
}

// --- internal ---

type Fields = Readonly<Record<string, unknown>>;

const MESSAGE_BYTES = 1024;
const NAME_BYTES = 200;
const STACK_BYTES = 2048;
const JSON_CHARACTERS = 4096;

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
  CHORDAL_REMOTE: [errors.RemoteError, { errorType: text, args: optionalList, remoteStack: optionalText }],
};

function recordOf(error: object): FailureRecord {
  const code = property(error, 'code');
  const remoteType = code === 'CHORDAL_REMOTE' ? textOf(error, 'errorType') : undefined;
  const full = textOf(error, 'message') ?? '';
  const message = cutTo(full, MESSAGE_BYTES);
  // A stack begins with the message; a long one would leave no room for the rest.
  const stack = textOf(error, remoteType === undefined ? 'stack' : 'remoteStack')?.replace(full, () => message);
  return compact({
    errorType: cutTo(remoteType ?? nameOf(error), NAME_BYTES),
    message,
    args: argsOf(property(error, 'args')),
    stack: stack === undefined ? undefined : cutTo(stack, STACK_BYTES),
    ...(isCode(code) && remoteType === undefined ? { code, data: dataOf(error) } : {}),
  });
}

/** Returns whether a value is an error: one of another realm is not an instance of our Error. */
function isError(thrown: unknown): thrown is object {
  if (thrown instanceof Error) return true;
  if (typeof thrown !== 'object' || thrown === null) return false;
  return textOf(thrown, 'name') !== undefined && textOf(thrown, 'message') !== undefined;
}

/** Returns the name of an error: a class that extends Error and sets no name inherits a meaningless one. */
function nameOf(error: object): string {
  const name = textOf(error, 'name') ?? '';
  const constructor = property(error, 'constructor');
  const className = typeof constructor === 'function' ? constructor.name : '';
  const isInherited = !Object.hasOwn(error, 'name') && BUILT_IN_NAME.test(name);
  return (isInherited ? className || name : name || className) || 'Error';
}

const BUILT_IN_NAME = /^(Aggregate|Eval|Range|Reference|Syntax|Type|URI)?Error$/;

function textOf(error: object, key: string): string | undefined {
  const value = property(error, key);
  return typeof value === 'string' ? value : undefined;
}

function property(object: object, key: string): unknown {
  try {
    const value: unknown = Reflect.get(object, key);
    return value;
  } catch {
    return undefined;
  }
}

function dataOf(error: object): JsonObject {
  const data: Record<string, Json> = {};
  for (const key of Object.keys(error)) {
    if (['name', 'message', 'stack', 'cause', 'code', 'args'].includes(key)) continue;
    const value = property(error, key);
    const json = value === undefined ? undefined : smallJson(value);
    if (json !== undefined) data[key] = json;
  }
  return data;
}

function argsOf(args: unknown): readonly Json[] | undefined {
  const json = smallJson(args);
  return Array.isArray(json) ? json : undefined;
}

/** Returns the JSON of a value, unless it has none or is large. */
function smallJson(value: unknown): Json | undefined {
  try {
    const json = toJson(value, 'an error');
    return JSON.stringify(json).length <= JSON_CHARACTERS ? json : undefined;
  } catch {
    return undefined;
  }
}

function isCode(code: unknown): code is errors.ErrorCode {
  return typeof code === 'string' && Object.hasOwn(ERRORS, code);
}

function made(code: string, message: string, fields: Fields): errors.AnyChordalError | undefined {
  // In each row the class takes what the readers give.
  const row = (ERRORS as unknown as Readonly<Record<string, Row<errors.RemoteError>>>)[code];
  if (row === undefined) return undefined;
  const [Class, readers] = row;
  try {
    const own = Object.entries(readers).map(([key, read]) => [key, read(fields[key])]);
    return new Class(message, Object.fromEntries(own) as ErrorFields<errors.RemoteError>);
  } catch {
    // A newer version may have other fields.
    return undefined;
  }
}

function fieldsOf(json: unknown): Fields {
  return isPlainObject(json) ? json : {};
}

/**
 * Returns the record with the values of its args and data, or as it is if they have a mark that this version does not
 * know.
 */
function valueOf(record: Json): unknown {
  try {
    return fromJson(record, 'an error');
  } catch {
    return record;
  }
}

function text(value: unknown): string {
  if (typeof value !== 'string') throw new TypeError('It is not a string');
  return value;
}

function optionalText(value: unknown): string | undefined {
  return value === undefined ? undefined : text(value);
}

function number(value: unknown): number {
  if (typeof value !== 'number') throw new TypeError('It is not a number');
  return value;
}

function optionalList(value: unknown): readonly unknown[] | undefined {
  return Array.isArray(value) ? value : undefined;
}
