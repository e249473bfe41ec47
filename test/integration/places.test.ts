/** Tasks with a limit on the embedded cloud: how many run at once in all sandboxes, and what they cost. */
import { group, range } from 'chordal';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { startCountedCloud } from '../bench/support/counted-cloud.ts';
import type { Bill, CountedCloud } from '../bench/support/counted-cloud.ts';
import { timed } from '../support/places/handlers/timed.ts';

let cloud: CountedCloud;

beforeAll(async () => {
  cloud = await startCountedCloud({ handlersDir: 'test/support/places/handlers' });
  for (const [name, value] of Object.entries(cloud.env)) vi.stubEnv(name, value);
});
afterAll(async () => {
  await cloud.stop();
  vi.unstubAllEnvs();
});

test.each([
  // The other tasks wait for one that has a place; the first in line looks each second.
  { tasks: 60, limit: 1, seconds: 40 },
  { tasks: 150, limit: 3, seconds: 45 },
  { tasks: 200, limit: 10, seconds: 40 },
])('$tasks tasks of 50 ms run at most $limit at once', { timeout: 180_000 }, async ({ tasks, limit, seconds }) => {
  const key = { concurrencyKey: `key-${limit}`, concurrencyLimit: limit };
  let runs: readonly Run[] = [];
  const bill = await cloud.billOf(async () => {
    runs = await (await group(range(tasks).map(() => timed.s(50).set(key))).delay()).get({ timeout: 150 });
  });
  const span = Math.max(...runs.map(({ to }) => to)) - Math.min(...runs.map(({ from }) => from));
  console.info({ limit, ms: span, ...perTask(bill, tasks) });

  expect(runs).toHaveLength(tasks);
  expect(mostAtOnce(runs)).toBeLessThanOrEqual(limit);
  expect(mostAtOnce(runs)).toBeGreaterThan(limit / 2);
  expect(span).toBeLessThan(seconds * 1000);
});

// --- internal ---

interface Run {
  readonly from: number;
  readonly to: number;
}

/** Returns how many runs there were at one time, at most. */
function mostAtOnce(runs: readonly Run[]): number {
  return Math.max(...runs.map(({ from: at }) => runs.filter(({ from, to }) => from <= at && at < to).length));
}

function perTask(
  { functions: { requests, writes, reads, refused } }: Bill,
  tasks: number,
): Readonly<Record<string, number>> {
  const of = (...names: readonly string[]): number =>
    names.reduce((sum, name) => sum + (requests[name] ?? 0), 0) / tasks;
  return {
    writes: writes / tasks,
    refused: refused / tasks,
    reads: reads / tasks,
    sqs: of('SendMessage', 'SendMessageBatch', 'DeleteMessageBatch', 'ReceiveMessage'),
  };
}
