import { cp, mkdir, readFile, readdir, rm, symlink } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { temporaryFolder, writeFiles } from '../../support/temporary-folder.ts';
import { runWell } from './run.ts';

/**
 * A project in a folder of its own that has this package as npm would have installed it: packed, unpacked, and beside it what it depends
 * on. No registry is asked.
 */
export async function installedProject(files: Readonly<Record<string, string>>): Promise<string> {
  const [staging, dir] = [await temporaryFolder(), await temporaryFolder()];
  const modules = join(dir, 'node_modules');
  await mkdir(join(modules, '.bin'), { recursive: true });
  const others = (await readdir('node_modules')).filter((name) => !name.startsWith('.') && name !== 'node');
  await Promise.all([
    writeFiles(dir, { 'package.json': '{ "name": "shop", "private": true, "type": "module" }', ...files }),
    ...others.map((name) => symlink(resolve('node_modules', name), join(modules, name))),
    unpack(staging, join(modules, 'chordal')),
  ]);
  const { bin } = JSON.parse(await readFile('package.json', 'utf8')) as { bin: { chordal: string } };
  await symlink(join('..', 'chordal', bin.chordal), join(modules, '.bin', 'chordal'));
  return dir;
}

// --- internal ---

const TSC = ['-p', 'src/tsconfig.json', '--noCheck', '--declarationMap', 'false'];

/** Built anew: `dist` may be older than the source. */
async function unpack(staging: string, target: string): Promise<void> {
  const manifest = JSON.parse(await readFile('package.json', 'utf8')) as { files: readonly string[] };
  const copied = [...manifest.files.filter((path) => path !== 'dist'), 'package.json', 'README.md', 'LICENSE'];
  await Promise.all([
    ...copied.map((path) => cp(path, join(staging, path), { recursive: true })),
    runWell('tsc', [...TSC, '--outDir', join(staging, 'dist')]),
  ]);
  await runWell('npm', ['pack', '--ignore-scripts', '--silent'], { cwd: staging });
  const tarball = (await readdir(staging)).find((name) => name.endsWith('.tgz')) ?? '';
  await runWell('tar', ['-xzf', tarball], { cwd: staging });
  await rm(target, { recursive: true, force: true });
  await cp(join(staging, 'package'), target, { recursive: true });
}
