import { chmod, mkdir, mkdtemp, readFile, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { packInto } from '../../support/package.ts';
import { temporaryFolder, writeFiles } from '../../support/temporary-folder.ts';
import { runWell } from './run.ts';

/**
 * A project in a folder of its own that has this package as npm would have installed it: packed, unpacked, and beside it what it depends
 * on. No registry is asked.
 */
export async function installedProject(files: Readonly<Record<string, string>>): Promise<string> {
  const dir = await temporaryFolder();
  await installInto(dir, files);
  return dir;
}

/** Makes this project in a folder that is there. */
export async function installInto(dir: string, files: Readonly<Record<string, string>>): Promise<void> {
  const staging = await mkdtemp(join(tmpdir(), 'chordal-pack-'));
  const modules = join(dir, 'node_modules');
  await mkdir(join(modules, '.bin'), { recursive: true });
  const others = (await readdir('node_modules')).filter((name) => !name.startsWith('.') && name !== 'node');
  await Promise.all([
    writeFiles(dir, { 'package.json': '{ "name": "shop", "private": true, "type": "module" }', ...files }),
    ...others.map((name) => symlink(resolve('node_modules', name), join(modules, name))),
  ]);
  const [library = '', tools = ''] = await packInto(staging, ['library', 'tools']);
  await unpack(library, join(modules, 'chordal'));
  await unpack(tools, join(modules, 'chordal-tools'));
  const { bin } = JSON.parse(await readFile('package.json', 'utf8')) as { bin: { chordal: string } };
  // npm does so for every program.
  await chmod(join(modules, 'chordal', bin.chordal), 0o755);
  await symlink(join('..', 'chordal', bin.chordal), join(modules, '.bin', 'chordal'));
  await rm(staging, { recursive: true });
}

// --- internal ---

async function unpack(tarball: string, target: string): Promise<void> {
  await rm(target, { recursive: true, force: true });
  await mkdir(target);
  await runWell('tar', ['-xzf', tarball, '--strip-components=1'], { cwd: target });
}
