import { existsSync } from 'node:fs';
import { join, matchesGlob, posix } from 'node:path';
import { ConfigurationError } from '../../core/errors/caller.ts';
import { isRecord } from '../checks.ts';
import { ServerlessFile } from '../serverless-file.ts';
import type { ServerlessFileOptions } from '../serverless-file.ts';
import { functionId } from '../stack/template.ts';

/** The parts of `serverless.yml` that decide what becomes of functions that are not handlers. */
export interface OwnParts {
  readonly functions: unknown;
  readonly resources: unknown;
  readonly patterns?: readonly string[] | undefined;
  /** Whether something bundles: a plugin, or the framework. Its files are not those that are named. */
  readonly isBundled: boolean;
  readonly isIndividual: boolean;
}

/** Reads these parts from a project's file; undefined if it is a program, which only the framework reads. */
export function readOwnParts(
  root: string,
  options: ServerlessFileOptions,
  patterns: readonly string[] | undefined,
): OwnParts | undefined {
  const file = ServerlessFile.find(root, options);
  if (file === undefined) return undefined;
  const plugins = file.valueOf('self:plugins, null');
  const names = Array.isArray(plugins) ? plugins : isRecord(plugins) ? plugins['modules'] : [];
  const isOther = (name: unknown): boolean => typeof name === 'string' && !name.startsWith('chordal/');
  return {
    functions: file.valueOf('self:functions, null'),
    resources: file.valueOf('self:resources, null'),
    patterns,
    isBundled: (Array.isArray(names) && names.some(isOther)) || isRecord(file.valueOf('self:build, null')),
    isIndividual: file.valueOf('self:package.individually, null') === true,
  };
}

/**
 * Refuses what would be deployed and not work: a function whose file is not in the package, and an extension that replaces the variables
 * of a handler's function.
 *
 * @param handlers the names of the handlers, those of the system included
 * @throws ConfigurationError with the function, the file and the fix
 */
export function checkOwnParts(parts: OwnParts, root: string, handlers: readonly string[]): void {
  for (const [name, one] of Object.entries(merged(parts.functions))) checkIsPackaged(name, one, parts, root);
  checkExtensions(parts.resources, handlers);
}

// --- internal ---

function merged(given: unknown): Readonly<Record<string, unknown>> {
  const parts = Array.isArray(given) ? given : [given];
  return Object.assign({}, ...parts.filter(isRecord)) as Readonly<Record<string, unknown>>;
}

/** In the order in which Lambda looks for a handler's file. */
const LOADED = ['.js', '.mjs', '.cjs'];
const COMPILED = ['.ts', '.mts', '.cts', '.tsx', '.jsx'];

function checkIsPackaged(
  name: string,
  one: unknown,
  { patterns, isBundled, isIndividual }: OwnParts,
  root: string,
): void {
  const handler = isBundled ? undefined : packagedHandler(one);
  if (handler === undefined) return;
  const path = posix.normalize(handler.replace(/\.[^./]*$/, ''));
  const file = LOADED.map((extension) => `${path}${extension}`).find((found) => existsSync(join(root, found)));
  const what = `Cannot package the function ${name}: functions.${name}.handler of serverless.yml is ${handler}`;
  if (file === undefined) throw new ConfigurationError(`${what}, and ${missing(path, root)}`);
  if (isIncluded(file, [...(patterns ?? []), ...ownPatterns(one, isIndividual)])) return;
  throw new ConfigurationError(
    `${what}, and package.patterns leaves out ${file}. Add '${folderOf(file)}' to the patterns, after '!**'.`,
  );
}

/** Returns the handler of a function that the framework packages; undefined if the function has an image or an archive. */
function packagedHandler(one: unknown): string | undefined {
  if (!isRecord(one) || one['image'] !== undefined || typeof one['handler'] !== 'string') return undefined;
  return packageOf(one)['artifact'] === undefined ? one['handler'] : undefined;
}

function packageOf(one: unknown): Readonly<Record<string, unknown>> {
  return isRecord(one) && isRecord(one['package']) ? one['package'] : {};
}

/** The framework reads patterns of a function only if it packages the function alone. */
function ownPatterns(one: unknown, isIndividual: boolean): readonly string[] {
  const { patterns, individually } = packageOf(one);
  return (isIndividual || individually === true) && Array.isArray(patterns) ? patterns.map(String) : [];
}

function missing(path: string, root: string): string {
  const source = COMPILED.map((extension) => `${path}${extension}`).find((found) => existsSync(join(root, found)));
  if (source === undefined) return `there is no file ${path}.js, .mjs or .cjs.`;
  return `Lambda does not load ${source}. Bundle it first (npx esbuild ${source} --bundle --platform=node --format=esm --outfile=${path}.mjs), or add a plugin that does, such as serverless-esbuild.`;
}

/** The last pattern that matches decides, as in the framework. */
function isIncluded(file: string, patterns: readonly string[]): boolean {
  return patterns.reduce((isIn, pattern) => {
    const isExcluding = pattern.startsWith('!');
    const glob = posix.normalize(isExcluding ? pattern.slice(1) : pattern);
    return matchesGlob(file, glob) ? !isExcluding : isIn;
  }, true);
}

function folderOf(file: string): string {
  const dir = posix.dirname(file);
  return dir === '.' ? file : `${dir}/**`;
}

function checkExtensions(resources: unknown, handlers: readonly string[]): void {
  const { extensions } = merged(resources);
  if (!isRecord(extensions)) return;
  for (const handler of handlers) {
    const id = functionId(handler);
    const one = extensions[id];
    const properties = isRecord(one) && isRecord(one['Properties']) ? one['Properties'] : {};
    if (properties['Environment'] === undefined) continue;
    throw new ConfigurationError(
      `Cannot use resources.extensions.${id}.Properties.Environment of serverless.yml: it replaces all variables of the function, also those that lead it to its table and queues. Write them as custom.functions.${handler}.environment.`,
    );
  }
}
