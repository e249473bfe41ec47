import { createApp } from 'chordal';
import { memoryCloud } from 'chordal/testing';

/** The surroundings of the examples in doc comments: an app, a few tasks, and workers for them. */
export type World = ReturnType<typeof makeWorld>;

/** A world for one example. */
export function makeWorld() {
  const app = createApp('proj');
  const add = app.task('add', (x: number, y: number, { debug = false }: { debug?: boolean } = {}) => {
    if (debug) process.stderr.write('');
    return x + y;
  });
  const mul = app.task('mul', (x: number, y: number) => x * y);
  const log = app.task('log', (message: unknown) => `LOG: ${String(message)}`);
  const tsum = app.task('tsum', (nums: readonly number[]) => nums.reduce((sum, num) => sum + num, 0));
  const fail = app.task('fail', (...reasons: string[]): number => {
    throw new RangeError(reasons.join(', '));
  });
  const handler = app.handler(add, mul, log, tsum, fail);
  const cloud = memoryCloud({ all: handler }, { time: 'virtual', seed: 1, logLevel: 'silent' });
  return { app, add, mul, log, tsum, fail, handler, cloud };
}

/** Compares what an example says with what came. */
export interface Checks {
  value(actual: unknown, said: unknown): void;
  error(call: () => unknown, said: string): Promise<void>;
}
