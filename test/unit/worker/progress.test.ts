import { beforeEach, expect, test } from 'vitest';
import { ServiceUnavailable } from '../../../src/core/errors/caller.ts';
import type { PutProgress } from '../../../src/ports/records.ts';
import { overriding } from '../../../src/testing/overriding.ts';
import { makeBench, taskDelivery } from './bench.ts';
import type { Bench } from './bench.ts';

let bench: Bench;
let told: PutProgress['progress'][];
let isRefusing: boolean;
beforeEach(() => {
  told = [];
  isRefusing = false;
  bench = makeBench(({ records }) => ({
    records: overriding(records, {
      putProgress: async ({ progress }) => {
        told.push(progress);
        if (isRefusing) throw new ServiceUnavailable('throttled');
      },
    }),
  }));
  bench.app.task('tracked', { trackStarted: true }, () => 1);
  bench.app.task('plain', () => 1);
  bench.app.task('single', { concurrencyLimit: 1 }, () => bench.clock.sleep(60_000));
});

test('readers are told of a start that is tracked', async () => {
  await bench.work([taskDelivery('tracked', { try: 2 })]);
  expect(told).toEqual([{ state: 'STARTED', meta: 'null', attempt: 2 }]);
});

test('readers are told of a start if they were told of the wait before it, and else of none', async () => {
  await bench.work([taskDelivery('plain')]);
  expect(told).toEqual([]);
  await bench.work([taskDelivery('plain', { id: 'V', base: 'V', told: true })]);
  expect(told).toEqual([{ state: '', meta: 'null', attempt: 0 }]);
});

test.each([
  ['is taken', false],
  ['is refused', true],
])('readers are told of a long wait for a place, which goes on if the report %s', async (_, refused) => {
  isRefusing = refused;
  const first = bench.work([taskDelivery('single', { id: 'A', base: 'A', mid: 'a' })], 900);
  await bench.clock.sleep(1000);
  const since = bench.clock.now() - 600_000;
  expect(await bench.work([taskDelivery('single', { waits: since })], 5)).toEqual([]);
  expect(told).toEqual([{ state: '', meta: 'null', attempt: 0, waits: { key: 'single', since } }]);
  await first;
  await bench.clock.sleep(900_000);
  expect(bench.receive().map(({ body }) => JSON.parse(body) as unknown)).toMatchObject([{ waits: since, told: true }]);
});

test('readers that were told of a wait are not told of it again', async () => {
  const first = bench.work([taskDelivery('single', { id: 'A', base: 'A', mid: 'a' })], 900);
  await bench.clock.sleep(1000);
  const waits = bench.clock.now() - 600_000;
  expect(await bench.work([taskDelivery('single', { waits, told: true })], 5)).toEqual([]);
  expect(told).toEqual([]);
  await first;
});
