import { beforeEach, expect, test } from 'vitest';
import { overriding } from '../../../src/testing/overriding.ts';
import { gateOf, rateSetFor } from '../../../src/worker/gate.ts';
import { ordersFor, ordersNow } from '../../../src/worker/orders.ts';
import { makeBench, messageOf } from './bench.ts';
import type { Bench } from './bench.ts';

let looks: number;
let bench: Bench;
beforeEach(() => {
  looks = 0;
  bench = makeBench(({ records }) => ({
    records: overriding(records, {
      gate: () => {
        looks += 1;
        return records.gate();
      },
    }),
  }));
});

test('a sandbox looks at the gate once a second', async () => {
  const looksAfter = async (waitMs: number): Promise<number> => {
    await bench.clock.sleep(waitMs);
    await gateOf(bench.engine);
    return looks;
  };
  expect(await looksAfter(0)).toBe(1);
  expect(await looksAfter(999)).toBe(1);
  expect(await looksAfter(1)).toBe(2);
  expect(await looksAfter(999)).toBe(2);
});

test('a sandbox looks at the gate, and for orders, again when its clock was set back', async () => {
  const engine = { ...bench.engine, clock: overriding(bench.clock, { now: () => now }) };
  let now = bench.clock.now();
  const message = messageOf('add');
  await gateOf(engine);
  now -= 60_000;
  await gateOf(engine);
  expect(looks).toBe(2);
  const orders = await ordersFor(engine, [message]);
  expect(await ordersNow(engine, message, orders)).toBe(orders);
  now -= 60_000;
  expect(await ordersNow(engine, message, orders)).not.toBe(orders);
});

test('a sandbox knows the rate limits that it has seen at the gate, by the names of tasks alone', async () => {
  await bench.engine.records.setRate({ task: 'add', limit: '1/m' });
  expect(rateSetFor(bench.engine, 'add')).toBeUndefined();
  await gateOf(bench.engine);
  expect(rateSetFor(bench.engine, 'add')).toBe('1/m');
  for (const task of ['mul', 'constructor']) expect(rateSetFor(bench.engine, task)).toBeUndefined();
});
