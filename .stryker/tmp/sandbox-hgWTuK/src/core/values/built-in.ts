import { binaryKind, isBinary } from './serializer-bytes.ts';

/**
 * The built-in class that a value's own class extends; undefined for an instance of the built-in class itself, and for
 * everything else. What extends a built-in class would come back without its methods.
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

/** Whether the `toJSON` of a value is the one that its built-in class has, and says nothing of the value's own class. */
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

/** Counts what is above a value, and compares no class: that of another realm is another one. */
function isItself(value: object, name: string): boolean {
  const above = name === 'Buffer' ? 4 : name.endsWith('Array') && name !== 'Array' ? 3 : 2;
  let count = 0;
  for (let at = prototypeOf(value); at !== null; at = prototypeOf(at)) count += 1;
  return count === above;
}

function prototypeOf(value: object): object | null {
  // It is an object or null (ECMAScript, [[GetPrototypeOf]]); the library's type says any.
  return Object.getPrototypeOf(value) as object | null;
}
