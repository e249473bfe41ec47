/** The parts of any thrown value, read without trust: each may be missing, of another type, or throw when it is read. */
import { isChordalError } from '../errors/caller.ts';
import { isPlainObject } from './json.ts';
import type { Json, JsonObject } from './json.ts';
import { toJson } from './serializer.ts';

/** Returns whether a value is an error: one of another realm is not an instance of our Error. */
export function isError(thrown: unknown): thrown is object {
  if (thrown instanceof Error) return true;
  if (typeof thrown !== 'object' || thrown === null) return false;
  return textOf(thrown, 'name') !== undefined && textOf(thrown, 'message') !== undefined;
}

/** Returns the name of an error: a class that extends Error and sets no name inherits a meaningless one. */
export function nameOf(error: object): string {
  const name = textOf(error, 'name') ?? '';
  const constructor = property(error, 'constructor');
  const className = typeof constructor === 'function' ? constructor.name : '';
  const isInherited = !Object.hasOwn(error, 'name') && BUILT_IN_NAME.test(name);
  return (isInherited ? className || name : name || className) || 'Error';
}

/**
 * Returns the places in the stack of an error that is not of this library, without its first lines, which repeat the message.
 * Undefined if there are none.
 */
export function framesOf(error: unknown): string | undefined {
  try {
    if (!isError(error) || isChordalError(error)) return undefined;
    const frames = (textOf(error, 'stack') ?? '').split('\n').filter((line) => FRAME.test(line));
    return frames.length === 0 ? undefined : frames.join('\n');
  } catch {
    // A proxy that refuses even to be asked.
    return undefined;
  }
}

/** Returns a property that is a text. */
export function textOf(error: object, key: string): string | undefined {
  const value = property(error, key);
  return typeof value === 'string' ? value : undefined;
}

/** Returns a property; undefined where it throws. */
export function property(object: object, key: string): unknown {
  try {
    const value: unknown = Reflect.get(object, key);
    return value;
  } catch {
    return undefined;
  }
}

/** Returns the code of an error, as Node and databases give it. */
export function codeOf(error: object): string | number | undefined {
  const code = property(error, 'code');
  if (typeof code === 'number') return Number.isFinite(code) ? code : undefined;
  return typeof code === 'string' && code !== '' && code.length <= CODE_CHARACTERS ? code : undefined;
}

/**
 * Returns an error's own fields as JSON, as far as they have one and are small: what is no plain data is left out.
 *
 * @param characters how many all of them may have, with their names.
 */
export function fieldsOf(error: object, characters: number): JsonObject {
  const fields: Record<string, Json> = {};
  let left = characters;
  for (const key of ownKeys(error)) {
    if (NOT_FIELDS.has(key)) continue;
    // A colon and a comma are beside each.
    const room = left - JSON.stringify(key).length - 2;
    const value = room > 0 ? property(error, key) : undefined;
    const json = value === undefined ? undefined : smallJson(value, room);
    if (json === undefined) continue;
    fields[key] = json;
    left = room - JSON.stringify(json).length;
  }
  return fields;
}

/** Returns the same fields without those whose name, or a name in them, is that of a secret. */
export function withoutSecrets(fields: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(fields).filter(([name, json]) => ![name, ...namesIn(json)].some((one) => SECRET.test(one))),
  );
}

/** Returns the JSON of a value, unless it has none or is large. */
export function smallJson(value: unknown, characters: number): Json | undefined {
  try {
    const json = toJson(value, 'an error');
    return JSON.stringify(json).length <= characters ? json : undefined;
  } catch {
    return undefined;
  }
}

// --- internal ---

const BUILT_IN_NAME = /^(Aggregate|Eval|Range|Reference|Syntax|Type|URI)?Error$/;
const FRAME = /^\s+at /;
const CODE_CHARACTERS = 200;
const NOT_FIELDS: ReadonlySet<string> = new Set(['name', 'message', 'stack', 'cause', 'code', 'args', 'errors']);
/** Names of fields that clients of HTTP and databases give to what nobody else may read. */
const SECRET = /auth|cookie|credential|passw|secret|token|api[-_]?key|private/i;

function ownKeys(error: object): readonly string[] {
  try {
    return Object.keys(error);
  } catch {
    return [];
  }
}

function namesIn(json: Json): readonly string[] {
  if (Array.isArray(json)) return json.flatMap((item: Json) => namesIn(item));
  if (!isPlainObject(json)) return [];
  return Object.entries(json).flatMap(([name, value]) => [name, ...namesIn(value)]);
}
