import * as errors from '../errors/caller.ts';
import * as resultErrors from '../errors/result.ts';
import * as taskErrors from '../errors/task.ts';
import { cutTo, describe } from '../text/describe.ts';
import { compact } from './compact.ts';
import { isPlainObject } from './json.ts';
import type { Json, JsonObject } from './json.ts';
import { fromJson, toJson } from './serializer.ts';

/** An error as JSON. */
export type FailureRecord = {
  /** The error's name; `ThrownValue` for what is no error. */
  readonly errorType: string;
  /** At most 1 KB. */
  readonly message: string;
  /** What the error was made with, if it has an array `args` that can be serialised into 4 KB. */
  readonly args?: readonly Json[];
  /** At most 2 KB. */
  readonly stack?: string;
  /** Of an error of this library. */
  readonly code?: string;
  /** The fields of an error of this library. */
  readonly data?: JsonObject;
};

/**
 * The record of whatever was thrown. It never throws, and its size is limited. The `cause` stays behind: it may be anything.
 *
 * @example
 * toFailure(new RangeError('too far')); // { errorType: 'RangeError', message: 'too far', stack: '…' }
 * toFailure('x'); // { errorType: 'ThrownValue', message: 'Cannot read what was thrown as an error: current value is "x"; …', args: ['x'] }
 */
export function toFailure(thrown: unknown): FailureRecord {
  try {
    if (isError(thrown)) return recordOf(thrown);
  } catch {
    // A proxy that refuses even to be asked; describe() says so.
  }
  const message = `Cannot read what was thrown as an error: current value is ${describe(thrown)}; throw an Error`;
  return compact({ errorType: 'ThrownValue', message, args: argsOf([thrown]) });
}

/**
 * The type of whatever was thrown, as its record says it: an error's own name, else that of its class.
 *
 * @example
 * errorTypeOf(new (class Busy extends Error {})()); // 'Busy'
 * errorTypeOf('x'); // 'ThrownValue'
 */
export function errorTypeOf(thrown: unknown): string {
  return toFailure(thrown).errorType;
}

/**
 * The error of a record: an error of this library as its class, every other as a {@link errors.RemoteError}, and so is one whose code or
 * fields this version does not know. Its `stack` is the recorded one, if there is one.
 *
 * @example
 * fromFailure({ errorType: 'RangeError', message: 'too far' }); // RemoteError, with errorType 'RangeError'
 */
