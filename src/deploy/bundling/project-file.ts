import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { ConfigurationError } from '../../core/errors/caller.ts';
import { messageOf } from '../../core/text/describe.ts';
import type { ProjectBuild } from '../../core/types/function-config.ts';
import { checkSettings, isRecord, RECORD, unknownKey } from '../checks.ts';
import { BUILD_CHECKS, buildSettingsOf, checkEsbuildOptions } from './settings.ts';

/**
 * Returns the project that a folder of handlers belongs to: the nearest folder above it with a `package.json`,
 * otherwise the one that it is in.
 */
export function projectRoot(handlersDir: string): string {
  const parent = dirname(resolve(handlersDir));
  for (let dir = parent; dir !== dirname(dir); dir = dirname(dir))
    if (existsSync(join(dir, 'package.json'))) return dir;
  return parent;
}

/**
 * Reads the settings of a project's builds from `chordal.config.ts` (or `.mts`, `.js`, `.mjs`) in its root; without the file there are none.
 *
 * @param handlers the names of the handlers that there are
 * @throws ConfigurationError if the file does not load, exports something else, or has a setting that is unknown or wrong
 */
export async function readProjectBuild(root: string, handlers: readonly string[]): Promise<ProjectBuild> {
  const file = NAMES.map((name) => join(root, name)).find((path) => existsSync(path));
  if (file === undefined) return {};
  const name = relative(root, file);
  const module = await loadModule(root, file).catch((cause: unknown) => {
    throw new ConfigurationError(`Cannot load ${name}: ${messageOf(cause)}`, { cause });
  });
  const { build: given, ...others } = module;
  const [other] = Object.keys(others);
  if (other !== undefined) throw unknownKey(other, ['build'], `the exports of ${name}`);
  if (given === undefined) return {};
  checkSettings(given, { ...BUILD_CHECKS, handlers: RECORD }, `build of ${name}`);
  checkEsbuildOptions(buildSettingsOf(given)?.esbuild, `build of ${name}`);
  const own = isRecord(given['handlers']) ? given['handlers'] : {};
  for (const [handler, settings] of Object.entries(own)) {
    const place = `build.handlers.${handler} of ${name}`;
    if (!handlers.includes(handler)) throw unknownKey(handler, handlers, `build.handlers of ${name}`);
    checkSettings(settings, BUILD_CHECKS, place);
    checkEsbuildOptions(buildSettingsOf(settings)?.esbuild, place);
  }
  return given;
}

// --- internal ---

const NAMES = ['chordal.config.ts', 'chordal.config.mts', 'chordal.config.js', 'chordal.config.mjs'];

/** Compiled, because not every Node runs TypeScript; in a place where Node finds its packages. */
async function loadModule(root: string, file: string): Promise<Readonly<Record<string, unknown>>> {
  const dir = join(root, '.chordal');
  const out = join(dir, `config-${process.pid}-${Date.now()}.mjs`);
  const options = { bundle: true, packages: 'external', platform: 'node', format: 'esm', write: false } as const;
  const { outputFiles } = await build({ ...options, entryPoints: [file], absWorkingDir: root, logLevel: 'silent' });
  await mkdir(dir, { recursive: true });
  await writeFile(out, outputFiles[0]?.text ?? '');
  try {
    const module: unknown = await import(pathToFileURL(out).href);
    return isRecord(module) ? module : {};
  } finally {
    await rm(out, { force: true });
  }
}
