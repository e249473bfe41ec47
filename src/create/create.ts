import { existsSync, readFileSync, statSync } from 'node:fs';
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { examplePaths, IGNORED, manifestParts, projectFiles } from './files.ts';
import type { ManifestParts, ProjectFacts } from './files.ts';

/** The options of {@link createProject}. */
export interface CreateOptions {
  /** The project's folder. It is made if there is none. */
  readonly dir: string;
  /** A folder with the tarballs of the packages. Default: the registry has them. */
  readonly packages?: string | undefined;
}

/** The changes that {@link createProject} has made. */
export interface Created {
  /** The paths of new files, and of files that have something in addition. */
  readonly added: readonly string[];
  /** The paths of files that were there, and stay as they are. */
  readonly kept: readonly string[];
  /** The lines to add by hand, if there are any: sentences for people. */
  readonly hints: readonly string[];
  /** Whether the project has the example, which `npm run chord` runs. */
  readonly hasExample: boolean;
}

/** A project that cannot be made: the message says why. */
export class CreateError extends Error {
  override readonly name = 'CreateError';
  readonly code = 'CHORDAL_CONFIGURATION';
}

/**
 * Makes a project, or adds what is missing to one that is there. No file and no setting that is there is changed.
 *
 * @throws CreateError if the folder's name cannot be a service's, its package.json cannot be read, or a file cannot be written
 */
export async function createProject(options: CreateOptions): Promise<Created> {
  const { dir } = options;
  if (statSync(dir, { throwIfNoEntry: false })?.isFile() === true)
    throw new CreateError(`Cannot make a project in ${dir}: it is a file. Choose another name`);
  try {
    return await create(options);
  } catch (error) {
    if (!(error instanceof Error && 'syscall' in error)) throw error;
    throw new CreateError(`Cannot make a project in ${dir}: ${error.message}`, { cause: error });
  }
}

// --- internal ---

async function create({ dir, packages }: CreateOptions): Promise<Created> {
  const manifest = await readManifest(dir);
  const isModule = manifest === undefined || manifest['type'] === 'module';
  // An example among functions that are there would be deployed with them.
  const hasExample = !existsSync(join(dir, 'handlers')) || existsSync(join(dir, examplePaths({ isModule }).program));
  const facts: ProjectFacts = {
    name: serviceName(dir, manifest),
    versions: await versionsOf(dir, packages),
    needsNode: Number.parseInt(process.versions.node, 10) < 24,
    isModule,
    hasExample,
  };
  await mkdir(dir, { recursive: true });
  const added: string[] = [];
  const kept: string[] = [];
  const note = (path: string, isAdded: boolean): void => void (isAdded ? added : kept).push(path);
  note('package.json', await addToManifest(dir, manifest, facts));
  const service = serviceFile(dir);
  if (service !== undefined) kept.push(service);
  for (const [path, text] of Object.entries(filesFor(dir, facts))) {
    note(
      path,
      path === '.gitignore' && existsSync(join(dir, path)) ? await addIgnored(dir) : await put(dir, path, text),
    );
  }
  return { added: added.toSorted(), kept: kept.toSorted(), hints: hintsFor(dir, kept), hasExample };
}

type Manifest = Readonly<Record<string, unknown>>;

function serviceName(dir: string, manifest: Manifest | undefined): string {
  const given = manifest?.['name'];
  const name = typeof given === 'string' ? (given.split('/').at(-1) ?? '') : basename(resolve(dir));
  if (/^[A-Za-z][A-Za-z0-9-]*$/.test(name)) return name;
  throw new CreateError(
    `Cannot name a service "${name}": it takes letters, digits and hyphens, and begins with a letter. Choose another name`,
  );
}

function filesFor(dir: string, facts: ProjectFacts): Readonly<Record<string, string>> {
  const hasHandlers = existsSync(join(dir, 'handlers'));
  // A service that is there takes the plugin: then there is no file for the stack.
  const hasService = serviceFile(dir) !== undefined;
  const example = Object.values(examplePaths(facts));
  const files = Object.entries(projectFiles(facts)).filter(
    ([path]) => !(hasHandlers && example.includes(path)) && !(hasService && SERVICE.includes(path)),
  );
  // infra/stack.js is a module, whatever the project's own files are.
  const lacksType = !facts.isModule && !hasService;
  return { ...Object.fromEntries(files), ...(lacksType && { 'infra/package.json': '{ "type": "module" }\n' }) };
}

/** The files of a service of its own. */
const SERVICE = ['serverless.yml', 'infra/stack.js'];

