import { describe } from '../text/describe.ts';
import { mismatch } from '../text/mismatch.ts';
import type { Json, JsonObject } from './json.ts';
import { binaryKind, fromBase64, isBinary, KINDS, toBase64 } from './serializer-bytes.ts';

/**
 * Returns the mark for a value that JSON cannot express. It is an object of exactly two keys, `__type__` and
 * `__value__`, as in kombu (Celery's message library). We write its `datetime` and `base64`, and read also its `bytes`,
 * `date`, `time`, `decimal` and `uuid`. The other types are our own.
 */
export function mark(type: string, value: Json): JsonObject {
  return { __type__: type, __value__: value };
}

/** Returns whether an object has exactly the keys of a mark: it is one, or must be escaped because it is not. */
export function isMarkShaped(value: object): value is { readonly __type__: unknown; readonly __value__: unknown } {
  return Object.hasOwn(value, '__type__') && Object.hasOwn(value, '__value__') && Object.keys(value).length === 2;
}

/** Returns the mark for a value with no other values in it, or undefined if JSON or a mark cannot say it. */
export function markLeaf(value: unknown): JsonObject | undefined {
  if (value === undefined) return mark('undefined', null);
  if (typeof value === 'number') return mark('number', Object.is(value, -0) ? '-0' : String(value));
  if (typeof value === 'bigint') return mark('bigint', String(value));
  // Python reads +00:00 in every version, Z only since 3.11.
  if (value instanceof Date)
    return isValid(value) ? mark('datetime', value.toISOString().replace('Z', '+00:00')) : undefined;
  if (!isBinary(value)) return undefined;
  const kind = binaryKind(value);
  if (kind === undefined) return undefined;
  return mark(kind === 'Uint8Array' ? 'base64' : kind, toBase64(value));
}

/**
 * Returns the value of a mark with no other values in it. A date, a time, a decimal and a UUID from Python become
 * strings.
 *
 * @throws RangeError if there is no such type, or not with this value.
 */
export function readLeaf(type: unknown, value: unknown): unknown {
  if (type === 'undefined') return undefined;
  const read = typeof type === 'string' ? READERS.get(type) : undefined;
  if (typeof type !== 'string' || read === undefined)
    throw new RangeError(`has the unknown type mark ${describe(type)}`);
  const wrong = `has a wrong mark: ${mismatch(`a value of type ${type}`, describe(value))}`;
  const text = type === 'uuid' && isHex(value) ? value.hex : value;
  if (typeof text !== 'string') throw new RangeError(wrong);
  try {
    return read(text);
  } catch (cause) {
    throw new RangeError(wrong, { cause });
  }
}

// --- internal ---

const READERS: ReadonlyMap<string, (text: string) => unknown> = new Map<string, (text: string) => unknown>([
  // With a right value these have other values in them, and are not read here.
  ['object', refuse],
  ['map', refuse],
  ['set', refuse],
  ['number', readNumber],
  ['bigint', readBigint],
  ['datetime', readDatetime],
  ['date', String],
  ['time', String],
  ['decimal', String],
  ['uuid', readUuid],
  ['bytes', (text) => new TextEncoder().encode(text)],
  ['base64', fromBase64],
  ...Array.from(KINDS, ([kind, make]): [string, (text: string) => unknown] => [
    kind,
    (text) => make(fromBase64(text).buffer),
  ]),
]);

function refuse(): never {
  throw new RangeError('no values in it');
}

function readNumber(text: string): number {
  if (!['NaN', 'Infinity', '-Infinity', '-0'].includes(text)) throw new RangeError('not such a number');
  return Number(text);
}

function readBigint(text: string): bigint {
  if (!/^-?\d+$/.test(text)) throw new RangeError('not an integer');
  return BigInt(text);
}

/** Reads a datetime: Python writes microseconds, and no zone for a time that Celery takes as UTC. */
function readDatetime(text: string): Date {
  const [, day, time, fraction = '', zone = ''] =
    /^([+-]?\d+-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d)?)(\.\d+)?(Z|[+-]\d\d:?\d\d)?$/.exec(text) ?? [];
  const offset = /^[+-]\d{4}$/.test(zone) ? `${zone.slice(0, 3)}:${zone.slice(3)}` : zone || 'Z';
  const date = new Date(`${day}T${time}${fraction.slice(0, 4)}${offset}`);
  if (!isValid(date)) throw new RangeError('not a time');
  return date;
}

function readUuid(text: string): string {
  const hex = text.replaceAll('-', '').toLowerCase();
  if (!/^[0-9a-f]{32}$/.test(hex)) throw new RangeError('not a UUID');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

function isHex(value: unknown): value is { readonly hex: unknown } {
  return typeof value === 'object' && value !== null && 'hex' in value;
}

function isValid(date: Date): boolean {
  return !Number.isNaN(date.getTime());
}
