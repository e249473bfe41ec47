import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { environmentWith } from './run.ts';

/** A cloud on this machine. */
export interface RunningEmulator {
  /** What leads AWS SDKs, the AWS CLI and the Serverless Framework to it. */
  readonly env: Readonly<Record<string, string>>;
  readonly stop: () => Promise<void>;
}

/** MiniStack: it runs the functions' real bundles, on the `node` that is first on its path. */
export async function startMiniStack(bin: string): Promise<RunningEmulator> {
  const dir = await mkdtemp(join(tmpdir(), 'ministack-'));
  const [tmp = '', state = '', s3 = ''] = ['tmp', 'state', 'state/s3'].map((name) => join(dir, name));
  await Promise.all([tmp, s3].map((path) => mkdir(path, { recursive: true })));
  const port = await freePort();
  const env = {
    GATEWAY_PORT: String(port),
    BIND_HOST: '127.0.0.1',
    MINISTACK_HOST: '127.0.0.1',
    MINISTACK_REGION: region,
    TMPDIR: tmp,
    STATE_DIR: state,
    S3_DATA_DIR: s3,
  };
  const stop = await start(join(bin, 'ministack'), [], env, `http://127.0.0.1:${port}/_ministack/ready`);
  return {
    env: environmentOf(`http://127.0.0.1:${port}`),
    stop: async () => {
      await stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** moto: it runs nothing, and refuses much that AWS refuses. */
export async function startMoto(bin: string): Promise<RunningEmulator> {
  const port = await freePort();
  const stop = await start(
    join(bin, 'moto_server'),
    ['-H', '127.0.0.1', '-p', String(port)],
    {},
    `http://127.0.0.1:${port}/moto-api/`,
  );
  return { env: environmentOf(`http://127.0.0.1:${port}`), stop };
}

/** The variables for an emulator at an address. */
export function environmentOf(url: string): Readonly<Record<string, string>> {
  return {
    // Not localhost: then S3 would be asked for its buckets as host names.
    AWS_ENDPOINT_URL: url,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    // The Serverless Framework looks every 5 s whether a stack is ready.
    SLS_AWS_MONITORING_FREQUENCY: '200',
  };
}

// --- internal ---

const region = 'us-east-1';
const startLimitMs = 30_000;

/** Starts a server, waits until it answers at `readyUrl`, and answers with how to end it. */
async function start(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  readyUrl: string,
): Promise<() => Promise<void>> {
  const server = spawn(program, args, { env: environmentWith(env), stdio: ['ignore', 'ignore', 'ignore'] });
  const ended = new Promise<void>((done) => server.once('close', () => done()));
  const stop = async (): Promise<void> => {
    server.kill('SIGTERM');
    await ended;
  };
  const { promise: failed, reject } = Promise.withResolvers<never>();
  server.once('error', reject).once('exit', (code) => reject(new Error(`${program} ended with ${code}`)));
  failed.catch(() => {});
  try {
    await Promise.race([untilAnswered(readyUrl), failed]);
    return stop;
  } catch (error) {
    await stop();
    throw error;
  }
}

async function untilAnswered(url: string): Promise<void> {
  const endsAt = Date.now() + startLimitMs;
  while (Date.now() < endsAt) {
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.ok === true) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`Nothing answers at ${url} after ${startLimitMs / 1000} s`);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' ? (address?.port ?? 0) : 0;
}
