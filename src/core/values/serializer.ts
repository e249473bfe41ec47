import { SerializationError } from '../errors/caller.ts';
import { describe } from '../text/describe.ts';
import { mismatch } from '../text/mismatch.ts';
import { extendedBuiltIn, hasBuiltInToJson, hasToJson } from './built-in.ts';
import { isPlainObject, mayGetMarks, parseJson } from './json.ts';
import type { Json } from './json.ts';
import { isMarkShaped, mark, markLeaf, readLeaf } from './serializer-marks.ts';
import { checkCycle, checkDepth, fault, mapItems, mapValues, step, walked } from './serializer-walk.ts';
import type { Walk } from './serializer-walk.ts';

export type { Json } from './json.ts';

/**
 * Writes a value as text. Values that are not JSON are kept by marks: `undefined`, bigint, `NaN`, the infinities, `-0`,
 * `Date`, `Map`, `Set`, typed arrays, Node's `Buffer`, `ArrayBuffer`, `DataView`; an object without a prototype comes
 * back as a plain one. A value with a `toJSON` method is written as the result of that method. As in JSON, keys that
 * are symbols are left out. An instance of a class is not written as its fields. An instance of a class that extends
 * one of these is not written as the built-in class. Either would come back without its methods.
 *
 * @param what names the value for the message of the error.
 * @throws SerializationError for a function, a symbol, an instance of a class, an invalid `Date`, a cycle, or more than 1,000 levels.
 *
 * @example
 * encode({ at: new Date(0) }, 'the result of task add');
 * // '{"at":{"__type__":"datetime","__value__":"1970-01-01T00:00:00.000+00:00"}}'
 */
export function encode(value: unknown, what: string): string {
  const json = toJson(value, what);
  try {
    return JSON.stringify(json);
  } catch (cause) {
    throw new SerializationError(`Cannot serialise ${what}: value does not fit into one text. Make it smaller.`, {
      path: 'value',
      cause,
    });
  }
}

/**
 * Reads the text that {@link encode} wrote, or JSON that Celery wrote.
 *
 * @param what names the text for the message of the error.
 * @throws SerializationError if the text is not JSON, nests deeper than 1,000 levels, or has a mark of an unknown type.
 *
 * @example
 * decode('[1,{"__type__":"bigint","__value__":"2"}]', 'the arguments of task add'); // [1, 2n]
 */
export function decode(text: string, what: string): unknown {
  const json = parseJson(text, what);
  // Everything that parseJson marks by itself is found in the text too.
  return text.includes('"__type__"') || mayGetMarks(text) ? fromJson(json, what) : json;
}

/**
 * Returns the JSON of a value, marks included, to be put into other JSON. Parts that need no mark are shared with the
 * value, not copied.
 *
 * @param what names the value for the message of the error.
 * @throws SerializationError as {@link encode} does.
 *
 * @example
 * toJson([1, undefined], 'the arguments of task add'); // [1, { __type__: 'undefined', __value__: null }]
 */
export function toJson(value: unknown, what: string): Json {
  return walked(`Cannot serialise ${what}`, (walk) => write(value, 0, walk));
}

/**
 * Returns the JSON of a value for a caller in any language. It is as {@link toJson}, but without a mark for `-0`, which
 * is 0, as in `JSON.stringify`. It also has no mark for a class of Node's: a `Buffer` is bytes.
 *
 * @param what names the value for the message of the error.
 * @throws SerializationError as {@link encode} does.
 *
 * @example
 * toAnswer({ product: 0 * -1 }, 'the result of task mul'); // { product: 0 }
 */
export function toAnswer(value: unknown, what: string): Json {
  return walked(`Cannot serialise ${what}`, (walk) => write(value, 0, walk), { isAnswer: true });
}

/**
 * Returns the value of JSON that {@link toJson} made. Parts without a mark are shared with the JSON, not copied.
 *
 * @param what names the JSON for the message of the error.
 * @throws SerializationError for a mark of an unknown type or with a wrong value, or more than 1,000 levels.
 *
 * @example
 * fromJson([1, { __type__: 'undefined', __value__: null }]); // [1, undefined]
 */
export function fromJson(json: Json, what: string = 'a value'): unknown {
  return walked(`Cannot read ${what}`, (walk) => read(json, 0, walk));
}

// --- internal ---

function write(value: unknown, depth: number, walk: Walk): Json {
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return value;
  if (typeof value === 'number' && Number.isFinite(value) && !Object.is(value, -0)) return value;
  if (typeof value === 'object' || typeof value === 'function') return writeObject(value, depth, walk);
  if (value === 0 && walk.isAnswer === true) return 0;
  const marked = markLeaf(value);
  if (marked === undefined) throw fault(walk, refusal(value));
  checkDepth(walk, depth);
  return marked;
}

