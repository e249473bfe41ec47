import * as errors from '../errors/caller.ts';
import { cutTo, describe } from '../text/describe.ts';
import { mismatch } from '../text/mismatch.ts';
import { compact, unlessEmpty } from './compact.ts';
import { codeOf, fieldsOf, isError, nameOf, property, smallJson, textOf, withoutSecrets } from './error-parts.ts';
import { isCode, made, optionalCode } from './error-table.ts';
import type { Fields } from './error-table.ts';
import { isPlainObject } from './json.ts';
import type { Json, JsonObject } from './json.ts';
import { fromJson } from './serializer.ts';

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
  /** The error's code, if it has one. */
  readonly code?: string | number;
  /** The error's own fields that are plain data: at most 2 KB, or 4 KB of an error of this library. */
  readonly data?: JsonObject;
  /** The cause of the error; with `errors` at most 4 KB. */
  readonly cause?: FailureRecord;
  /** The errors that it collects, as an AggregateError does; at most ten. */
  readonly errors?: readonly FailureRecord[];
};

/**
 * Returns the record of any thrown value, with its causes. It never throws, and the size of the record is limited.
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
  // As of the fields of an error, names of secrets are left out.
  const args = argsOf([thrown])?.map((one) => (isPlainObject(one) ? withoutSecrets(one) : one));
  return compact({ errorType: 'ThrownValue', message, args });
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
  const { errorType, message, args, stack, code, data, ...rest } = objectIn(valueOf(record));
  const text =
    typeof message === 'string'
      ? message
      : `Cannot read a failure: ${mismatch('a record with a message', describe(record))}`;
  const details = detailsIn(rest);
  const known = isCode(code) ? made(code, text, { ...objectIn(data), ...details, args }) : undefined;
  const error =
    known ??
    new errors.RemoteError(text, {
      errorType: typeof errorType === 'string' ? errorType : 'UnknownError',
      args: Array.isArray(args) ? args : undefined,
      remoteStack: typeof stack === 'string' ? stack : undefined,
      errorCode: optionalCode(code),
      fields: isPlainObject(data) ? data : undefined,
      ...details,
    });
  if (typeof stack === 'string') error.stack = stack;
  return error;
}

// --- internal ---

const MESSAGE_BYTES = 1024;
const NAME_BYTES = 200;
const STACK_BYTES = 2048;
const JSON_CHARACTERS = 4096;
/** The fields of an error that is not of this library. */
const FIELD_CHARACTERS = 2048;
/** All that a record says of causes. */
const DETAIL_CHARACTERS = 4096;
const SHORT_BYTES = 256;
/** How deep a chain of causes is followed, and how many errors of one that collects some. */
const MOST_CAUSES = 4;
const MOST_ERRORS = 10;

function recordOf(error: object, above: readonly object[] = []): FailureRecord {
  const code = codeOf(error);
  const remoteType = code === 'CHORDAL_REMOTE' ? textOf(error, 'errorType') : undefined;
  const isOurs = isCode(code) && remoteType === undefined;
  const full = textOf(error, 'message') ?? '';
  const message = cutTo(full, MESSAGE_BYTES);
  // A stack begins with the message; a long one would leave no room for the rest.
  const stack = textOf(error, remoteType === undefined ? 'stack' : 'remoteStack')?.replace(full, () => message);
  return bounded(
    compact({
      errorType: cutTo(remoteType ?? nameOf(error), NAME_BYTES),
      message,
      args: argsOf(property(error, 'args')),
      stack: stack === undefined ? undefined : cutTo(stack, STACK_BYTES >> above.length),
      ...(isOurs ? { code, data: fieldsOf(error, JSON_CHARACTERS) } : foreignParts(error, code, remoteType)),
      ...detailsOf(error, above),
    }),
  );
}

/** Returns the code and the fields of an error that is not of this library, or that came back as a RemoteError. */
function foreignParts(
  error: object,
  code: string | number | undefined,
  remoteType: string | undefined,
): Pick<FailureRecord, 'code' | 'data'> {
  if (remoteType === undefined)
    return compact({ code, data: unlessEmpty(withoutSecrets(fieldsOf(error, FIELD_CHARACTERS))) });
  const [remoteCode, fields] = ['errorCode', 'fields'].map((key) => property(error, key));
  const data = isPlainObject(fields) ? smallJson(fields, FIELD_CHARACTERS) : undefined;
  return compact({
    code: typeof remoteCode === 'string' || typeof remoteCode === 'number' ? remoteCode : undefined,
    data: isPlainObject(data) ? unlessEmpty(data) : undefined,
  });
}

/** Returns the errors that an error names as its causes, in records that are small enough together. */
function detailsOf(error: object, above: readonly object[]): Pick<FailureRecord, 'cause' | 'errors'> {
  if (above.length >= MOST_CAUSES) return {};
  const cause = property(error, 'cause');
  const several = property(error, 'errors');
  const path = [...above, error];
  const within = (inner: unknown): FailureRecord | undefined =>
    inner === undefined || inner === null || path.some((outer) => outer === inner)
      ? undefined
      : innerRecord(inner, path);
  const errors = Array.isArray(several)
    ? several
        .slice(0, MOST_ERRORS)
        .filter(isError)
        .flatMap((one) => within(one) ?? [])
    : [];
  return compact({ cause: within(cause), errors: errors.length === 0 ? undefined : errors });
}

/** Returns the record of an error inside another: shorter, and the shorter the deeper it lies. */
function innerRecord(thrown: unknown, above: readonly object[]): FailureRecord | undefined {
  try {
    if (!isError(thrown)) return { errorType: 'ThrownValue', message: describe(thrown) };
    return recordOf(thrown, above);
  } catch {
    return undefined;
  }
}

/** Returns a record that has lost its details, one kind after another, until it is small enough. */
function bounded(record: FailureRecord): FailureRecord {
  const { cause, errors } = record;
  if (cause === undefined && errors === undefined) return record;
  const rest = DETAIL_CHARACTERS - JSON.stringify({ cause, errors }).length;
  if (rest >= 0) return record;
  const lean = { ...record, ...compact({ cause: cause && bare(cause), errors: errors?.map(bare) }) };
  if (JSON.stringify({ cause: lean.cause, errors: lean.errors }).length <= DETAIL_CHARACTERS) return lean;
  const { cause: _cause, errors: _errors, ...alone } = record;
  return alone;
}

function bare({ errorType, message, code, cause }: FailureRecord): FailureRecord {
  return compact({ errorType, message: cutTo(message, SHORT_BYTES), code, cause: cause && bare(cause) });
}

function argsOf(args: unknown): readonly Json[] | undefined {
  const json = smallJson(args, JSON_CHARACTERS);
  return Array.isArray(json) ? json : undefined;
}

function objectIn(json: unknown): Fields {
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

/** Returns the errors inside a record, made of theirs. */
function detailsIn({ cause, errors: several }: Fields): { readonly cause?: Error; readonly errors?: readonly Error[] } {
  return compact({
    cause: isPlainObject(cause) ? fromFailure(cause as Json) : undefined,
    errors: Array.isArray(several) ? several.map((one: unknown) => fromFailure(one as Json)) : undefined,
  });
}
