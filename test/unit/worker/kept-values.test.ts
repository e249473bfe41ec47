import { expect, it, onTestFinished } from 'vitest';
import { addressOf } from '../../../src/core/address.ts';
import { chord, createApp } from '../../../src/index.ts';
import { memoryCloud } from '../../../src/testing/index.ts';
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

it('the value of a task that adds to its chord is its own, and not the canvas that was added', async () => {
  const app = createApp('added');
  const long = 'long '.repeat(100);
  const echo = app.task('echo', (value: string) => value);
  const adding = app.task('adding', { bind: true }, (ctx, value: string) => {
    ctx.addToChord(echo.s(`added ${long}`));
    return value;
  });
  const all = app.task('all', (values: readonly string[]) => values);
  const cloud = memoryCloud({ one: app.handler(echo, adding, all) }, { time: 'virtual' });
  onTestFinished(() => cloud.close());
  const result = await chord([adding.s(`own ${long}`), echo.s('other')], all.s()).delay();
  expect(await result.get()).toEqual([`own ${long}`, 'other', `added ${long}`]);
});
