import { cp, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, posix, resolve } from 'node:path';
import { runWell } from '../deploy/support/run.ts';
import { declarationsBelow } from './declarations.ts';

/** The fields of package.json that this file reads. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly files: readonly string[];
  readonly sideEffects: readonly string[];
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly exports: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
  readonly repository: { readonly type: string; readonly url: string };
  readonly [field: string]: unknown;
}

/** The host of an address that is there only until the project has a repository. No such host can exist (RFC 2606). */
export const PLACEHOLDER_HOST = 'repository.invalid';

/** The packages that npm gets: what programs import, and what develops and deploys. */
export const PACKAGES = ['library', 'tools', 'create'] as const;

type Kind = (typeof PACKAGES)[number];

/** Folders of `src` that only `chordal-tools` has. The library has the others, and `chordal-tools` imports them from it. */
const TOOLS_FOLDERS = ['cli', 'create', 'deploy', 'local', 'ui'];

/** Packages that only `chordal-tools` needs. In the repository they are for development. */
const TOOLS_DEPENDENCIES = ['@aws-sdk/client-cloudwatch-logs', 'commander', 'dynalite', 'esbuild', 'fauxqs', 'yaml'];

/**
 * Packs packages as npm publishes them, and returns the paths of their tarballs. They are built anew, beside the repository: `dist` may hold
 * files that the source no longer has. All of them are parts of one build.
 *
 * @param folder the folder that gets the tarballs; its subfolder `package` gets the contents of each, and is removed.
 */
export async function packInto(folder: string, kinds: readonly Kind[]): Promise<readonly string[]> {
  const built = await mkdtemp(join(tmpdir(), 'chordal-build-'));
  await runWell('tsc', ['-p', 'src/tsconfig.json', '--noCheck', '--outDir', built]);
  const packed: string[] = [];
  for (const kind of kinds) packed.push(await packBuilt(folder, built, kind));
  await rm(built, { recursive: true });
  return packed;
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

/** The package.json of `chordal-tools`. It has the version of the library, and works with no other. */
export function toolsManifest(manifest: Manifest): Manifest {
  const { version, license, author, repository, homepage, bugs, type, engines, dependencies, devDependencies } =
    manifest;
  const own = TOOLS_DEPENDENCIES.map((name) => [name, devDependencies[name] ?? '']);
  return {
    name: 'chordal-tools',
    version,
    description: 'The command line, the embedded cloud and the build of chordal.',
    homepage,
    bugs,
    license,
    author,
    repository,
    files: ['dist', 'serverless.yml', 'src/local/localstack/java', 'src/local/localstack/python'],
    type,
    sideEffects: ['./dist/cli/main.js', './dist/**/*-thread.js', './dist/local/localstack/function-process.js'],
    exports: {
      './cli': './dist/cli/main.js',
      './deploy': './dist/deploy/serverless.js',
      './package.json': './package.json',
    },
    dependencies: { ...dependencies, ...Object.fromEntries(own) },
    devDependencies: {},
    peerDependencies: { chordal: version },
    engines,
  };
}

/** The package.json of `create-chordal`, which depends on nothing. */
export function createManifest(manifest: Manifest): Manifest {
  const { version, license, author, repository, homepage, bugs, type } = manifest;
  return {
    name: 'create-chordal',
    version,
    description: 'Makes a project with chordal: npm create chordal@latest shop',
    homepage,
    bugs,
    license,
    author,
    repository,
    bin: { 'create-chordal': 'dist/create/main.js' },
    files: ['dist', 'serverless.yml'],
    type,
    sideEffects: ['./dist/create/main.js'],
    exports: { './package.json': './package.json' },
    dependencies: {},
    devDependencies: {},
    // An older Node than the project needs: the project gets a Node of its own.
    engines: { node: '>=20' },
  };
}

/** The README of the tarball: its links lead to the repository's files of the same version, which the tarball does not have. */
export function publishedReadme(text: string, { repository, version }: Manifest): string {
  const files = `${webAddress(repository.url)}/blob/v${version}`;
  return text.replaceAll(/\]\((?!https?:|#)([^)]+)\)/g, (_link, path: string) => `](${files}/${path})`);
}

// --- internal ---

const KINDS = {
  library: { make: publishedManifest, readme: 'README.md' },
  tools: { make: toolsManifest, readme: 'src/cli/README.md' },
  create: { make: createManifest, readme: 'src/create/README.md' },
} as const;

async function packBuilt(folder: string, built: string, kind: Kind): Promise<string> {
  const staging = join(resolve(folder), 'package');
  await rm(staging, { recursive: true, force: true });
  await mkdir(staging, { recursive: true });
  const manifest = await readManifest();
  const { make, readme: page } = KINDS[kind];
  const published = make(manifest);
  const readme = await readFile(page, 'utf8');
  const copied = [...published.files.filter((path) => !path.includes('dist')), 'LICENSE'];
  await Promise.all([
    ...copied.map((path) => cp(path, join(staging, path), { recursive: true })),
    cp(built, join(staging, 'dist'), { recursive: true }),
    writeFile(join(staging, 'package.json'), `${JSON.stringify(published, null, 2)}\n`),
    writeFile(join(staging, 'README.md'), publishedReadme(readme, published)),
  ]);
  if (kind === 'tools') {
    await importFromLibrary(join(staging, 'dist'));
    await runWell('node', ['src/ui/page/build.js', join(staging, 'dist/ui/page')]);
  }
  if (kind === 'create') await keepOnly(join(staging, 'dist'), ['create']);
  await removeInternalDeclarations(staging, published);
  await runWell('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', '..'], { cwd: staging });
  await rm(staging, { recursive: true });
  return join(resolve(folder), `${published.name}-${published.version}.tgz`);
}

/** Removes all folders but some from what was built. */
async function keepOnly(dist: string, folders: readonly string[]): Promise<void> {
  const all = await readdir(dist);
  const others = all.filter((name) => !folders.includes(name));
  await Promise.all(others.map((name) => rm(join(dist, name), { recursive: true })));
}

const RELATIVE_IMPORT = /(\bfrom |\bimport\(|^import )["'](\.\.?\/[^"']+)["']/gm;

/** Has the modules of `chordal-tools` import the rest of `src` from the library, and removes it here. */
async function importFromLibrary(dist: string): Promise<void> {
  await keepOnly(dist, TOOLS_FOLDERS);
  const files = (await readdir(dist, { recursive: true })).filter((file) => file.endsWith('.js'));
  await Promise.all(
    files.map(async (file) => {
      const text = await readFile(join(dist, file), 'utf8');
      const imported = text.replaceAll(RELATIVE_IMPORT, (found, how: string, path: string) => {
        const target = posix.join(posix.dirname(file), path);
        return TOOLS_FOLDERS.includes(target.split('/')[0] ?? '') ? found : `${how}'chordal/internal/${target}'`;
      });
      await writeFile(join(dist, file), imported);
    }),
  );
}

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
