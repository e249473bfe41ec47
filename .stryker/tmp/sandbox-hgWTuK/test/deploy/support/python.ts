import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { run, runWell } from './run.ts';

/** Where the Python packages are, or why there are none. */
export type Python = { readonly bin: string } | { readonly missing: string };

/**
 * A virtual environment of this project's own with the packages of `requirements.txt`: made when it is first needed, and again when they
 * change.
 */
export async function preparePython(): Promise<Python> {
  const requirements = join(import.meta.dirname, 'requirements.txt');
  const dir = resolve('.chordal/python');
  const made = join(dir, 'requirements.txt');
  const wanted = await readFile(requirements, 'utf8');
  const bin = join(dir, 'bin');
  if (existsSync(made) && (await readFile(made, 'utf8')) === wanted) return { bin };
  const found = await run('python3', ['-c', 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))']).catch(
    () => undefined,
  );
  if (found?.exitCode !== 0) return { missing: 'there is no Python 3.10 or later with venv' };
  await rm(dir, { recursive: true, force: true });
  await mkdir(dir, { recursive: true });
  await runWell('python3', ['-m', 'venv', dir]);
  const installed = await run(join(bin, 'pip'), [
    'install',
    '--quiet',
    '--disable-pip-version-check',
    '-r',
    requirements,
  ]);
  if (installed.exitCode !== 0)
    return { missing: `its packages cannot be installed: ${installed.stderr.trim().split('\n').at(-1)}` };
  await writeFile(made, wanted);
  return { bin };
}
