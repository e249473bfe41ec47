import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';

/** As much of a `package.json` as a build looks at. */
export interface Manifest {
  readonly name?: string;
  readonly version?: string;
  readonly type?: string;
  readonly main?: string;
  readonly module?: string;
  readonly exports?: unknown;
  readonly sideEffects?: unknown;
  readonly gypfile?: boolean;
  readonly binary?: unknown;
  readonly os?: readonly string[];
  readonly cpu?: readonly string[];
  readonly libc?: readonly string[];
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

/** Returns the package's name in an import: `@scope/name/inner.js` → `@scope/name`. */
export function packageNameOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

/** Returns the real path of a package's folder as Node finds it from a folder; undefined if it is not installed. */
export function findPackage(name: string, from: string): string | undefined {
  for (let dir = from; ; dir = dirname(dir)) {
    const found = join(dir, 'node_modules', name);
    if (existsSync(join(found, 'package.json'))) return realpathSync(found);
    if (dir === dirname(dir)) return undefined;
  }
}

/** Returns the folder of a file's package in `node_modules`; undefined for a file of the project's own. */
export function packageDirOf(file: string): string | undefined {
  const marker = `${sep}node_modules${sep}`;
  const start = file.lastIndexOf(marker);
  if (start < 0) return undefined;
  const inner = file.slice(start + marker.length).split(sep);
  const words = inner[0]?.startsWith('@') === true ? 2 : 1;
  return join(file.slice(0, start + marker.length), ...inner.slice(0, words));
}

/** Reads a package's `package.json`; returns an empty one if it can't be read. */
export function manifestOf(dir: string): Manifest {
  const known = manifests.get(dir);
  if (known !== undefined) return known;
  const manifest = readManifest(dir);
  manifests.set(dir, manifest);
  return manifest;
}

/**
 * Returns whether a package has compiled code of a machine, or finds it in others that are made for one kind of machine
 * each.
 */
export function isNative(dir: string): boolean {
  const { gypfile, binary, dependencies = {}, optionalDependencies = {} } = manifestOf(dir);
  if (gypfile === true || (typeof binary === 'object' && binary !== null)) return true;
  if (existsSync(join(dir, 'binding.gyp')) || existsSync(join(dir, 'prebuilds'))) return true;
  if (NATIVE_HELPERS.some((name) => name in dependencies)) return true;
  return Object.keys(optionalDependencies).some((name) => PLATFORM.test(name));
}

/** Returns the folders of a package and of all that it needs and finds, itself first. */
export function withDependencies(dir: string): ReadonlySet<string> {
  const seen = new Set<string>();
  const visit = (one: string): void => {
    if (seen.has(one)) return;
    seen.add(one);
    for (const found of dependenciesOf(one).values()) visit(found);
  };
  visit(dir);
  return seen;
}

/** Returns the installed dependencies of a package, by name. */
export function dependenciesOf(dir: string): ReadonlyMap<string, string> {
  const { dependencies, optionalDependencies, peerDependencies } = manifestOf(dir);
  const names = Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies });
  const found = names.flatMap((name) => {
    const at = findPackage(name, dir);
    return at === undefined ? [] : [[name, at] as const];
  });
  return new Map(found);
}

/** A name as `@img/sharp-linux-x64`: a package for one kind of machine. */
export const PLATFORM: RegExp =
  /[-/.](?:linux|linuxmusl|darwin|win32|windows|freebsd)[-_]?(?:x64|arm64|x86_64|aarch64|arm|ia32)?(?:[-_]|$)/;

// --- internal ---

const manifests = new Map<string, Manifest>();

const NATIVE_HELPERS = [
  'bindings',
  'node-gyp-build',
  'node-gyp-build-optional-packages',
  'prebuild-install',
  'node-pre-gyp',
  '@mapbox/node-pre-gyp',
  'cmake-js',
  'pkg-prebuilds',
];

function readManifest(dir: string): Manifest {
  try {
    const manifest: unknown = JSON.parse(readFileSync(join(dir, 'package.json'), 'utf8'));
    // A field that is of another kind counts as absent where it is used.
    return typeof manifest === 'object' && manifest !== null ? manifest : {};
  } catch {
    return {};
  }
}
