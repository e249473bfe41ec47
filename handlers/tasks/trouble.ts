import { setTimeout } from 'node:timers/promises';
import { currentTask } from 'chordal';
import { app } from './app.ts';

/** The error of `fail` and `retry`. */
class ExpectedError extends Error {
  override readonly name = 'ExpectedError';
  /** The arguments of its constructor. They travel to the caller. */
  readonly args: readonly unknown[];

  constructor(message: string, ...more: readonly unknown[]) {
    super(message);
    this.args = [message, ...more];
  }
}

/** The error of `raiseError`. */
class ValueError extends Error {
  override readonly name = 'ValueError';
}

export const fail = app.task('fail', (...args: unknown[]): never => {
  throw new ExpectedError('Task expected to fail', ...args);
});

export const raiseError = app.task('raiseError', (..._args: unknown[]): never => {
  throw new ValueError('deliberate error');
});

/** Retries once, then returns the number of retries. */
export const retryOnce = app.task('retryOnce', { bind: true, maxRetries: 1 }, (ctx, countdown: number = 0.1) => {
  if (ctx.request.retries === 0) throw ctx.retry({ countdown });
  return ctx.request.retries;
});

/** Retries three times; then returns the value, or fails if it has none. */
export const retry = app.task('retry', { bind: true, maxRetries: 3 }, (ctx, returnValue: unknown = undefined) => {
  if (ctx.request.retries === 3 && returnValue !== undefined) return returnValue;
  // With no retry left this throws the error itself.
  throw ctx.retry({ countdown: 0.1, error: new ExpectedError('Task expected to retry') });
});

/** Waits; when its signal aborts, by a time limit or because it was revoked, it fails with the reason. */
export const sleeping = app.task('sleeping', async (seconds: number) => {
  const { signal } = currentTask();
  try {
    await setTimeout(seconds * 1000, undefined, { signal });
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  }
});

/** Kills its sandbox, as running out of memory does. */
export const crash = app.task('crash', (): void => {
  process.exit(1);
});
