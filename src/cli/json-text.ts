import { isPlainObject, parseJson } from '../core/values/json.ts';
import type { Json, JsonObject } from '../core/values/json.ts';
import { fromJson } from '../core/values/serializer.ts';
import { UsageError } from './usage-error.ts';

/** Whether a text is JSON, however deep. */
export function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/**
 * An argument of a task: JSON, else the text itself.
 *
 * @throws SerializationError for JSON that nests too deep
 *
 * @example
 * jsonOrText('[1, 2]', 'argument 1'); // [1, 2]
 * jsonOrText('hello', 'argument 1'); // 'hello'
 */
export function jsonOrText(text: string, what: string): Json {
  return isJson(text) ? parseJson(text, what) : text;
}

/** The list that `--args` is: values to be prepended. */
export function listOption(text: string | undefined): readonly unknown[] {
  if (text === undefined) return [];
  const json = jsonOption('args', text, "a list of arguments, as in --args '[1, 2]'");
  if (Array.isArray(json)) return json.map((item: Json) => fromJson(item, '--args'));
  throw new UsageError(
    `Cannot use --args as a list of arguments: current value is ${text}; for one argument write --args '[${text}]'`,
  );
}

/** The object that `--kwargs` is: keyword arguments. */
export function objectOption(text: string | undefined): JsonObject {
  if (text === undefined) return {};
  const form = `an object of keyword arguments, as in --kwargs '{"debug": true}'`;
  const json = jsonOption('kwargs', text, form);
  if (isPlainObject(json)) return json;
  throw new UsageError(`Cannot use --kwargs as ${form}: current value is ${text}`);
}

// --- internal ---

function jsonOption(name: string, text: string, form: string): Json {
  if (isJson(text)) return parseJson(text, `--${name}`);
  throw new UsageError(`Cannot use --${name} as ${form}: current value is no JSON: ${text}`);
}
