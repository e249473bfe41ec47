import { InvalidArguments } from '../errors/caller.ts';
import { pathOf } from '../text/path.ts';
import { isPlainObject } from '../values/json.ts';
import type { Json } from '../values/json.ts';
import { isMarkShaped } from '../values/serializer-marks.ts';

/**
 * Returns JSON as Python's kombu reads it: marks become what it can read, such as the digits of a bigint.
 *
 * @param what names the value in errors, as in *argument 1 of proj.add*.
 * @throws InvalidArguments for a value that Python has no form for: a Map, a Set, a typed array.
 */
export function toPythonJson(json: Json, what: string, task: string): string {
  return written(json, { what, task }, []);
}

// --- internal ---

interface Place {
  readonly what: string;
  readonly task: string;
}

type Keys = readonly (string | number)[];

function written(json: Json, place: Place, keys: Keys): string {
  if (isList(json)) return `[${json.map((item, index) => written(item, place, [...keys, index])).join(',')}]`;
  if (!isPlainObject(json)) return JSON.stringify(json);
  if (isMarkShaped(json)) return writtenMark(json, place, keys);
  const entries = Object.entries(json);
  return `{${entries.map(([key, value]) => `${JSON.stringify(key)}:${written(value, place, [...keys, key])}`).join(',')}}`;
}

function writtenMark(
  { __type__: type, __value__: value }: { readonly __type__: unknown; readonly __value__: unknown },
  { what, task }: Place,
  keys: Keys,
): string {
  if (type === 'undefined') return 'null';
  // Python writes and reads these bare, an integer with all its digits.
  if (type === 'bigint' || type === 'number') return value === '-0' ? '-0.0' : String(value);
  if (type === 'Buffer' || type === 'ArrayBuffer') return JSON.stringify({ __type__: 'base64', __value__: value });
  if (KNOWN_TO_PYTHON.has(type)) return JSON.stringify({ __type__: type, __value__: value });
  throw new InvalidArguments(
    `Cannot call ${task} in Python: ${pathOf(what, keys)} is of the type ${String(type)}, which Python does not read. Pass lists, plain objects, texts, numbers, dates or bytes.`,
    { task },
  );
}

/** The marks that kombu reads (`kombu.utils.json`). */
const KNOWN_TO_PYTHON: ReadonlySet<unknown> = new Set([
  'datetime',
  'date',
  'time',
  'decimal',
  'uuid',
  'bytes',
  'base64',
]);

function isList(json: Json): json is readonly Json[] {
  return Array.isArray(json);
}
