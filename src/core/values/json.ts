import { SerializationError } from '../errors/caller.ts';
import { mismatch } from '../text/mismatch.ts';

/** A value that JSON can express. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;

/** A JSON object. */
export type JsonObject = { readonly [key: string]: Json };

/** How deep arrays and objects may nest: deep enough for any data, and shallow enough for every recursion over it. */
export const MAX_DEPTH = 1000;

/**
 * Returns whether a value is an object from a literal or from JSON, and not an array or an instance of a class.
 *
 * @example
 * isPlainObject({ a: 1 }); // true
 * isPlainObject(new Date(0)); // false
 */
export function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype = prototypeOf(value);
  // An object of another realm has another Object.prototype, but nothing is above that one either.
  return (
    prototype === null ||
    prototype === Object.prototype ||
    (prototypeOf(prototype) === null && Object.hasOwn(prototype, 'isPrototypeOf'))
  );
}

/** Returns the prototype of an object. */
export function prototypeOf(value: object): object | null {
  // Object.getPrototypeOf is typed as any.
  return Object.getPrototypeOf(value) as object | null;
}

/** Returns the value that a text has as JSON; undefined for a text that is not JSON. */
export function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Returns the object that a text has as JSON; an empty one for any other text. */
export function objectIn(text: string): Readonly<Record<string, unknown>> {
  const json = jsonIn(text);
  return isPlainObject(json) ? json : {};
}

/**
 * Reads JSON as Python writes it: a bare `NaN` or `Infinity`, and an integer of more digits than a number can keep, become marks for the
 * serializer. It does not read marks.
 *
 * @param what names the text for the message of the error.
 * @param maxDepth default {@link MAX_DEPTH}; an envelope around values needs more.
 * @throws SerializationError if the text is not JSON, or nests deeper than `maxDepth`.
 *
 * @example
 * parseJson('{"a": [1, 2]}', 'the canvas'); // { a: [1, 2] }
 */
export function parseJson(text: string, what: string, maxDepth: number = MAX_DEPTH): Json {
  if (isDeeperThan(text, maxDepth)) {
    throw new SerializationError(`Cannot read ${what}: it nests deeper than ${maxDepth} levels. Make it flatter.`, {
      path: 'value',
    });
  }
  try {
    return parse(text);
  } catch (cause) {
    const reason = cause instanceof SyntaxError ? cause.message : 'it cannot be read';
    const message = `Cannot read ${what}: ${mismatch('JSON', `a text of ${text.length} characters: ${reason}`)}`;
    throw new SerializationError(message, { path: 'value', cause });
  }
}

/** Returns a copy of JSON that shares nothing with its original. */
export function copyJson<J extends Json | undefined>(json: J): J {
  // The copy of JSON has the type of its original.
  return copied(json) as J;
}

/** Returns whether {@link parseJson} may put a mark where the text has none. */
export function mayGetMarks(text: string): boolean {
  return NOT_FINITE.test(text) || HAS_LONG_INTEGER.test(text);
}

// --- internal ---

function copied(json: unknown): unknown {
  if (typeof json !== 'object' || json === null) return json;
  if (Array.isArray(json)) return json.map(copied);
  return Object.fromEntries(Object.entries(json).map(([key, value]) => [key, copied(value)]));
}

const QUOTE = 34;
const BACKSLASH = 92;

/**
 * Returns whether a text nests deeper than `maxDepth`. JSON.parse alone would accept any depth, and a walk over its
 * value would overflow the stack.
 */
function isDeeperThan(text: string, maxDepth: number): boolean {
  // Each level takes two characters.
  if (text.length <= 2 * maxDepth) return false;
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === QUOTE) i = endOfString(text, i);
    // The codes of [ and {, and of ] and }, differ by 32 only.
    else if ((code | 32) === 123) depth += 1;
    else if ((code | 32) === 125) depth -= 1;
    if (depth > maxDepth) return true;
  }
  return false;
}

function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (end !== -1 && isEscaped(text, end)) end = text.indexOf('"', end + 1);
  return end === -1 ? text.length : end;
}

function isEscaped(text: string, index: number): boolean {
  let backslashes = 0;
  while (text.charCodeAt(index - 1 - backslashes) === BACKSLASH) backslashes += 1;
  return backslashes % 2 === 1;
}

function parse(text: string): Json {
  try {
    return parseStrictly(text);
  } catch (error) {
    if (!NOT_FINITE.test(text)) throw error;
    const marked = text.replaceAll(STRING_OR_NOT_FINITE, (token) =>
      token.startsWith('"') ? token : `{"__type__":"number","__value__":"${token}"}`,
    );
    return parseStrictly(marked);
  }
}

function parseStrictly(text: string): Json {
  // JSON.parse is typed as any, and its types do not know the third argument of a reviver; JSON is what it returns.
  return (HAS_LONG_INTEGER.test(text) ? JSON.parse(text, markIfLong as Reviver) : JSON.parse(text)) as Json;
}

type Reviver = (key: string, value: unknown) => unknown;

/**
 * Returns a mark for an integer that a number cannot keep, from its digits in the text. Python writes an integer with all
 * its digits; a number that JavaScript would write with these digits stays a number.
 */
function markIfLong(_key: string, value: unknown, { source = '' }: { readonly source?: string }): unknown {
  if (typeof value !== 'number' || !LONG_INTEGER.test(source) || String(value) === source) return value;
  return { __type__: 'bigint', __value__: source };
}

/** A string without an end goes on to the end of the text, so that the text is read once, whatever it is. */
const STRING_OR_NOT_FINITE = /"[^"\\]*(?:\\[^]?[^"\\]*)*"?|-?\b(?:NaN|Infinity)\b/g;
const NOT_FINITE = /NaN|Infinity/;
/** Of 16 digits and more some cannot be told apart as numbers. */
const LONG_INTEGER = /^-?[1-9]\d{15,}$/;
const HAS_LONG_INTEGER = /(?:^|[\s:,[])-?[1-9]\d{15,}(?:[\s,\]}]|$)/;
