import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { ConfigurationError } from '../../core/errors/caller.ts';
import { MOST_ENTRIES, zipOf } from './zip.ts';
import type { ZipEntry } from './zip.ts';

/** The archive with the functions of the handlers, beside the folder of the build. */
export function archiveOf(outDir: string): string {
  return `${outDir}.zip`;
}

/**
 * Returns whether the framework packages the build with the rest of the service: then some pattern of `serverless.yml` names its folder.
 * If none does, the functions of the handlers have an archive of their own, and the rest stays as it is.
 */
export function isPackagedByFramework(patterns: readonly string[] | undefined, buildDir: string): boolean {
  return patterns?.some((pattern) => pattern.includes(buildDir) && !pattern.startsWith('!')) ?? false;
}

/**
 * Writes the archive of a build.
 *
 * @param root the folder that the paths in the archive begin at
 * @throws ConfigurationError if the build has more files than an archive can have
 */
export async function writeArchive(root: string, outDir: string): Promise<void> {
  const found = await readdir(outDir, { recursive: true, withFileTypes: true });
  // It is for people and tests, and larger than the bundles.
  const files = found
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => relative(outDir, file) !== 'meta.json');
  if (files.length > MOST_ENTRIES) {
    throw new ConfigurationError(
      `Cannot package the functions: they have ${files.length} files, and an archive has at most ${MOST_ENTRIES}. Bundle more packages, or put them in a layer and name them in \`provided\``,
    );
  }
  await writeFile(archiveOf(outDir), zipOf(await Promise.all(files.map(async (file) => entryOf(root, file)))));
}

// --- internal ---

async function entryOf(root: string, file: string): Promise<ZipEntry> {
  const [content, { mode }] = await Promise.all([readFile(file), stat(file)]);
  return { path: relative(root, file).split(sep).join('/'), content, isExecutable: (mode & 0o100) !== 0 };
}
