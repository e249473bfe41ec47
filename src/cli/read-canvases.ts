import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { messageOf } from '../core/text/describe.ts';
import { parseJson } from '../core/values/json.ts';
import type { Json } from '../core/values/json.ts';
import { isJson } from './json-text.ts';
import { UsageError } from './usage-error.ts';

/** What stands where a canvas should: JSON, or what is wrong with the text. */
export type CanvasText = {
  /** For a person: the file, and the line if there are several. */
  readonly where: string;
  /** Of NDJSON, counted from 1. */
  readonly line?: number;
} & ({ readonly json: Json } | { readonly error: unknown });

/** What was read. */
export interface CanvasInput {
  /** The file's name, or `stdin`. */
  readonly name: string;
  readonly canvases: readonly CanvasText[];
  /** Why the whole is no JSON, where no line of it is either. */
  readonly fault?: string;
}

/**
 * Reads a file, or stdin for `-`.
 *
 * @throws UsageError if there is no such file, it can't be read, or is no text
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
 * The canvases of a text: one if the whole is one JSON value, else one a line; blank lines are passed over.
 *
 * @throws UsageError if the text is blank
 */
export function canvasesIn(text: string, file: string): CanvasInput {
  const name = nameOf(file);
  const lines = text.split(/\r?\n/).map((content, index) => ({ content, line: index + 1 }));
  const filled = lines.filter(({ content }) => content.trim() !== '');
  if (filled.length === 0) {
    throw new UsageError(`Cannot read a canvas from ${name}: it is empty; write signature JSON, or one a line`);
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

// --- internal ---

function nameOf(file: string): string {
  return file === '-' ? 'stdin' : file;
}

/** However deep it nests: then it is one value that is too deep. */
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
  if (code === 'ENOENT') return 'there is no such file; `-` reads stdin';
  if (code === 'EISDIR') return 'it is a folder, not a file';
  if (code === 'EACCES') return 'access is denied';
  if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA') return 'it is no text in UTF-8';
  return messageOf(cause);
}
