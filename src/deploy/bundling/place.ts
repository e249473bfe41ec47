import { existsSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { OnLoadResult, PartialMessage, Plugin } from 'esbuild';
import type { BuildSettings } from '../../core/types/function-config.ts';
import { packageDirOf, packageNameOf } from './packages.ts';
import { isListed } from './settings.ts';
import { isOfAws } from './shipped.ts';
import type { Shipped } from './shipped.ts';

/** The files that bundles need beside them, and programs that are bundled as files of their own. */
export interface Beside {
  /** Files and folders, by their place in the artifact. */
  readonly files: Map<string, string>;
  /** Modules that are loaded by their URL (a worker's, a child process's), by their place in the artifact, without extension. */
  readonly programs: Map<string, string>;
}

/**
 * Returns the start of every bundle: a `require`, and the functions for the places that {@link keepPlaces} writes.
 *
 * @param place where in the artifact the bundle is
 */
export function placesBanner(place: string): string {
  const up = JSON.stringify(`./${'../'.repeat(place.split('/').length - 1)}`);
  return (
    "import{createRequire as __chordalRequire}from'node:module';import{fileURLToPath as __chordalFile}from'node:url';" +
    'const require=__chordalRequire(import.meta.url),' +
    `__chordalUrl=(place)=>new URL(${up}+place,import.meta.url).href,__chordalPath=(place)=>__chordalFile(__chordalUrl(place));`
  );
}

/**
 * Lets modules find the files beside them. All of a project's modules end in one file, so `import.meta.url`, `__dirname` and the like name
 * the place that a module has in the project, inside the artifact; files that it names by `new URL(…, import.meta.url)` are put there. A
 * package that reads files of its own folder is shipped as it is.
 */
export function keepPlaces(root: string, settings: BuildSettings, shipped: Shipped, beside: Beside): Plugin {
  return {
    name: 'chordal-places',
    setup: (build) => {
      build.onLoad({ filter: /\.[cm]?[jt]sx?$/ }, async ({ path, namespace }) => {
        // This package reads a file that a build puts beside its bundles: the routes.
        if (namespace !== 'file' || path.startsWith(OWN_FOLDER)) return undefined;
        const dir = packageDirOf(path);
        const name =
          dir === undefined ? undefined : packageNameOf(posix(path.slice(path.lastIndexOf(MODULES) + MODULES.length)));
        if (name !== undefined && (isOfAws(name) || name === 'chordal')) return undefined;
        const text = await readFile(path, 'utf8');
        if (!MENTIONS.test(text)) return undefined;
        if (dir !== undefined && name !== undefined && needsItsFolder(text) && !isListed(name, settings.bundled)) {
          shipped.add(dir);
          return undefined;
        }
        return placed(text, { root, path, beside });
      });
    },
  };
}

/** Returns a file's place in the artifact: as in the project; files outside of it go into a folder `__`. */
export function placeOf(root: string, path: string): string {
  return posix(relative(root, path)).replaceAll('../', '__/');
}

// --- internal ---

const MODULES = `${sep}node_modules${sep}`;
/** This package where it is not installed: its own repository. */
const OWN_FOLDER = fileURLToPath(new URL('../../', import.meta.url));
const MENTIONS = /\b__(?:dir|file)name\b|\bimport\.meta\b|\brequire\.resolve\b|\bcreateRequire\b/;

/** The expressions that find a package's own files, which are not in any bundle. */
const NEEDS_FOLDER = [
  /\b(?:join|resolve)\)?\(\s*__dirname\b/,
  /\b__dirname\s*\+\s*["'`]\//,
  /\$\{__dirname\}\//,
  /\brequire\.resolve\(\s*["'`]\.{1,2}\//,
  /\bfileURLToPath\(\s*import\.meta\.url\s*\)/,
  /\bimport\.meta\.(?:dir|file)name\b/,
];

function needsItsFolder(text: string): boolean {
  const code = text.replaceAll(/\/\*[^]*?\*\/|^\s*\/\/.*$/gm, '');
  if (NEEDS_FOLDER.some((pattern) => pattern.test(code))) return true;
  return /\bcreateRequire\(/.test(code) && !OWN_REQUIRE.test(code);
}

/** Bundlers take a free `require` for a module's own. */
const OWN_REQUIRE = /\b(?:const|let|var)\s+require\s*=\s*(?:[\w$]+\.)?createRequire\(\s*import\.meta\.url\s*\)\s*;?/;

interface Source {
  readonly root: string;
  readonly path: string;
  readonly beside: Beside;
}

/** Returns the text of a module with its places written out, on the same lines as before. */
function placed(text: string, { root, path, beside }: Source): OnLoadResult {
  const warnings: PartialMessage[] = [];
  const watchFiles: string[] = [];
  const place = placeOf(root, path);
  const [file, dir] = [place, dirname(place)].map((one) => JSON.stringify(encodeURI(one)));
  const url = `__chordalUrl(${file})`;
  const contents = text
    .replaceAll(OWN_REQUIRE_ALL, '')
    .replaceAll(BESIDE, (all, _quote: string, given: string) => {
      const target = resolve(dirname(path), decodeURI(given));
      if (!existsSync(target)) {
        warnings.push({ text: `Cannot find ${given}, which ${place} refers to: it is not shipped` });
        return all;
      }
      watchFiles.push(target);
      return `new URL(__chordalUrl(${JSON.stringify(encodeURI(besidePlace(root, target, beside)))}))`;
    })
    .replaceAll(/\bimport\.meta\.url\b/g, url)
    .replaceAll(/\bimport\.meta\.dirname\b/g, `__chordalPath(${dir})`)
    .replaceAll(/\bimport\.meta\.filename\b/g, `__chordalPath(${file})`);
  return {
    contents: withVariables(contents, { __dirname: `__chordalPath(${dir})`, __filename: `__chordalPath(${file})` }),
    loader: 'default',
    warnings,
    watchFiles,
  };
}

const OWN_REQUIRE_ALL = new RegExp(OWN_REQUIRE, 'g');
const BESIDE = /\bnew URL\(\s*(["'`])(\.{1,2}\/[^"'`$?#]+)\1\s*,\s*import\.meta\.url\s*,?\s*\)/g;
const PROGRAM = /(?<!\.d)\.[cm]?[jt]sx?$/;

function besidePlace(root: string, target: string, beside: Beside): string {
  const place = placeOf(root, target);
  if (statSync(target).isDirectory()) {
    // A module's own folder, or one around it, only leads to files that it names otherwise.
    if (!resolve(root).startsWith(target)) beside.files.set(place, target);
    return `${place}/`;
  }
  if (!PROGRAM.test(place)) {
    beside.files.set(place, target);
    return place;
  }
  const name = place.replace(PROGRAM, '');
  beside.programs.set(name, target);
  return `${name}.mjs`;
}

/** On the first line, so that the others keep their numbers. */
function withVariables(text: string, variables: Readonly<Record<string, string>>): string {
  const used = Object.entries(variables).filter(
    ([name]) => new RegExp(`\\b${name}\\b`).test(text) && !new RegExp(`\\b(?:const|let|var)\\s+${name}\\b`).test(text),
  );
  if (used.length === 0) return text;
  const declared = `var ${used.map(([name, value]) => `${name}=${value}`).join(',')};`;
  const [hashbang = ''] = /^#!.*\n/.exec(text) ?? [];
  return `${hashbang}${declared}${text.slice(hashbang.length)}`;
}

function posix(path: string): string {
  return path.replaceAll(sep, '/');
}
