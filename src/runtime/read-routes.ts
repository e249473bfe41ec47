import { existsSync, readFileSync } from 'node:fs';
import { ConfigurationError } from '../core/errors/caller.ts';
import { mismatch } from '../core/text/mismatch.ts';
import { isPlainObject, jsonIn } from '../core/values/json.ts';

/** Reads the routes: they are built into each function, beside its bundle; other programs read CHORDAL_ROUTES. */
export function readRoutes(
  environment: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string>> {
  const { CHORDAL_ROUTES: given } = environment;
  if (given === undefined) return builtInRoutes();
  if (given.trimStart().startsWith('{')) return routesIn(given, 'CHORDAL_ROUTES');
  try {
    return routesIn(readFileSync(given, 'utf8'), given);
  } catch (cause) {
    if (cause instanceof ConfigurationError) throw cause;
    throw new ConfigurationError(
      `Cannot read the routes of tasks from CHORDAL_ROUTES: ${mismatch('JSON, or the path of a readable file', given)}. Take it from .chordal/dev.env, which \`chordal dev\` writes.`,
      { cause },
    );
  }
}

// --- internal ---

/**
 * Reads the routes beside the bundle. This code is in the bundle itself or, shared by several, in `chunks/` below it.
 * If there is no file, this is not a function but another program.
 */
function builtInRoutes(): Readonly<Record<string, string>> {
  const file = ['./routes.json', '../routes.json']
    .map((path) => new URL(path, import.meta.url))
    .find((url) => existsSync(url));
  return file === undefined ? {} : routesIn(readFileSync(file, 'utf8'), String(file));
}

function routesIn(text: string, where: string): Readonly<Record<string, string>> {
  const json = jsonIn(text);
  const isRoutes = isPlainObject(json) && Object.values(json).every((queue) => typeof queue === 'string');
  if (!isRoutes)
    throw new ConfigurationError(
      `Cannot read the routes of tasks from ${where}: ${mismatch('a JSON object that gives each task its queue', text.slice(0, 100))}`,
    );
  // Every value has been seen to be a text.
  return json as Readonly<Record<string, string>>;
}
