import { isId } from '../core/protocol/ids.ts';
import { mismatch } from '../core/text/mismatch.ts';
import { isPlainObject, jsonIn, parseJson } from '../core/values/json.ts';
import type { Json, JsonObject } from '../core/values/json.ts';
import { fromJson } from '../core/values/serializer.ts';
import { UsageError } from './errors.ts';

/** The numbers that an option accepts. */
export interface NumberLimits {
  readonly least: number;
  /** Default: no limit. */
  readonly most?: number;
  /** Default false. */
  readonly isWhole?: boolean;
}

/**
 * Makes the function that reads the value of a numeric option.
 *
 * @example
 * const readDays = numberOption('days', { least: 0, most: 15 });
 * readDays('3'); // 3
 * readDays('x'); // throws UsageError
 */
export function numberOption(
  name: string,
  { least, most = Number.MAX_SAFE_INTEGER, isWhole = false }: NumberLimits,
): (text: string) => number {
  return (text) => {
    const number = text.trim() === '' ? Number.NaN : Number(text);
    if (number >= least && number <= most && (!isWhole || Number.isInteger(number))) return number;
    const kind = `a ${isWhole ? 'whole ' : ''}number`;
    const limits = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`;
    throw new UsageError(`Cannot use --${name}: ${mismatch(`${kind} ${limits}`, JSON.stringify(text))}`);
  };
}

/**
 * Reads the id of a task or a canvas.
 *
 * @throws UsageError if the text cannot be an id
 */
export function idArgument(text: string): string {
  if (isId(text)) return text;
  throw new UsageError(
    `Cannot use an id: ${mismatch('the taskId that `chordal call` or `chordal run` printed', JSON.stringify(text))}`,
  );
}

/** Returns the name of an option as a command line has it: `batchSize` → `batch-size`. */
export function kebabCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** Returns whether a text is JSON, however deep it nests. */
export function isJson(text: string): boolean {
  return jsonIn(text) !== undefined;
}

/**
 * Reads an argument of a task: as JSON if it is JSON, otherwise as a string.
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

/** Reads the value of `--args`: a JSON list. */
export function listOption(text: string): readonly unknown[] {
  const json = jsonOption('args', text);
  if (Array.isArray(json)) return json.map((item: Json) => fromJson(item, '--args'));
  const fix = json === undefined ? "Write it as in --args '[1, 2]'." : `For one argument write --args '[${text}]'.`;
  throw new UsageError(`Cannot use --args: ${mismatch('a JSON list of arguments', text)}. ${fix}`);
}

/** Reads the value of `--kwargs`: a JSON object. */
export function objectOption(text: string): JsonObject {
  const json = jsonOption('kwargs', text);
  if (isPlainObject(json)) return json;
  throw new UsageError(
    `Cannot use --kwargs: ${mismatch('a JSON object of keyword arguments', text)}. Write it as in --kwargs '{"debug": true}'.`,
  );
}

// --- internal ---

/** undefined: the text is not JSON. */
function jsonOption(name: string, text: string): Json | undefined {
  return isJson(text) ? parseJson(text, `--${name}`) : undefined;
}
