import { expect, it } from 'vitest';
import { addressOf } from '../../../src/core/address.ts';
import { loadChildren, loadValue } from '../../../src/worker/inputs.ts';
import { makeBench, taskDelivery } from './bench.ts';

it('the outcome of a task that launches 2,000 others stays small, and tells their ids', async () => {
  const bench = makeBench();
  const one = bench.app.task('one', (n: number) => n);
  bench.app.task('many', async () => {
    const launched = [];
    for (let n = 0; n < 2000; n += 1) launched.push((await one.delay(n)).taskId);
    return launched.length;
  });
  expect(await bench.work([taskDelivery('many')], 900)).toEqual([]);
  const { outcome } = (await bench.engine.outcomes.look({ address: addressOf('W') })).cell;
  const ids = await loadChildren(bench.engine, outcome?.children ?? []);
  expect(new Set(ids).size).toBe(2000);
  expect(JSON.stringify(outcome).length).toBeLessThan(300);
  expect(await loadValue(bench.engine, outcome?.value ?? { inline: null })).toBe(2000);
});
