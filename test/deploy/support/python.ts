import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { run, runWell } from './run.ts';

/** Where the Python packages are, or why there are none. */
export type Python = { readonly bin: string } | { readonly missing: string };

/**
 * A virtual environment of this project's own with the packages of `requirements.txt`: made when it is first needed, and again when they
 * change.
 */
export function preparePython(): Promise<Python> {
  // Test files run side by side, and one alone may make the environment.
  return alone(resolve('.chordal/python.lock'), prepare);
}

// --- internal ---

/** How old a lock may be: its holder was killed. */
const STALE_MS = 600_000;

async function alone<T>(lock: string, work: () => Promise<T>): Promise<T> {
  await mkdir(dirname(lock), { recursive: true });
  while (
    !(await mkdir(lock).then(
      () => true,
      () => false,
    ))
  ) {
    const age =
      Date.now() -
      (await stat(lock).then(
        ({ mtimeMs }) => mtimeMs,
        () => Date.now(),
      ));
    if (age > STALE_MS) await rm(lock, { recursive: true, force: true });
    await sleep(200);
  }
  try {
    return await work();
  } finally {
    await rm(lock, { recursive: true, force: true });
  }
}

async function prepare(): Promise<Python> {
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
