import { describe, expect, it } from 'vitest';
import type { Engine, RegisteredTask } from '../../../src/engine/engine.ts';
import { callItems } from '../../../src/engine/task/call-items.ts';
import type { CurrentRun } from '../../../src/engine/task/context.ts';

const task = { name: 'work', options: {} } as unknown as RegisteredTask;

/** A run that does not look at its progress. */
const unwatched = { call: { id: 'W' }, mustBeWanted: () => undefined } as unknown as CurrentRun;

/** A run whose clock goes on by `ms` with each item. */
async function run(items: number, ms: number, progress: boolean): Promise<readonly (readonly number[])[]> {
  const written: (readonly number[])[] = [];
  let now = 0;
  const context = { progress: async (...counts: readonly number[]) => void written.push(counts) };
  const current = { context, call: { id: 'W' }, mustBeWanted: () => undefined } as unknown as CurrentRun;
  const engine = { clock: { now: () => now } } as unknown as Engine;
  await callItems(engine, task, current, {
    batch: { each: 'map', collect: false, concurrency: 1, progress },
    items: Array.from({ length: items }),
    call: async () => void (now += ms),
  });
  return written;
}

describe('callItems() with progress', () => {
  it('writes after a second, and once a second at most', async () => {
    expect(await run(10, 400, true)).toEqual([
      [3, 10],
      [6, 10],
      [9, 10],
    ]);
    expect(await run(3, 5000, true)).toEqual([
      [1, 3],
      [2, 3],
      [3, 3],
    ]);
  });

  it('writes nothing in a task that takes less than a second, or without it', async () => {
    expect(await run(100, 9, true)).toEqual([]);
    expect(await run(10, 5000, false)).toEqual([]);
  });
});

describe('callItems()', () => {
  it('rejects with the error of the first item, however many fail at once', async () => {
    const count = 200_000;
    const [first, later] = [new Error('the first'), new Error('a later one')];
    const failing = callItems({} as Engine, task, unwatched, {
      batch: { each: 'map', collect: false, concurrency: count, progress: false },
      items: Array.from({ length: count }, (_, index) => index),
      call: async (index) => Promise.reject(index === 0 ? first : later),
    });
    await expect(failing).rejects.toBe(first);
  });
});
