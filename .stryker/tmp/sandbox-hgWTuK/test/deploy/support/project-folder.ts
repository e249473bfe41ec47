import { cp, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { writeFiles } from '../../support/temporary-folder.ts';

/** A copy of this project, with its own build folder. */
export interface ProjectFolder {
  readonly dir: string;
  /** Adds files, or replaces them. */
  readonly add: (files: Readonly<Record<string, string>>) => Promise<void>;
  readonly remove: () => Promise<void>;
}

/**
 * Copies what is deployed of this project into a folder of its own, so that a test can change it, and two can build at once.
 *
 * @param files files that are added or replaced; with a handler among them, those of this project are left out
 */
export async function copyProject(files: Readonly<Record<string, string>> = {}): Promise<ProjectFolder> {
  const dir = await mkdtemp(join(tmpdir(), 'chordal-deploy-'));
  const hasHandlers = Object.keys(files).some((path) => path.startsWith('handlers/'));
  const copied = ['package.json', 'serverless.yml', 'infra', ...(hasHandlers ? ['handlers/tasks'] : ['handlers'])];
  await Promise.all(copied.map((path) => cp(resolve(path), join(dir, path), { recursive: true })));
  await Promise.all(['src', 'node_modules'].map((path) => symlink(resolve(path), join(dir, path))));
  await writeFiles(dir, files);
  return { dir, add: (more) => writeFiles(dir, more), remove: () => rm(dir, { recursive: true, force: true }) };
}
