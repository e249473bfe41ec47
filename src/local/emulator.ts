import { Worker } from 'node:worker_threads';
import { ConfigurationError } from '../core/errors/caller.ts';
import { messageOf } from '../core/text/describe.ts';
import { hasCode } from '../core/text/has-code.ts';
import { sibling } from '../deploy/module-url.ts';
import { dataFolderError } from './data-folder.ts';
import { EMULATOR_HEAP } from './thread-heap.ts';

/** The settings of an emulator's thread. */
export interface EmulatorSettings {
  /** The port to listen on. 0: any free port. */
  readonly port: number;
  /** The access key that it accepts. */
  readonly accessKey: string;
  /** Where it keeps its data. Default: in memory. */
  readonly dataDir?: string;
}

/** The first message of an emulator's thread: it listens, or it cannot. */
export type EmulatorMessage = { readonly port: number } | { readonly code: string; readonly message: string };

/** A running emulator. */
export interface Emulator {
  /** Its address, such as `http://127.0.0.1:41234`. */
  readonly url: string;
  /** Resolves with the reason if the emulator ends by itself. */
  readonly died: Promise<Error>;
  /** Sends the emulator a command that its own protocol does not have. */
  post(message: object): void;
  /** Ends its thread, once its data is safe. */
  stop(): Promise<void>;
}

/** `sqs-s3` is fauxqs, `dynamodb` is dynalite. */
export type EmulatorName = 'sqs-s3' | 'dynamodb';

/**
 * Starts an emulator in a thread of its own, on the loopback interface only.
 *
 * @throws ConfigurationError if the port is in use, or the data folder cannot be used
 */
export async function startEmulator(name: EmulatorName, settings: EmulatorSettings): Promise<Emulator> {
  const thread = new Worker(sibling(`./${name}-thread`, import.meta.url), {
    workerData: settings,
    execArgv: [],
    env: {},
    resourceLimits: EMULATOR_HEAP,
    stdout: true,
    stderr: true,
  });
  const exited = new Promise<void>((resolve) => thread.once('exit', () => resolve()));
  const port = await portOf(thread, name, settings);
  let isStopping = false;
  let cause: unknown;
  thread.on('error', (error) => {
    cause = error;
  });
  const { promise: died, resolve: die } = Promise.withResolvers<Error>();
  void exited.then(() => {
    if (!isStopping) die(deathOf(name, settings, cause));
  });
  return {
    url: `http://127.0.0.1:${port}`,
    died,
    post: (message) => thread.postMessage(message),
    stop: async () => {
      isStopping = true;
      thread.postMessage({ type: 'stop' });
      const timer = setTimeout(() => void thread.terminate(), stopLimitMs);
      await exited;
      clearTimeout(timer);
    },
  };
}

// --- internal ---

const stopLimitMs = 3000;

const SERVICES: Readonly<Record<EmulatorName, string>> = { 'sqs-s3': 'SQS and S3', dynamodb: 'DynamoDB' };

async function portOf(thread: Worker, name: EmulatorName, settings: EmulatorSettings): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<EmulatorMessage>();
  const fail = (error: unknown): void => reject(error);
  const failAtExit = (): void => reject(new Error('its thread has ended'));
  thread.once('message', resolve).once('error', fail).once('exit', failAtExit);
  try {
    const answer = await promise;
    if ('port' in answer) return answer.port;
    throw Object.assign(new Error(answer.message), { code: answer.code });
  } catch (cause) {
    await thread.terminate();
    throw startErrorOf(name, settings, cause);
  } finally {
    thread.off('message', resolve).off('error', fail).off('exit', failAtExit);
  }
}

function startErrorOf(name: EmulatorName, { port, dataDir }: EmulatorSettings, cause: unknown): ConfigurationError {
  const isPortTaken = hasCode(cause, 'EADDRINUSE');
  if (dataDir !== undefined && !isPortTaken) return dataFolderError(dataDir, cause);
  const reason = isPortTaken
    ? `port ${port} is in use. Choose another, or none to take any free port`
    : messageOf(cause);
  return new ConfigurationError(`Cannot start the embedded ${SERVICES[name]}: ${reason}`, { cause });
}

function deathOf(name: EmulatorName, { dataDir }: EmulatorSettings, cause: unknown): Error {
  if (dataDir !== undefined && cause instanceof Error) return dataFolderError(dataDir, cause);
  const reason = cause === undefined ? '' : `: ${messageOf(cause)}`;
  return new Error(`The embedded ${SERVICES[name]} has ended${reason}`, { cause });
}
