import { InvalidCanvas } from '../errors/caller.ts';
import { describe } from '../text/describe.ts';
import { isPlainObject } from '../values/json.ts';
import type { Json, JsonObject } from '../values/json.ts';
import { FLAG, LIMIT, RETRIES, SECONDS, TENANT_NAME, TEXT } from '../values/option-checks.ts';
import type { OptionCheck } from '../values/option-checks.ts';
import { fromJson, toJson } from '../values/serializer.ts';
import type { CallOptions, SignatureData } from './signature.ts';

/** A signature's options as Celery names them. */
export function writeOptions(options: CallOptions, write: (link: SignatureData) => JsonObject): JsonObject {
  const { countdown, eta, expires, taskId, queue, tenant, headers, link, linkError } = options;
  const { ignoreResult, maxRetries, timeLimit, softTimeLimit } = options;
  const all: Record<string, Json | undefined> = {
    countdown,
    eta: eta?.toISOString(),
    expires: expires instanceof Date ? expires.toISOString() : expires,
    task_id: taskId,
    queue,
    tenant,
    headers: headers === undefined ? undefined : toJson(headers, 'the headers'),
    link: link?.map(write),
    link_error: linkError?.map(write),
    ignore_result: ignoreResult,
    max_retries: maxRetries,
    time_limit: timeLimit,
    soft_time_limit: softTimeLimit,
  };
  return Object.fromEntries(Object.entries(all).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])));
}

/**
 * Reads the options of a signature dictionary; those it does not know, and those that are null, are passed over. A retry
 * limit of null is none.
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
  const links = (key: string): readonly SignatureData[] | undefined => {
    const value = json[key];
    if (value === undefined || value === null) return undefined;
    const list: readonly unknown[] = Array.isArray(value) ? value : [value];
    // Whatever is in JSON is Json; `read` checks that it is a signature.
    return list.length === 0 ? undefined : list.map((link, index) => read(link as Json, `${where}.${key}[${index}]`));
  };
  const options: { [K in keyof CallOptions]: CallOptions[K] | undefined } = {
    countdown: checked<number>(json, 'countdown', where, SECONDS),
    eta: date(json, 'eta', where),
    expires:
      typeof json['expires'] === 'number'
        ? checked<number>(json, 'expires', where, SECONDS)
        : date(json, 'expires', where),
    taskId: checked<string>(json, 'task_id', where, TEXT),
    queue: checked<string>(json, 'queue', where, TEXT),
    tenant: checked<string>(json, 'tenant', where, TENANT_NAME),
    headers: record(json, 'headers', where),
    link: links('link'),
    linkError: links('link_error'),
    ignoreResult: checked<boolean>(json, 'ignore_result', where, FLAG),
    maxRetries: json['max_retries'] === null ? null : checked<number>(json, 'max_retries', where, RETRIES),
    timeLimit: checked<number>(json, 'time_limit', where, LIMIT),
    softTimeLimit: checked<number>(json, 'soft_time_limit', where, LIMIT),
  };
  // What is left are exactly the fields that were given.
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as CallOptions;
}

// --- internal ---

type Source = Readonly<Record<string, unknown>>;

/** The value of an option; undefined if it is not given, or null. `T` is what the check lets through. */
function checked<T>(json: Source, key: string, where: string, { is, want }: OptionCheck): T | undefined {
  const value = ownValue(json, key);
  if (value === undefined || is(value)) return value as T | undefined;
  throw expected(`${where}.${key}`, want, value);
}

function ownValue(json: Source, key: string): unknown {
  return Object.hasOwn(json, key) ? (json[key] ?? undefined) : undefined;
}

function date(json: Source, key: string, where: string): Date | undefined {
  const value = json[key] ?? undefined;
  if (value === undefined) return undefined;
  // A date may come as ISO 8601 text, as Celery writes it, or marked by a serializer.
  const plain = isPlainObject(value) ? fromJson(value as JsonObject) : value;
  const read = plain instanceof Date ? plain : new Date(typeof plain === 'string' ? withZone(plain) : Number.NaN);
  if (!Number.isNaN(read.getTime())) return read;
  throw expected(`${where}.${key}`, 'a date in ISO 8601', value);
}

/** Celery writes times without a zone where it means UTC. */
function withZone(iso: string): string {
  return /[zZ]$|[+-]\d\d:?\d\d$/.test(iso) ? iso : `${iso}Z`;
}

function record(json: Source, key: string, where: string): Readonly<Record<string, unknown>> | undefined {
  const value = json[key] ?? undefined;
  if (value === undefined) return undefined;
  if (!isPlainObject(value)) throw expected(`${where}.${key}`, 'an object', value);
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, fromJson(inner as Json, `${where}.${key}.${name}`)]),
  );
}

function expected(where: string, want: string, value: unknown): InvalidCanvas {
  return new InvalidCanvas(`Cannot read ${where} as ${want}: current value is ${describe(value)}`);
}
