import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { environmentWith } from './run.ts';

/** Starts a server, waits until it answers at `readyUrl`, and answers with how to end it. */
export async function startServer(
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

/** A port of the loopback interface that nothing listens on. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' ? (address?.port ?? 0) : 0;
}

// --- internal ---

const startLimitMs = 30_000;

async function untilAnswered(url: string): Promise<void> {
  const endsAt = Date.now() + startLimitMs;
  while (Date.now() < endsAt) {
    const answer = await fetch(url).catch(() => undefined);
    // Any answer but "not yet": not all of them have a page.
    if (answer !== undefined && answer.status < 500) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`Nothing answers at ${url} after ${startLimitMs / 1000} s`);
}
