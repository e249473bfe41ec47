import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { environmentWith } from './run.ts';

/** A Celery worker process. */
export interface CeleryWorker {
  /** Resolves with its exit code when it has ended. */
  readonly ended: Promise<number | null>;
  /** Ends it. */
  stop(): Promise<void>;
}

/** The worker to start. */
export interface CeleryWorkerOptions {
  /** The folder with the programs of a Python environment. */
  readonly bin: string;
  /** The folder with its application. */
  readonly folder: string;
  /** The module of its application. */
  readonly application: string;
  readonly queue: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Starts a Celery worker with one process, and waits until it receives messages. */
export async function startCeleryWorker(options: CeleryWorkerOptions): Promise<CeleryWorker> {
  const { bin, folder, application, queue, env } = options;
  const quiet = ['--without-mingle', '--without-gossip', '--without-heartbeat', '--loglevel=INFO'];
  const args = ['-A', application, 'worker', '--pool=solo', '-Q', queue, ...quiet];
  const child = spawn(join(bin, 'celery'), args, {
    cwd: folder,
    env: environmentWith({ ...env, PYTHONDONTWRITEBYTECODE: '1' }),
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = new Promise<number | null>((done) => child.once('close', done));
  const lines: string[] = [];
  const ready = new Promise<'ready'>((done) => {
    createInterface(child.stderr).on('line', (line) => {
      lines.push(line);
      if (line.includes(' ready.')) done('ready');
    });
  });
  if ((await Promise.race([ready, ended])) !== 'ready') throw new Error(`The worker ended:\n${lines.join('\n')}`);
  return {
    ended,
    stop: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
