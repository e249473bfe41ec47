import { prototypeOf } from './json.ts';
import { binaryKind, isBinary } from './serializer-bytes.ts';

/**
 * Returns the built-in class that a value's own class extends; undefined for an instance of the built-in class itself,
 * and for everything else. An instance of such a class would come back without its methods.
 *
 * @example
 * extendedBuiltIn(new (class Tags extends Map {})()); // 'Map'
 * extendedBuiltIn(new Map()); // undefined
 */
export function extendedBuiltIn(value: object): string | undefined {
  const name = builtInName(value);
  if (name === undefined || isItself(value, name)) return undefined;
  return name;
}

/** Returns whether a value says itself how it is written. */
export function hasToJson(value: object): value is { toJSON(key: string): unknown } {
  return 'toJSON' in value && typeof value.toJSON === 'function';
}

/**
 * Returns whether the `toJSON` of a value is that of its built-in class, and so says nothing of the value's own class.
 */
export function hasBuiltInToJson(value: { readonly toJSON: unknown }): boolean {
  return value.toJSON === Date.prototype.toJSON || value.toJSON === Reflect.get(Buffer.prototype, 'toJSON');
}

// --- internal ---

function builtInName(value: object): string | undefined {
  if (Array.isArray(value)) return 'Array';
  if (value instanceof Map) return 'Map';
  if (value instanceof Set) return 'Set';
  if (value instanceof Date) return 'Date';
  return isBinary(value) ? binaryKind(value) : undefined;
}

/** Counts the prototypes above a value, and does not compare classes: the same class of another realm differs. */
function isItself(value: object, name: string): boolean {
  const above = name === 'Buffer' ? 4 : name.endsWith('Array') && name !== 'Array' ? 3 : 2;
  let count = 0;
  for (let at = prototypeOf(value); at !== null; at = prototypeOf(at)) count += 1;
  return count === above;
}
