import { InvalidCanvas } from '../errors/caller.ts';
import { optionsOf } from '../protocol/options.ts';
import { describe } from '../text/describe.ts';
import { mismatch } from '../text/mismatch.ts';
import { compact, mapRecord } from '../values/compact.ts';
import { readDate } from '../values/dates.ts';
import { isPlainObject } from '../values/json.ts';
import type { Json, JsonObject } from '../values/json.ts';
import { isDate } from '../values/option-checks.ts';
import type { OptionCheck } from '../values/option-checks.ts';
import { fromJson, toJson } from '../values/serializer.ts';
import type { CallOptions, SignatureData } from './signature.ts';

/** Returns a signature's options as Celery names them. */
export function writeOptions(options: CallOptions, write: (link: SignatureData) => JsonObject): JsonObject {
  const written = NAMES.map(([name, celery]) => [celery, writeOption(name, options[name], write)] as const);
  const { stamps, ...others } = compact(Object.fromEntries(written)) as JsonObject;
  // Celery writes each stamp beside the options, and lists their names.
  return isPlainObject(stamps) ? { ...others, ...stamps, stamped_headers: Object.keys(stamps) } : others;
}

/**
 * Reads the options of a signature dictionary; unknown ones and null ones are ignored. A retry limit of null means no
 * limit.
 *
 * @throws InvalidCanvas if the value of a known option does not fit.
 */
export function readOptions(
  json: unknown,
  where: string,
  read: (link: Json, at: string) => SignatureData,
): CallOptions {
  if (json === undefined || json === null) return {};
  if (!isPlainObject(json)) throw expected(where, 'an object', json);
  const options = NAMES.map(([name, celery, check]) => {
    const value = name === 'stamps' ? stampsIn(json) : ownValue(json, celery, check);
    return [name, value === undefined ? undefined : readOption(name, value, { at: `${where}.${celery}`, check, read })];
  });
  // The remaining fields are exactly those that were given.
  return compact(Object.fromEntries(options)) as CallOptions;
}

// --- internal ---

/** The options of a signature dictionary: our name, Celery's name, and the check of the value. */
const NAMES: readonly (readonly [keyof CallOptions, string, OptionCheck])[] = optionsOf('call').flatMap(
  // A call's options are those of its type.
  ([name, { celery, celeryCheck, check }]) =>
    celery === undefined ? [] : [[name as keyof CallOptions, celery, celeryCheck ?? check] as const],
);

/** The data needed to read an option. */
interface Reading {
  readonly at: string;
  readonly check: OptionCheck;
  readonly read: (link: Json, at: string) => SignatureData;
}

function writeOption(
  name: keyof CallOptions,
  value: unknown,
  write: (link: SignatureData) => JsonObject,
): Json | undefined {
  if (value === undefined) return undefined;
  if (value instanceof Date) return value.toISOString();
  // Both are lists of signatures.
  if (name === 'link' || name === 'linkError') return (value as readonly SignatureData[]).map(write);
  return toJson(value, `the ${name}`);
}

function readOption(name: keyof CallOptions, value: unknown, { at, check, read }: Reading): unknown {
  if (name === 'link' || name === 'linkError') {
    // Everything in JSON is Json; `read` checks that it is a signature.
    const list = [value].flat() as readonly Json[];
    return list.length === 0 ? undefined : list.map((link, index) => read(link, `${at}[${index}]`));
  }
  if (name === 'headers') return record(value, at);
  if (name === 'stamps' && check.is(value)) return record(value, at);
  if (name === 'eta' || (name === 'expires' && typeof value !== 'number')) return date(value, at);
  if (check.is(value)) return value;
  throw expected(at, check.want, value);
}

/** Returns the value of an option; undefined if it is not given, or if it is null and null has no meaning. */
function ownValue(json: Readonly<Record<string, unknown>>, key: string, check: OptionCheck): unknown {
  if (!Object.hasOwn(json, key)) return undefined;
  const value = json[key];
  return value === null && !check.is(null) ? undefined : value;
}

/** Returns the stamps of a signature: in a message under their own name, in a signature beside its options. */
function stampsIn(json: Readonly<Record<string, unknown>>): unknown {
  const { stamps, stamped_headers: names } = json;
  if (stamps !== undefined && stamps !== null) return stamps;
  if (!Array.isArray(names) || names.length === 0) return undefined;
  return Object.fromEntries(Object.entries(json).filter(([name]) => names.includes(name)));
}

function date(value: unknown, at: string): Date {
  // A date may come as ISO 8601 text, as Celery writes it, or marked by a serializer.
  const plain = isPlainObject(value) ? fromJson(value as JsonObject) : value;
  const read = plain instanceof Date ? plain : typeof plain === 'string' ? readDate(plain) : new Date(Number.NaN);
  if (isDate(read)) return read;
  throw expected(at, 'a date in ISO 8601, up to the year 9999', value);
}

function record(value: unknown, at: string): Readonly<Record<string, unknown>> {
  if (!isPlainObject(value)) throw expected(at, 'an object', value);
  return mapRecord(value, (inner, name) => fromJson(inner as Json, `${at}.${name}`));
}

function expected(where: string, want: string, value: unknown): InvalidCanvas {
  return new InvalidCanvas(`Cannot read ${where}: ${mismatch(want, describe(value))}`);
}