export function fromFailure(record: Json): errors.AnyChordalError {
  const { errorType, message, args, stack, code, data } = fieldsOf(valueOf(record));
  const text = typeof message === 'string' ? message : `Cannot read a failure: current value is ${describe(record)}`;
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

const MAKERS: { readonly [Code in errors.ErrorCode]: (message: string, fields: Fields) => errors.AnyChordalError } = {
  CHORDAL_TASK_FAILED: (message, fields) =>
    new resultErrors.TaskFailedError(message, {
      errorType: text(fields, 'errorType'),
      taskId: text(fields, 'taskId'),
      failedTaskId: text(fields, 'failedTaskId'),
      failedTask: text(fields, 'failedTask'),
      remoteStack: optionalText(fields, 'remoteStack'),
      args: optionalList(fields, 'args'),
    }),
  CHORDAL_TASK_REVOKED: (message, fields) =>
    new resultErrors.TaskRevokedError(message, {
      taskId: text(fields, 'taskId'),
      reason: optionalText(fields, 'reason'),
    }),
  CHORDAL_TIMEOUT: (message, fields) =>
    new resultErrors.TimeoutError(message, {
      taskId: text(fields, 'taskId'),
      timeoutSeconds: number(fields, 'timeoutSeconds'),
    }),
  CHORDAL_UNKNOWN_RESULT: (message, fields) =>
    new resultErrors.UnknownResult(message, { taskId: text(fields, 'taskId') }),
  CHORDAL_INVALID_ARGUMENTS: (message, fields) => new errors.InvalidArguments(message, { task: text(fields, 'task') }),
  CHORDAL_INVALID_CANVAS: (message) => new errors.InvalidCanvas(message),
  CHORDAL_INVALID_OPTIONS: (message) => new errors.InvalidOptions(message),
  CHORDAL_INVALID_MESSAGE: (message) => new errors.InvalidMessage(message),
  CHORDAL_SERIALIZATION: (message, fields) => new errors.SerializationError(message, { path: text(fields, 'path') }),
  CHORDAL_NOT_REGISTERED: (message, fields) =>
    new errors.NotRegistered(message, {
      task: text(fields, 'task'),
      known: optionalList(fields, 'known')?.map(String),
    }),
  CHORDAL_CANVAS_TOO_DEEP: (message) => new errors.CanvasTooDeep(message),
  CHORDAL_TOO_DEEP: (message) => new errors.TooDeep(message),
  CHORDAL_WOULD_BLOCK: (message) => new resultErrors.WouldBlock(message),
  CHORDAL_CONFIGURATION: (message) => new errors.ConfigurationError(message),
  CHORDAL_SERVICE_UNAVAILABLE: (message) => new errors.ServiceUnavailable(message),
  CHORDAL_WORKER_LOST: (message) => new taskErrors.WorkerLostError(message),
  CHORDAL_MAX_RETRIES_EXCEEDED: (message) => new taskErrors.MaxRetriesExceededError(message),
  CHORDAL_TIME_LIMIT_EXCEEDED: (message) => new taskErrors.TimeLimitExceeded(message),
  CHORDAL_SOFT_TIME_LIMIT_EXCEEDED: (message) => new taskErrors.SoftTimeLimitExceeded(message),
  CHORDAL_REMOTE: (message, fields) =>
    new errors.RemoteError(message, {
      errorType: text(fields, 'errorType'),
      args: optionalList(fields, 'args'),
      remoteStack: optionalText(fields, 'remoteStack'),
    }),
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

/** An error of another realm is no instance of our Error. */
function isError(thrown: unknown): thrown is object {
  if (thrown instanceof Error) return true;
  if (typeof thrown !== 'object' || thrown === null) return false;
  return textOf(thrown, 'name') !== undefined && textOf(thrown, 'message') !== undefined;
}

/** A class that extends Error and sets no name inherits one that says nothing. */
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

/** The JSON of a value, unless it has none or is large. */
function smallJson(value: unknown): Json | undefined {
  try {
    const json = toJson(value, 'an error');
    return JSON.stringify(json).length <= JSON_CHARACTERS ? json : undefined;
  } catch {
    return undefined;
  }
}

function isCode(code: unknown): code is errors.ErrorCode {
  return typeof code === 'string' && Object.hasOwn(MAKERS, code);
}

function made(code: errors.ErrorCode, message: string, fields: Fields): errors.AnyChordalError | undefined {
  try {
    return MAKERS[code](message, fields);
  } catch {
    // A newer version may have other fields.
    return undefined;
  }
}

function fieldsOf(json: unknown): Fields {
  return isPlainObject(json) ? json : {};
}

/** The record with the values of its args and data, or as it is if they have a mark that this version does not know. */
function valueOf(record: Json): unknown {
  try {
    return fromJson(record, 'an error');
  } catch {
    return record;
  }
}

function text(fields: Fields, key: string): string {
  const value = fields[key];
  if (typeof value !== 'string') throw new TypeError(`${key} is no string`);
  return value;
}

function optionalText(fields: Fields, key: string): string | undefined {
  return fields[key] === undefined ? undefined : text(fields, key);
}

function number(fields: Fields, key: string): number {
  const value = fields[key];
  if (typeof value !== 'number') throw new TypeError(`${key} is no number`);
  return value;
}

function optionalList(fields: Fields, key: string): readonly unknown[] | undefined {
  const value = fields[key];
  return Array.isArray(value) ? value : undefined;
}
