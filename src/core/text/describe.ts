/** Functions that show values in the messages of errors: short, on one line, and without throwing for any value. */

/**
 * Names a value for the message of an error. The contents of objects are not shown: arguments may be secrets.
 *
 * @example
 * describe('ab'); // '"ab"'
 * describe([1, 2]); // 'an array of 2 items'
 */
export function describe(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(cutTo(value, 60));
  if (typeof value === 'bigint') return `${cutTo(String(value), 60)}n`;
  if (value === null || value === undefined) return String(value);
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'symbol') return String(value);
  try {
    return describeObject(value);
  } catch {
    // A getter, or the trap of a proxy.
    return 'an object that cannot be read';
  }
}

/**
 * Returns the beginning of a text that takes at most so many bytes of UTF-8, with `…` at its end if something was cut
 * off.
 *
 * @example
 * cutTo('abcdefgh', 6); // 'abc…'
 */
export function cutTo(text: string, bytes: number): string {
  if (text.length * 3 <= bytes) return text;
  let used = 0;
  let kept = 0;
  for (const character of text) {
    used += bytesOf(character);
    if (used > bytes) return `${text.slice(0, kept)}…`;
    // The kept part leaves room for the three bytes of the mark.
    if (used <= bytes - 3) kept += character.length;
  }
  return text;
}

/** Returns the message of a thrown value. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** Returns the name and the message of a thrown value, for a record of it. */
export function reasonOf(thrown: unknown): string {
  return thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown);
}

// --- internal ---

function describeObject(value: object): string {
  if (typeof value === 'function')
    return 'name' in value && value.name !== '' ? `the function ${cutTo(value.name, 60)}` : 'a function';
  if (Array.isArray(value)) return value.length === 1 ? 'an array of 1 item' : `an array of ${value.length} items`;
  if (value instanceof Date && Number.isNaN(value.getTime())) return 'an invalid Date';
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== null && prototype !== Object.prototype)
    return `an instance of ${cutTo(value.constructor.name || 'a class without a name', 60)}`;
  const keys = Object.keys(value);
  return keys.length === 0 ? 'an empty object' : `an object with the keys ${cutTo(keys.join(', '), 60)}`;
}

function bytesOf(character: string): number {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x80) return 1;
  if (code < 0x800) return 2;
  return code < 0x10000 ? 3 : 4;
}
