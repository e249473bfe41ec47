import { Worker } from 'node:worker_threads';
import { ConfigurationError } from '../core/errors/caller.ts';
import { messageOf } from '../core/text/describe.ts';
import { sibling } from '../deploy/module-url.ts';

/** What an emulator's thread is started with. */
export interface EmulatorSettings {
  /** The port to listen on; 0: any that is free. */
  readonly port: number;
  /** Where to keep what is stored; absent: in memory. */
  readonly dataDir?: string;
}

/** What an emulator's thread says: once, that it listens, or that it can't. */
export type EmulatorMessage = { readonly port: number } | { readonly code: string; readonly message: string };

/** A running emulator. */
export interface Emulator {
  /** Its address, as in `http://127.0.0.1:41234`. */
  readonly url: string;
  /** Tells the emulator something that its own protocol has no words for. */
  post(message: object): void;
  /** Ends its thread, once what it stores is safe. */
  stop(): Promise<void>;
}

/** Which emulator: `sqs-s3` is fauxqs, `dynamodb` is dynalite. */
export type EmulatorName = 'sqs-s3' | 'dynamodb';

/**
 * Starts an emulator in a thread of its own, on the loopback interface alone.
 *
 * @param onDeath called if the emulator ends by itself
 * @throws ConfigurationError if the port is taken, or what is stored can't be read
 */
export async function startEmulator(
  name: EmulatorName,
  settings: EmulatorSettings,
  onDeath: (error: Error) => void,
): Promise<Emulator> {
  const thread = new Worker(sibling(`./${name}-thread`, import.meta.url), {
    workerData: settings,
    execArgv: [],
    env: {},
    stdout: true,
    stderr: true,
  });
  const exited = new Promise<void>((resolve) => thread.once('exit', () => resolve()));
  const port = await portOf(thread, name, settings);
  let isStopping = false;
  let death: unknown;
  thread.on('error', (error) => {
    death = error;
  });
  void exited.then(() => {
    if (!isStopping) onDeath(new Error(`The embedded ${name} has ended by itself`, { cause: death }));
  });
  return {
    url: `http://127.0.0.1:${port}`,
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

async function portOf(thread: Worker, name: EmulatorName, { port, dataDir }: EmulatorSettings): Promise<number> {
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
    throw new ConfigurationError(`Cannot start the embedded ${name}: ${whyNot(cause, port, dataDir)}`, { cause });
  } finally {
    thread.off('message', resolve).off('error', fail).off('exit', failAtExit);
  }
}

function whyNot(cause: unknown, port: number, dataDir: string | undefined): string {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  if (code === 'EADDRINUSE') return `port ${port} is in use; choose another, or none to take any that is free`;
  if (code === 'DATA_IN_USE')
    return `another process uses the data in ${dataDir ?? 'memory'}; stop it, or choose another folder`;
  return messageOf(cause);
}
