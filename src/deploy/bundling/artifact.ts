import { cp, glob, mkdir, readdir, rm, symlink } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { ConfigurationError } from '../../core/errors/caller.ts';
import { dependenciesOf, manifestOf } from './packages.ts';
import { placeOf } from './place.ts';

/** Removes the files of an earlier build from an artifact, and nothing else. */
export async function clearArtifact(outDir: string): Promise<void> {
  const files = await readdir(outDir).catch(() => []);
  const ours = files.filter((file) => OURS.has(file) || /\.mjs(\.map)?$/.test(file));
  await Promise.all(ours.map((file) => rm(join(outDir, file), { recursive: true, force: true })));
}

/**
 * Puts files into the artifact: as links, so that a change of one is seen at once, or as copies for a deployment.
 *
 * @param files by their place in the artifact
 */
export async function placeFiles(files: ReadonlyMap<string, string>, outDir: string, asCopies: boolean): Promise<void> {
  for (const [place, file] of files) {
    const to = join(outDir, ...place.split('/'));
    if (!asCopies) {
      await link(file, to);
      continue;
    }
    await rm(to, { recursive: true, force: true });
    await cp(file, to, { recursive: true, dereference: true, filter: (path) => !hasModules(relative(file, path)) });
  }
}

/**
 * Returns the files that a project's `assets` name, by their place in the artifact.
 *
 * @throws ConfigurationError if a pattern matches none
 */
export async function assetFiles(root: string, patterns: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>();
  for (const pattern of patterns) {
    let count = 0;
    for await (const path of glob(pattern, {
      cwd: root,
      exclude: (name) => name === 'node_modules' || name === '.git',
    })) {
      files.set(placeOf(root, resolve(root, path)), resolve(root, path));
      count += 1;
    }
    if (count > 0) continue;
    throw new ConfigurationError(
      `Cannot ship the assets ${JSON.stringify(pattern)}: no file of the project has such a path. Paths begin at the project's root, ${root}.`,
    );
  }
  return files;
}

/** Has Node find packages where they are installed. */
export async function linkPackages(packages: ReadonlyMap<string, string>, outDir: string): Promise<void> {
  for (const [name, dir] of packages) await link(dir, join(outDir, 'node_modules', ...name.split('/')));
}

/**
 * Copies packages into the artifact with all that they need, each where Node finds it from those that import it.
 *
 * @returns the folders of the copies, by their originals
 */
export async function copyPackages(
  packages: ReadonlyMap<string, string>,
  outDir: string,
): Promise<readonly PackageCopy[]> {
  const modules = join(resolve(outDir), 'node_modules');
  await rm(modules, { recursive: true, force: true });
  const placed = new Map<string, string>();
  const todo = [...packages].map(([name, from]): PackageCopy => ({ from, to: join(modules, ...name.split('/')) }));
  for (const { from, to } of todo) placed.set(to, from);
  // Grows while it is walked.
  for (const { from, to } of todo) {
    for (const [name, dependency] of dependenciesOf(from)) {
      const free = freePlace({ name, dependency, to, modules, placed });
      if (free === undefined) continue;
      placed.set(free, dependency);
      todo.push({ from: dependency, to: free });
    }
  }
  for (const { from, to } of todo) {
    await mkdir(dirname(to), { recursive: true });
    await cp(from, to, { recursive: true, dereference: true, filter: (path) => isWantedOfPackage(from, path) });
  }
  return todo;
}

/** A package in the artifact. */
export interface PackageCopy {
  readonly from: string;
  readonly to: string;
}

/** Returns the bytes of all files in a folder. */
export async function bytesIn(dir: string, size: (path: string) => Promise<number>): Promise<number> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const sizes = await Promise.all(files.map((entry) => size(join(entry.parentPath, entry.name))));
  return sizes.reduce((sum, bytes) => sum + bytes, 0);
}

// --- internal ---

/** The folders that builds make. */
const OURS = new Set(['node_modules', 'chunks', 'routes.json', 'meta.json']);

interface Wanted {
  readonly name: string;
  readonly dependency: string;
  readonly to: string;
  readonly modules: string;
  readonly placed: ReadonlyMap<string, string>;
}

/** Returns the place where a dependent finds its dependency; undefined if it finds it already. */
function freePlace({ name, dependency, to, modules, placed }: Wanted): string | undefined {
  const places = [join(to, 'node_modules', ...name.split('/'))];
  for (let dir = dirname(to); dir.startsWith(modules); dir = dirname(dir)) {
    const isModules = dir === modules || dir.endsWith(`${sep}node_modules`);
    if (isModules) places.push(join(dir, ...name.split('/')));
  }
  const seen = places.find((place) => placed.has(place));
  if (seen === undefined) return places.at(-1);
  return placed.get(seen) === dependency ? undefined : places[0];
}

async function link(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  await rm(to, { recursive: true, force: true });
  await symlink(from, to, 'junction');
}

function hasModules(inner: string): boolean {
  return inner.split(sep).includes('node_modules');
}

/** Returns false for files that only compilers and people read, and for dependencies, which have their own places. */
function isWantedOfPackage(dir: string, path: string): boolean {
  const inner = relative(dir, path);
  if (hasModules(inner)) return false;
  return (
    !/\.(?:d\.[cm]?ts|map|md|markdown|tsbuildinfo|[ch]|cc|cpp|hpp|o|a|gypi?)$/i.test(inner) &&
    !/^(?:build|deps)[/\\]obj/.test(inner)
  );
}

/** Returns the name and version of a package, as npm prints them. */
export function labelOf(dir: string): string {
  const { name = dir, version = '' } = manifestOf(dir);
  return `${name}@${version}`;
}
