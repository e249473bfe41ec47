import { cp, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { runWell } from '../deploy/support/run.ts';
import { declarationsBelow } from './declarations.ts';

/** The fields of package.json that this file reads. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly files: readonly string[];
  readonly sideEffects: readonly string[];
  readonly exports: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
  readonly repository: { readonly type: string; readonly url: string };
  readonly [field: string]: unknown;
}

/** The host of an address that is there only until the project has a repository. No such host can exist (RFC 2606). */
export const PLACEHOLDER_HOST = 'repository.invalid';

/**
 * Packs the library as npm publishes it, and returns the path of the tarball. It is built anew, beside the repository: `dist` may hold files
 * that the source no longer has.
 *
 * @param folder the folder that gets the tarball; its subfolder `package` gets the contents, and is removed.
 */
export async function packInto(folder: string): Promise<string> {
  const staging = join(resolve(folder), 'package');
  await rm(staging, { recursive: true, force: true });
  await mkdir(staging, { recursive: true });
  const manifest = await readManifest();
  const published = publishedManifest(manifest);
  const readme = await readFile('README.md', 'utf8');
  const copied = [...manifest.files.filter((path) => path !== 'dist'), 'LICENSE'];
  await Promise.all([
    ...copied.map((path) => cp(path, join(staging, path), { recursive: true })),
    writeFile(join(staging, 'package.json'), `${JSON.stringify(published, null, 2)}\n`),
    writeFile(join(staging, 'README.md'), publishedReadme(readme, published)),
    runWell('tsc', ['-p', 'src/tsconfig.json', '--noCheck', '--outDir', join(staging, 'dist')]),
  ]);
  await removeInternalDeclarations(staging, published);
  await runWell('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', '..'], { cwd: staging });
  await rm(staging, { recursive: true });
  return join(resolve(folder), `${published.name}-${published.version}.tgz`);
}

/** Reads the package.json of a folder. */
export async function readManifest(folder = '.'): Promise<Manifest> {
  // The file is this repository's own, and npm has read it before.
  return JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as Manifest;
}

/**
 * The package.json of the tarball: without the condition, the scripts and the packages that only development needs, and without `private`,
 * which keeps npm from publishing the repository's own folder.
 */
export function publishedManifest(manifest: Manifest): Manifest {
  const exports = Object.entries(manifest.exports).map(([path, entry]) => {
    if (typeof entry === 'string') return [path, entry];
    return [path, Object.fromEntries(Object.entries(entry).filter(([condition]) => condition !== 'chordal-source'))];
  });
  const sideEffects = manifest.sideEffects.filter((path) => path.startsWith('./dist/'));
  const published = { ...manifest, exports: Object.fromEntries(exports), sideEffects };
  for (const field of ['private', 'scripts', 'devDependencies', 'allowScripts'])
    Reflect.deleteProperty(published, field);
  return published;
}

/** The README of the tarball: its links lead to the repository's files of the same version, which the tarball does not have. */
export function publishedReadme(text: string, { repository, version }: Manifest): string {
  const files = `${webAddress(repository.url)}/blob/v${version}`;
  return text.replaceAll(/\]\((?!https?:|#)([^)]+)\)/g, (_link, path: string) => `](${files}/${path})`);
}

// --- internal ---

/** Keeps those declarations that an importer's compiler reads. */
async function removeInternalDeclarations(staging: string, { exports }: Manifest): Promise<void> {
  const entries = Object.values(exports).flatMap((entry) => (typeof entry === 'string' ? [] : (entry['types'] ?? [])));
  const kept = new Set(entries.flatMap((entry) => declarationsBelow(join(staging, entry))));
  const files = await readdir(join(staging, 'dist'), { recursive: true });
  const declarations = files.filter((file) => file.endsWith('.d.ts')).map((file) => join(staging, 'dist', file));
  await Promise.all(declarations.filter((file) => !kept.has(file)).map((file) => rm(file)));
}

/** The address of a repository for people: `git+https://host/name.git` → `https://host/name`. */
function webAddress(url: string): string {
  return url.replace(/^git\+/, '').replace(/\.git$/, '');
}