function writeObject(value: object, depth: number, walk: Walk): Json {
  checkCycle(walk, depth, value);
  checkDepth(walk, depth);
  const isPlain = isPlainObject(value);
  const base = isPlain ? undefined : extendedBuiltIn(value);
  const marked = isPlain || base !== undefined ? undefined : writeBuiltIn(value, depth, walk);
  if (marked !== undefined) return marked;
  // An invalid Date would become null.
  if (hasToJson(value) && !hasBuiltInToJson(value)) {
    const json = value.toJSON(String(walk.path[depth - 1] ?? ''));
    if (json !== value) return write(json, depth, walk);
    // An object that is its own JSON says that its fields are data.
    return writeValues({ ...value }, depth, walk);
  }
  if (base !== undefined) throw fault(walk, refusalOfSubclass(value, base));
  if (Array.isArray(value)) return jsonOf(mapItems(value, depth, walk, write));
  if (isPlain) return writeValues(value, depth, walk);
  throw fault(walk, refusal(value));
}

function writeBuiltIn(value: object, depth: number, walk: Walk): Json | undefined {
  return bytesFor(walk, value) ?? markLeaf(value) ?? writeCollection(value, depth, walk);
}

function bytesFor({ isAnswer }: Walk, value: object): Json | undefined {
  return isAnswer === true && Buffer.isBuffer(value) ? markLeaf(new Uint8Array(value)) : undefined;
}

function writeCollection(value: object, depth: number, walk: Walk): Json | undefined {
  if (!(value instanceof Map || value instanceof Set)) return undefined;
  step(walk, depth, undefined);
  return mark(value instanceof Map ? 'map' : 'set', write([...value], depth + 1, walk));
}

function writeValues(value: Readonly<Record<string, unknown>>, depth: number, walk: Walk): Json {
  if (!isMarkShaped(value)) return jsonOf(mapValues(value, depth, walk, write));
  step(walk, depth, undefined);
  checkDepth(walk, depth + 1);
  return mark('object', jsonOf(mapValues(value, depth + 1, walk, write)));
}

function jsonOf(written: unknown): Json {
  // All that is in it went through write: it is JSON now, or was before.
  return written as Json;
}

function read(json: unknown, depth: number, walk: Walk): unknown {
  if (typeof json !== 'object' || json === null) return json;
  checkDepth(walk, depth);
  if (Array.isArray(json)) return mapItems(json, depth, walk, read);
  if (!isPlainObject(json)) throw fault(walk, `is not JSON: ${mismatch('plain data', describe(json))}`);
  if (!isMarkShaped(json)) return mapValues(json, depth, walk, read);
  return readMark(json.__type__, json.__value__, depth, walk);
}

function readMark(type: unknown, value: unknown, depth: number, walk: Walk): unknown {
  step(walk, depth, undefined);
  if (type === 'object' && isPlainObject(value)) return mapValues(value, depth + 1, walk, read);
  if (type === 'set' && Array.isArray(value)) return new Set(mapItems(value, depth + 1, walk, read));
  if (type === 'map' && Array.isArray(value)) {
    const entries = mapItems(value, depth + 1, walk, read);
    if (entries.every(isPair)) return new Map(entries);
  }
  step(walk, depth, undefined);
  try {
    return readLeaf(type, value);
  } catch (error) {
    // readLeaf throws nothing else; its message goes on after the path.
    throw fault(walk, error instanceof RangeError ? error.message : 'has a wrong mark');
  }
}

function isPair(value: unknown): value is readonly [unknown, unknown] {
  return Array.isArray(value) && value.length === 2;
}

function refusalOfSubclass(value: object, base: string): string {
  const name = value.constructor.name || 'a class without a name';
  return `is an instance of ${name}, which extends ${base}. Give plain data, or give its class a toJSON method.`;
}

function refusal(value: unknown): string {
  const plain = 'give plain data: strings, numbers, arrays, objects';
  if (typeof value === 'function') return `is a function; ${plain}`;
  if (typeof value === 'symbol') return `is a symbol; ${plain}`;
  if (value instanceof Date) return 'is an invalid Date. Give a valid one.';
  if (value instanceof Error) return `is an error (${value.name}: ${value.message}). Throw it, or return plain data.`;
  if (value instanceof Promise) return 'is a promise. Await it first.';
  return `is ${describe(value)}. Give plain data, or give its class a toJSON method.`;
}
