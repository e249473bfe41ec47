import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigurationError } from '../core/errors/caller.ts';
import { mismatch } from '../core/text/mismatch.ts';

/** A file of the handlers folder: one Lambda function and one queue. */
export interface HandlerFile {
  /** The file's name without its extension. */
  readonly name: string;
  readonly file: string;
}

/** The timeout of a function that has none of its own. */
export const DEFAULT_TIMEOUT_SECONDS = 60;

/**
 * Finds the files that are functions: those directly in `dir`, in order of their names. Subfolders are for code that several of them share;
 * declarations and tests are left out.
 *
 * @throws ConfigurationError if the folder is missing or holds no such file, or a file's name can't be a function's
 *
 * @example
 * await findHandlers('handlers'); // [{ name: 'math', file: 'handlers/math.ts' }]
 */
export async function findHandlers(dir: string): Promise<readonly HandlerFile[]> {
  const entries = await readdir(dir, { withFileTypes: true }).catch((cause: unknown) => {
    throw new ConfigurationError(`Cannot find handlers: there is no folder ${dir}`, { cause });
  });
  const handlers = entries
    .filter((entry) => !entry.isDirectory() && isHandler.test(entry.name) && !isOther.test(entry.name))
    .map(({ name }) => ({ name: name.replace(isHandler, ''), file: join(dir, name) }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  if (handlers.length === 0) {
    throw new ConfigurationError(`Cannot find handlers: ${dir} has no file directly in it that ends in ${EXTENSIONS}`);
  }
  for (const [index, { name, file }] of handlers.entries()) {
    checkHandlerName(name, file);
    const before = handlers[index - 1];
    if (before?.name !== name) continue;
    throw new ConfigurationError(
      `Cannot name a function after ${file}: ${before.file} has the same name. Rename one of them.`,
    );
  }
  return handlers;
}

/** Refuses a name that no Lambda function or queue can have. */
export function checkHandlerName(name: string, file: string): void {
  if (/^[A-Za-z0-9_-]+$/.test(name)) return;
  throw new ConfigurationError(
    `Cannot name a function after ${file}: ${mismatch('a name of letters, digits, hyphens and underscores', `"${name}"`)}. Rename the file.`,
  );
}

// --- internal ---

const EXTENSIONS = '.ts, .tsx, .mts, .cts, .js, .jsx, .mjs or .cjs';
const isHandler = /(?<!\.d)\.[cm]?[jt]sx?$/;
const isOther = /^\.|\.d\.[\w-]+\.ts$|\.(test|spec)\.[cm]?[jt]sx?$/;
