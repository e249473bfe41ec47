import { existsSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import type { OnResolveArgs, OnResolveResult, Plugin, PluginBuild } from 'esbuild';
import type { BuildSettings } from '../../core/types/function-config.ts';
import { isRecord } from '../checks.ts';
import { findPackage, manifestOf, packageDirOf, packageNameOf } from './packages.ts';
import { isListed } from './settings.ts';
import { isOfAws } from './shipped.ts';
import type { Shipped } from './shipped.ts';

/**
 * Resolves packages as Node does, with three exceptions. Shipped packages stay imports. The AWS SDK is taken as its
 * modules, which are a third of its CommonJS. A required package that is not installed fails where it is reached, as in
 * Node.
 */
export function resolvePackages(settings: BuildSettings, shipped: Shipped): Plugin {
  return {
    name: 'chordal-packages',
    setup: (build) => {
      build.onResolve({ filter: /^[^./]/ }, (args) => resolvePackage(build, args, settings, shipped));
      build.onResolve({ filter: /^\.{1,2}\/.*\.node$/ }, (args) => resolveAddon(args, shipped));
    },
  };
}

// --- internal ---

type Resolved = Promise<OnResolveResult | undefined>;

async function resolvePackage(
  build: PluginBuild,
  args: OnResolveArgs,
  settings: BuildSettings,
  shipped: Shipped,
): Resolved {
  const { path, resolveDir } = args;
  if (!isOfPackage(args)) return undefined;
  const name = packageNameOf(path);
  if (isListed(name, settings.provided) || isOfOperators(args)) return { path, external: true };
  const dir = findPackage(name, resolveDir);
  if (dir === undefined) return isLeft(args) && !(await isFound(build, args)) ? { path, external: true } : undefined;
  if (isOfAws(name)) return moduleOf(dir, path.slice(name.length));
  if (isListed(name, settings.bundled)) return undefined;
  if (isListed(name, settings.external)) shipped.add(dir);
  if (!isShipped(name, dir, args, shipped)) return undefined;
  return { path: `${shipped.nameFor(name, dir)}${path.slice(name.length)}`, external: true };
}

/** Returns whether an import may name a package, and this plugin has not asked for it itself. */
function isOfPackage({ path, kind, pluginData }: OnResolveArgs): boolean {
  return pluginData !== asked && kind !== 'entry-point' && !path.startsWith('#') && !isBuiltin(path);
}

/**
 * Returns whether an import is that of Lambda's client by the library: Lambda's Node.js runtime has it, and hardly any function
 * pauses others.
 */
function isOfOperators({ path, importer }: OnResolveArgs): boolean {
  if (path !== '@aws-sdk/client-lambda') return false;
  const [place] =
    /[/\\](?:src|dist)[/\\](?:runtime[/\\]operations|adapters[/\\]aws[/\\]event-sources)\.[jt]s$/.exec(importer) ?? [];
  return place !== undefined && manifestOf(importer.slice(0, -place.length)).name === 'chordal';
}

/** Returns whether an import of a shipped package stays one. A package that needs itself by name is in one piece. */
function isShipped(name: string, dir: string, { importer }: OnResolveArgs, shipped: Shipped): boolean {
  if (name === 'chordal' || packageDirOf(`${dir}/`) === undefined || !shipped.has(dir)) return false;
  return packageDirOf(importer) !== dir;
}

/**
 * Looks up the ES module that a package of the SDK has for bundlers: by the condition `module` of its `exports`, or without those by
 * its field `module`. Node itself takes CommonJS there, and a bundler cannot leave out any of that.
 */
function moduleOf(dir: string, subpath: string): OnResolveResult | undefined {
  const { exports, module, sideEffects } = manifestOf(dir);
  const entry = exports === undefined ? (subpath === '' ? module : undefined) : entryFor(exports, subpath);
  if (entry === undefined) return undefined;
  const isListed = Array.isArray(sideEffects) && sideEffects.includes(entry);
  return { path: join(dir, entry), sideEffects: sideEffects === undefined || sideEffects === true || isListed };
}

function entryFor(exports: unknown, subpath: string): string | undefined {
  const conditions: unknown = isRecord(exports) ? exports[`.${subpath}`] : undefined;
  const entry: unknown = isRecord(conditions) ? conditions['module'] : undefined;
  return typeof entry === 'string' ? entry : undefined;
}

/** Returns whether Node looks for an import only when it is reached. */
function isLeft({ kind, importer }: OnResolveArgs): boolean {
  const isLate = kind === 'require-call' || kind === 'dynamic-import' || kind === 'require-resolve';
  return isLate && packageDirOf(importer) !== undefined;
}

/** Returns whether an import is found in another way: for example by an alias, or the paths of a `tsconfig.json`. */
async function isFound(build: PluginBuild, { path, kind, importer, resolveDir }: OnResolveArgs): Promise<boolean> {
  const { errors } = await build.resolve(path, { kind, importer, resolveDir, pluginData: asked });
  return errors.length === 0;
}

const asked = Symbol('asked by this plugin');

/** Loads an addon from its package's folder. */
async function resolveAddon({ path, importer, resolveDir }: OnResolveArgs, shipped: Shipped): Resolved {
  const dir = packageDirOf(importer);
  if (dir === undefined) return undefined;
  if (existsSync(join(resolveDir, path))) shipped.add(dir);
  return { path, external: true };
}
