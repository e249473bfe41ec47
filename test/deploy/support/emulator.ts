import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { freePort } from '../../../src/local/localstack/free-port.ts';
import { startLocalStack } from '../../../src/local/localstack/start-localstack.ts';
import { preparePython } from './python.ts';
import { environmentWith } from './run.ts';
import { startServer } from './server.ts';

/** A cloud on this machine. */
export interface RunningEmulator {
  /** The variables that lead AWS SDKs, the AWS CLI and the Serverless Framework to it. */
  readonly env: Readonly<Record<string, string>>;
  readonly stop: () => Promise<void>;
}

/** The emulators that the whole stack is deployed to; the first is the default of `npm run deploy:local`. */
export const EMULATORS = ['ministack', 'localstack'] as const;

/** Returns whether an emulator has this name. */
export function isEmulator(name: string): name is (typeof EMULATORS)[number] {
  return EMULATORS.some((one) => one === name);
}

/** Uses the emulator at an address, if there is one; otherwise installs and starts the one of this name, or says why it cannot. */
export async function openEmulator(
  name: (typeof EMULATORS)[number],
  url: string | undefined,
  onProgress: (message: string) => void,
): Promise<(RunningEmulator & { readonly name: string }) | { readonly missing: string }> {
  if (url !== undefined && url !== '')
    return { name: `The emulator at ${url}`, env: environmentOf(url), stop: async () => {} };
  if (name === 'localstack') {
    const started = await startLocalStack({
      dir: resolve('.chordal/localstack'),
      env: environmentWith(),
      onProgress,
    });
    if ('missing' in started) return started;
    return { name: `LocalStack (a ${started.kind})`, env: environmentOf(started.url), stop: started.stop };
  }
  const python = await preparePython();
  if ('missing' in python) return python;
  onProgress('Starting MiniStack');
  return { name: 'MiniStack', ...(await startMiniStack(python.bin)) };
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
  const stop = await startServer(join(bin, 'ministack'), [], env, `http://127.0.0.1:${port}/_ministack/ready`);
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
  const stop = await startServer(
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
