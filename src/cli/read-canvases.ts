import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { InvalidCanvas } from '../core/errors/caller.ts';
import { describe, messageOf } from '../core/text/describe.ts';
import { mismatch } from '../core/text/mismatch.ts';
import { isPlainObject, parseJson } from '../core/values/json.ts';
import type { Json, JsonObject } from '../core/values/json.ts';
import { isJson } from './argument-values.ts';
import { UsageError } from './errors.ts';

/** The text of one canvas, parsed as JSON, or the error of the parser. */
export type CanvasText = {
  /** The place, for messages: the file, and the line if there are several. */
  readonly where: string;
  /** The line in NDJSON, counted from 1. */
  readonly line?: number;
} & ({ readonly json: Json } | { readonly error: unknown });

/** The canvases of a file or of stdin. */
export interface CanvasInput {
  /** The file's name, or `stdin`. */
  readonly name: string;
  readonly canvases: readonly CanvasText[];
  /** Why the whole text is not JSON. Present if no line of it is JSON either. */
  readonly fault?: string;
}

/**
 * Reads a file, or stdin for `-`.
 *
 * @throws UsageError if the file does not exist, cannot be read, or is not text
 */
export async function readInput(file: string, stdin: Readable): Promise<string> {
  const name = nameOf(file);
  try {
    const chunks: Uint8Array[] = [];
    const stream: AsyncIterable<Uint8Array> = file === '-' ? stdin : createReadStream(file);
    for await (const chunk of stream) chunks.push(chunk);
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
  } catch (cause) {
    throw new UsageError(`Cannot read ${name}: ${reasonOf(cause)}`, { cause });
  }
}

/**
 * Reads the canvases of a text: one if the whole text is one JSON value, otherwise one a line. Blank lines are skipped.
 *
 * @throws UsageError if the text is blank
 */
export function canvasesIn(text: string, file: string): CanvasInput {
  const name = nameOf(file);
  const lines = text.split(/\r?\n/).map((content, index) => ({ content, line: index + 1 }));
  const filled = lines.filter(({ content }) => content.trim() !== '');
  if (filled.length === 0) {
    throw new UsageError(
      `Cannot read a canvas from ${name}: it is empty. Write signature JSON, or one signature a line.`,
    );
  }
  if (filled.length === 1 || isOneValue(text))
    return { name, canvases: [{ where: name, ...readJson(text, 'the text') }] };
  const canvases = filled.map(({ content, line }) => ({
    where: `${name}, line ${line}`,
    line,
    ...readJson(content, 'the line'),
  }));
  const isNoNdjson = canvases.every((canvas) => 'error' in canvas);
  return { name, canvases, ...(isNoNdjson && { fault: faultOf(text) }) };
}

/**
 * Returns the JSON object of a canvas. Whether it is a signature is found out when the signature is read.
 *
 * @throws InvalidCanvas or SerializationError if it is not a JSON object
 */
export function canvasJson(canvas: CanvasText): JsonObject {
  if ('error' in canvas) throw canvas.error;
  const { json } = canvas;
  if (isPlainObject(json)) return json;
  const fix = Array.isArray(json) ? '. To submit several canvases, write one a line.' : '';
  throw new InvalidCanvas(`Cannot read a canvas: ${mismatch('an object with a "task" name', describe(json))}${fix}`);
}

// --- internal ---

function nameOf(file: string): string {
  return file === '-' ? 'stdin' : file;
}

/** A value that nests too deep is still one value. */
function isOneValue(text: string): boolean {
  return isJson(text) || 'json' in readJson(text, 'the input');
}

function readJson(text: string, what: string): { readonly json: Json } | { readonly error: unknown } {
  try {
    return { json: parseJson(text, what) };
  } catch (error) {
    return { error };
  }
}

function faultOf(text: string): string {
  try {
    JSON.parse(text);
    return 'it cannot be read';
  } catch (error) {
    return messageOf(error);
  }
}

function reasonOf(cause: unknown): string {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  if (code === 'ENOENT') return 'there is no such file. `-` reads stdin';
  if (code === 'EISDIR') return 'it is a folder, not a file';
  if (code === 'EACCES') return 'access is denied';
  if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA') return 'it is not UTF-8 text';
  return messageOf(cause);
}
