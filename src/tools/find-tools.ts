import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, extname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ConfigurationError } from '../core/errors/caller.ts';
import { isPlainObject } from '../core/values/json.ts';

/** The package that develops and deploys: the command line, the embedded cloud, the build. A program that only calls tasks does without it. */
const TOOLS = 'chordal-tools';

/** The parts of it, beside this folder. A clone of the repository has them; the package `chordal` does not. */
const PARTS = { cli: '../cli/main', deploy: '../deploy/serverless' } as const;

/**
 * Imports a part of the package `chordal-tools`, of this package's version. In a clone of the repository it is the clone's own.
 *
 * @param purpose the use of it, for the error
 * @throws ConfigurationError if the package is not installed, or has another version
 */
export async function importTools(part: keyof typeof PARTS, purpose: string): Promise<unknown> {
  const inClone = new URL(`${PARTS[part]}${extname(import.meta.filename)}`, import.meta.url);
  if (existsSync(inClone)) return import(inClone.href);
  const own = versionIn(new URL('../../package.json', import.meta.url));
  const folder = findTools();
  if (folder === undefined) {
    throw new ConfigurationError(
      `Cannot ${purpose}: the package ${TOOLS} is not installed. Run npm install --save-dev ${TOOLS}@${own}`,
    );
  }
  const version = versionIn(pathToFileURL(join(folder, 'package.json')));
  if (version !== own) {
    throw new ConfigurationError(
      `Cannot ${purpose}: chordal is ${own}, and ${TOOLS} is ${version}. Run npm install chordal@${own} && npm install --save-dev ${TOOLS}@${own}`,
    );
  }
  return import(pathToFileURL(createRequire(join(folder, 'package.json')).resolve(`${TOOLS}/${part}`)).href);
}

// --- internal ---

/** Looks from the project first: with pnpm, a package sees only those that it names itself. */
function findTools(): string | undefined {
  for (const from of [join(process.cwd(), 'package.json'), import.meta.filename]) {
    const folder = resolved(from);
    if (folder !== undefined && existsSync(folder)) return folder;
  }
  return undefined;
}

function resolved(from: string): string | undefined {
  try {
    return dirname(createRequire(from).resolve(`${TOOLS}/package.json`));
  } catch {
    return undefined;
  }
}

function versionIn(manifest: URL): string {
  const json: unknown = JSON.parse(readFileSync(manifest, 'utf8'));
  return isPlainObject(json) && typeof json['version'] === 'string' ? json['version'] : 'unknown';
}
