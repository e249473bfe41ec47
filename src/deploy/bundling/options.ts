import { existsSync, readFileSync } from 'node:fs';
import { dirname, extname, join, resolve, sep } from 'node:path';
import type { BuildOptions, Loader, Plugin } from 'esbuild';
import type { BuildSettings } from '../../core/types/function-config.ts';
import type { HandlerFile } from '../handler-file.ts';
import { rareNames } from './names.ts';
import { manifestOf } from './packages.ts';
import { keepPlaces, placesBanner } from './place.ts';
import type { Beside } from './place.ts';
import { resolvePackages } from './resolve.ts';
import { mergeSettings } from './settings.ts';
import { Shipped } from './shipped.ts';

/** How bundles are made; without it as for a deployment of a project without settings. */
export interface BundleContext {
  readonly root: string;
  readonly settings: BuildSettings;
  /** As it was written, for people; or smaller, for Lambda, with a source map or without. */
  readonly form: 'readable' | 'small' | 'small-with-map';
  readonly shipped: Shipped;
  readonly beside: Beside;
}

/**
 * Returns the options of the one esbuild run that bundles handlers: an ESM file for each, and chunks for the code that
 * they share.
 */
export function bundleOptions(
  handlers: readonly HandlerFile[],
  outDir: string,
  context: BundleContext = contextOf(process.cwd()),
): BuildOptions & { metafile: true } {
  return {
    ...commonOptions(handlers, context, handlers[0]?.name ?? ''),
    entryPoints: Object.fromEntries(handlers.map(({ name, file }) => [name, entryOf(resolve(file))])),
    outdir: resolve(outDir),
    splitting: true,
    // Not in a folder of their own: every bundle is then in the place that its modules take for the project's root.
    chunkNames: 'chunk-[hash]',
  };
}

/** Returns the options of the run that bundles a module which is loaded by its URL: one file, in its place. */
export function programOptions(
  place: string,
  file: string,
  outDir: string,
  context: BundleContext,
): BuildOptions & { metafile: true } {
  return {
    ...commonOptions([{ name: place, file }], context, place),
    entryPoints: { [place]: file },
    outdir: resolve(outDir),
  };
}

/** Returns the context of bundles, with defaults for all that a project does not set. */
export function contextOf(root: string, settings: BuildSettings = {}): BundleContext {
  const beside = { files: new Map<string, string>(), programs: new Map<string, string>() };
  return { root, settings: mergeSettings(settings), form: 'small-with-map', shipped: new Shipped(root), beside };
}

// --- internal ---

/**
 * Texts and bytes that a module may import without a setting.
 * A large file is better named by `new URL(…, import.meta.url)`: it is then shipped as a file.
 */
const LOADERS: Readonly<Record<string, Loader>> = {
  ...Object.fromEntries(
    ['.txt', '.md', '.html', '.sql', '.graphql', '.gql', '.csv', '.xml', '.svg', '.yaml', '.yml', '.pem'].map(
      (extension) => [extension, 'text'],
    ),
  ),
  ...Object.fromEntries(
    ['.wasm', '.bin', '.png', '.jpg', '.jpeg', '.gif', '.webp', '.ttf', '.otf', '.pdf', '.gz'].map((extension) => [
      extension,
      'binary',
    ]),
  ),
};

function commonOptions(
  handlers: readonly HandlerFile[],
  { root, settings, form, shipped, beside }: BundleContext,
  place: string,
): BuildOptions & { metafile: true } {
  // esbuild checks those that a project sets.
  const own = (settings.esbuild ?? {}) as BuildOptions;
  return {
    target: 'node24',
    // As Node takes packages that have two builds. `resolvePackages` makes an exception for the AWS SDK.
    mainFields: ['main', 'module'],
    // A caller sees the class name of an error as its type.
    keepNames: true,
    legalComments: 'none',
    ...sizeOptions(form),
    ...own,
    bundle: true,
    platform: 'node',
    format: 'esm',
    outExtension: { '.js': '.mjs' },
    conditions: [
      'node-addons',
      'module-sync',
      ...(own.conditions ?? []),
      ...(handlers.some(isOfChordal) ? ['chordal-source'] : []),
    ],
    // esbuild checks the settings of a project.
    loader: { ...LOADERS, ...(settings.loaders as Readonly<Record<string, Loader>>) },
    banner: { ...own.banner, js: `${placesBanner(place)}${own.banner?.['js'] ?? ''}` },
    plugins: [
      ...(own.plugins ?? []),
      commonJsEntries,
      resolvePackages(settings, shipped),
      keepPlaces(root, settings, shipped, beside),
      rareNames,
    ],
    metafile: true,
    logLevel: 'silent',
  };
}

/** Identifiers are kept in both: they are in messages (*calculateTotal is not a function*). */
function sizeOptions(form: BundleContext['form']): BuildOptions {
  if (form === 'readable') return { sourcemap: 'linked' };
  const small: BuildOptions = { minifyWhitespace: true, minifySyntax: true };
  // Lines and names are all that a stack needs of a map; Node reads it when the function starts.
  return form === 'small' ? { ...small, sourcemap: false } : { ...small, sourcemap: 'linked', sourcesContent: false };
}

const COMMON_JS = 'chordal-commonjs:';

/** A handler in CommonJS has its exports only when it runs: a module before it names them. */
const commonJsEntries: Plugin = {
  name: 'chordal-commonjs',
  setup: (build) => {
    build.onResolve({ filter: /^chordal-commonjs:/ }, ({ path }) => ({
      path: path.slice(COMMON_JS.length),
      namespace: 'chordal-commonjs',
    }));
    build.onLoad({ filter: /.*/, namespace: 'chordal-commonjs' }, ({ path }) => ({
      contents: `import * as all from ${JSON.stringify(path)};\nexport const { handler, config } = { ...all };`,
      resolveDir: dirname(path),
    }));
  },
};

function entryOf(file: string): string {
  return isCommonJs(file) ? `${COMMON_JS}${file}` : file;
}

function isCommonJs(file: string): boolean {
  if (/^\.c[jt]s$/.test(extname(file))) return true;
  const text = readFileSync(file, 'utf8');
  return /\bexports\b/.test(text) && !/^\s*(?:import|export)\b/m.test(text);
}

/**
 * Returns whether the handler belongs to this repository: there `chordal` is the package itself, read from its source.
 * Where it is installed, its own handlers are built. The copy that a project's handlers import must then be built too:
 * otherwise functions hold the library twice.
 */
function isOfChordal({ file }: HandlerFile): boolean {
  if (resolve(file).split(sep).includes('node_modules')) return false;
  for (let dir = dirname(resolve(file)); dir !== dirname(dir); dir = dirname(dir)) {
    if (existsSync(join(dir, 'package.json'))) return manifestOf(dir).name === 'chordal';
  }
  return false;
}