/** Finds the file of a service that is there. */
function serviceFile(dir: string): string | undefined {
  const names = ['yml', 'yaml', 'json', 'js', 'cjs', 'mjs', 'ts'].map((extension) => `serverless.${extension}`);
  return names.find((name) => existsSync(join(dir, name)));
}

function hintsFor(dir: string, kept: readonly string[]): readonly string[] {
  const file = serviceFile(dir);
  if (file === undefined || !kept.includes(file)) return [];
  if (/chordal\/serverless|infra\/stack\.js/.test(readFileSync(join(dir, file), 'utf8'))) return [];
  return [
    `Your ${file} stays as it is. Add to it "plugins: [chordal/serverless]", and "chordal: true" to each function that calls tasks.`,
  ];
}

/** Writes a file, unless it is there. Returns whether it has done so. */
async function put(dir: string, path: string, text: string): Promise<boolean> {
  if (existsSync(join(dir, path))) return false;
  await mkdir(dirname(join(dir, path)), { recursive: true });
  await writeFile(join(dir, path), text);
  return true;
}

async function readManifest(dir: string): Promise<Manifest | undefined> {
  const file = join(dir, 'package.json');
  if (!existsSync(file)) return undefined;
  try {
    const json: unknown = JSON.parse(await readFile(file, 'utf8'));
    if (isRecord(json)) return json;
  } catch {
    // Said below, as for any other text.
  }
  throw new CreateError(`Cannot read ${file}: it is not a JSON object. Mend it first`);
}

/** Writes the manifest with all that it lacks, and returns whether it lacked anything. */
async function addToManifest(dir: string, manifest: Manifest | undefined, facts: ProjectFacts): Promise<boolean> {
  const parts = manifestParts(facts);
  const { name } = facts;
  const given: Manifest = manifest ?? { name, version: '0.0.0', private: true, type: 'module' };
  const elsewhere = (field: string, key: string): boolean => {
    const other = given[field === 'dependencies' ? 'devDependencies' : 'dependencies'];
    return field !== 'scripts' && isRecord(other) && key in other;
  };
  const merged = Object.entries(parts).map(([field, own]: [string, ManifestParts[keyof ManifestParts]]) => {
    const there = isRecord(given[field]) ? given[field] : {};
    const missing = Object.entries(own).filter(([key]) => !(key in there) && !elsewhere(field, key));
    return { field, value: { ...there, ...Object.fromEntries(missing) }, isChanged: missing.length > 0 };
  });
  const changed = merged.filter(({ isChanged }) => isChanged);
  if (changed.length === 0) return false;
  const text = { ...given, ...Object.fromEntries(changed.map(({ field, value }) => [field, value])) };
  await writeFile(join(dir, 'package.json'), `${JSON.stringify(text, null, await indentOf(dir))}\n`);
  return true;
}

/** Returns the indentation of a project's package.json. */
async function indentOf(dir: string): Promise<string> {
  const text = await readFile(join(dir, 'package.json'), 'utf8').catch(() => '');
  const [, indent = '  '] = /^([ \t]+)"/m.exec(text) ?? [];
  return indent;
}

/** Adds lines to a .gitignore that is there. Returns whether it has done so. */
async function addIgnored(dir: string): Promise<boolean> {
  const file = join(dir, '.gitignore');
  if (!existsSync(file)) return false;
  const text = await readFile(file, 'utf8');
  const lines = text.split('\n').map((line) => line.trim().replaceAll(/^\/|\/$/g, ''));
  const missing = IGNORED.filter((line) => !lines.includes(line.replace(/\/$/, '')));
  if (missing.length === 0) return false;
  await writeFile(file, `${text}${text === '' || text.endsWith('\n') ? '' : '\n'}${missing.join('\n')}\n`);
  return true;
}

async function versionsOf(dir: string, packages: string | undefined): Promise<ProjectFacts['versions']> {
  const json: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  const version = isRecord(json) && typeof json['version'] === 'string' ? json['version'] : 'latest';
  if (packages === undefined) return { chordal: version, 'chordal-tools': version };
  const names = ['chordal', 'chordal-tools'] as const;
  const files: readonly string[] = await readdir(packages).catch(() => []);
  const found = names.map((name) => {
    const file = `${name}-${version}.tgz`;
    if (files.includes(file)) return [name, `file:${relative(resolve(dir), resolve(packages, file))}`] as const;
    throw new CreateError(`Cannot take the packages from ${packages}: there is no ${file} in it`);
  });
  // There is an entry for each name.
  return Object.fromEntries(found) as ProjectFacts['versions'];
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
