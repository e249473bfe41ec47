import { readFileSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { dirname, join, resolve, sep } from 'node:path';
import type { BuildFailure, BuildOptions, Message } from 'esbuild';
import { ConfigurationError } from '../core/errors/caller.ts';
import type { HandlerFile } from './handler-file.ts';

/**
 * The options of the one esbuild run that bundles all handlers: an ESM file for each, and what they share in `chunks/`.
 * Modules are preferred over CommonJS (`mainFields`), else the AWS SDK's own `require` ends in the bundle and throws when called.
 */
export function bundleOptions(handlers: readonly HandlerFile[], outDir: string): BuildOptions & { metafile: true } {
  return {
    entryPoints: Object.fromEntries(handlers.map(({ name, file }) => [name, resolve(file)])),
    outdir: resolve(outDir),
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    outExtension: { '.js': '.mjs' },
    splitting: true,
    chunkNames: 'chunks/[name]-[hash]',
    mainFields: ['module', 'main'],
    // esbuild adds 'module' by itself only where no condition is given.
    conditions: ['module', ...(handlers.some(isOfChordal) ? ['chordal-source'] : [])],
    minify: true,
    // An error's class name is what a caller sees as its type.
    keepNames: true,
    sourcemap: 'linked',
    metafile: true,
    logLevel: 'silent',
  };
}

/** Where the bundle of a handler is. */
export function bundlePath(outDir: string, handler: string): string {
  return join(resolve(outDir), `${handler}.mjs`);
}

/** Removes what an earlier build left in a folder, and nothing else. */
export async function clearBundles(outDir: string): Promise<void> {
  const files = await readdir(outDir).catch(() => []);
  const ours = files.filter((file) => file === 'chunks' || /\.mjs(\.map)?$/.test(file));
  await Promise.all(ours.map((file) => rm(join(outDir, file), { recursive: true, force: true })));
}

/** What esbuild found wrong, as one of our errors; each line begins with file, line and column. */
export function buildError(cause: unknown): ConfigurationError {
  const problems = isBuildFailure(cause) ? cause.errors.map(describeMessage) : [String(cause)];
  return new ConfigurationError(`Cannot build the handlers:\n${problems.join('\n')}`, { cause });
}

/** A message of esbuild as one line: `handlers/math.ts:3:7: Could not resolve "left-pad"`. */
export function describeMessage({ location, text }: Message): string {
  return location === null ? text : `${location.file}:${location.line}:${location.column + 1}: ${text}`;
}

// --- internal ---

/**
 * Whether the handler belongs to this repository: there `chordal` is the package itself, read from its source. Where it is installed, its
 * own handlers are built, and so must be what a project's handlers import: else functions hold the library twice.
 */
function isOfChordal({ file }: HandlerFile): boolean {
  if (resolve(file).split(sep).includes('node_modules')) return false;
  let dir = dirname(resolve(file));
  while (dir !== dirname(dir)) {
    const manifest = readManifest(dir);
    if (manifest !== undefined) return manifest.name === 'chordal';
    dir = dirname(dir);
  }
  return false;
}

function readManifest(dir: string): { readonly name?: unknown } | undefined {
  try {
    const manifest: unknown = JSON.parse(readFileSync(join(dir, 'package.json'), 'utf8'));
    return typeof manifest === 'object' && manifest !== null ? manifest : {};
  } catch {
    return undefined;
  }
}

function isBuildFailure(error: unknown): error is BuildFailure {
  return error instanceof Error && 'errors' in error && Array.isArray(error.errors);
}
