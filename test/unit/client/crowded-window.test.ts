import { expect, test } from 'vitest';
import { overriding } from '../../../src/testing/overriding.ts';
import { makeBench } from '../worker/bench.ts';

/** How long a request to the table takes, there and back, in ms. */
const REQUEST_MS = 6;

test('many debounced calls of one key at once try few times each, and store their arguments once', async () => {
  const counts = { puts: 0, blocks: 0 };
  const bench = makeBench(({ windows, payloads, clock }) => {
    const late = async <T>(call: () => Promise<T>): Promise<T> => {
      await clock.sleep(REQUEST_MS / 2);
      const answer = await call();
      await clock.sleep(REQUEST_MS / 2);
      return answer;
    };
    return {
      windows: overriding(windows, {
        newest: (params) => late(() => windows.newest(params)),
        put: (params) => {
          counts.puts += 1;
          return late(() => windows.put(params));
        },
      }),
      payloads: overriding(payloads, {
        putBlocks: async (params) => {
          counts.blocks += 1;
          return payloads.putBlocks(params);
        },
      }),
    };
  });
  const task = bench.app.task('one', (text: string) => text.length);
  const startedAt = bench.clock.now();
  const calls = Array.from({ length: 60 }, (_, index) =>
    task.applyAsync({ args: [`${index}`.repeat(3000)], debounce: { key: 'k', seconds: 10 } }),
  );
  const handles = await Promise.all(calls);
  expect(new Set(handles.map(({ taskId }) => taskId)).size).toBe(1);
  // Each round of tries has one winner: without pauses there are 60 × 61 / 2.
  expect(counts.puts).toBeLessThan(600);
  expect(bench.clock.now() - startedAt).toBeLessThan(5000);
  // The first try of a call may be for a window that is not opened.
  expect(counts.blocks).toBeLessThanOrEqual(120);
});
