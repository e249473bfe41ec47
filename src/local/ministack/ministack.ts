import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { messageOf } from '../../core/text/describe.ts';
import { withoutAws } from '../endpoints.ts';
import { freePort } from '../localstack/free-port.ts';
import type { InstallOptions } from '../localstack/install.ts';
import { runProgram } from '../localstack/run-program.ts';
import type { RunningLocalStack } from '../localstack/start-localstack.ts';
import { untilAnswered } from '../localstack/until-answered.ts';
import { oneAtATime } from '../one-at-a-time.ts';

/**
 * Starts MiniStack, an emulator of AWS in Python, and installs it before the first time. It runs the functions' real bundles, on the `node`
 * that is first on the path.
 *
 * @returns the running MiniStack, or the reason why this machine has none
 * @throws Error if it does not start
 */
export async function startMiniStack({
  dir,
  env,
  onProgress,
}: InstallOptions): Promise<Pick<RunningLocalStack, 'url' | 'stop'> | { readonly missing: string }> {
  const onWait = (): void => onProgress(`Waiting for another process that installs into ${dir}`);
  const failure = (await isInstalled(dir))
    ? undefined
    : await oneAtATime(`${dir}.lock`, () => install(dir, env, onProgress), onWait);
  if (failure !== undefined) return { missing: failure };
  onProgress('Starting MiniStack');
  const state = await mkdtemp(join(tmpdir(), 'chordal-ministack-'));
  const [tmp = '', data = '', s3 = ''] = ['tmp', 'state', 'state/s3'].map((name) => join(state, name));
  await Promise.all([tmp, s3].map((path) => mkdir(path, { recursive: true })));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const server = spawn(join(dir, 'bin', 'ministack'), [], {
    stdio: 'ignore',
    env: {
      ...withoutAws(env),
      GATEWAY_PORT: String(port),
      BIND_HOST: '127.0.0.1',
      MINISTACK_HOST: '127.0.0.1',
      MINISTACK_REGION: 'us-east-1',
      TMPDIR: tmp,
      STATE_DIR: data,
      S3_DATA_DIR: s3,
    },
  });
  const ended = new Promise<string>((resolve) => {
    server.once('error', ({ message }) => resolve(message));
    server.once('close', (code) => resolve(`it ended with ${code}`));
  });
  const stop = async (): Promise<void> => {
    server.kill('SIGTERM');
    const timer = setTimeout(() => server.kill('SIGKILL'), STOP_LIMIT_MS);
    await ended;
    clearTimeout(timer);
    await rm(state, { recursive: true, force: true });
  };
  try {
    await untilAnswered({ url: `${url}/_ministack/ready`, ended, limitMs: 60_000 });
  } catch (cause) {
    await stop();
    throw new Error(`Cannot start MiniStack: ${messageOf(cause)}`, { cause });
  }
  return { url, stop };
}

// --- internal ---

const REQUIREMENT = 'ministack==1.5.33';

const STOP_LIMIT_MS = 15_000;

/** Returns the reason if it cannot be installed. */
async function install(
  dir: string,
  env: InstallOptions['env'],
  onProgress: (message: string) => void,
): Promise<string | undefined> {
  if (await isInstalled(dir)) return undefined;
  const check = 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))';
  if ((await runProgram('python3', ['-c', check], { env })).exitCode !== 0)
    return 'there is no Python 3.10 or later with venv';
  onProgress(`Installing MiniStack into ${dir}`);
  await rm(dir, { recursive: true, force: true });
  await mkdir(dir, { recursive: true });
  const made = await runProgram('python3', ['-m', 'venv', dir], { env });
  if (made.exitCode !== 0) return `a virtual environment cannot be made: ${lastLine(made.stderr)}`;
  const pip = ['install', '--quiet', '--disable-pip-version-check', REQUIREMENT];
  const installed = await runProgram(join(dir, 'bin', 'pip'), pip, { env });
  if (installed.exitCode !== 0) return `it cannot be installed: ${lastLine(installed.stderr)}`;
  await writeFile(markerIn(dir), REQUIREMENT);
  return undefined;
}

async function isInstalled(dir: string): Promise<boolean> {
  return existsSync(markerIn(dir)) && (await readFile(markerIn(dir), 'utf8')) === REQUIREMENT;
}

function markerIn(dir: string): string {
  return join(dir, 'installed');
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? '';
}
