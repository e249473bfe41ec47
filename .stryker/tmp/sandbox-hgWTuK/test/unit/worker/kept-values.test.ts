import { expect, it, onTestFinished } from 'vitest';
import { UnknownResult } from '../../../src/core/errors/result.ts';
import { addressOf } from '../../../src/core/protocol/address.ts';
import { loadChildren, loadValue } from '../../../src/engine/inputs.ts';
import { chord, createApp } from '../../../src/index.ts';
import { memoryCloud } from '../../../src/testing/index.ts';
import { overriding } from '../../../src/testing/overriding.ts';
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
  const { outcome } = (await bench.engine.outcomes.read({ address: addressOf('W') })).cell;
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

it('keeps nothing under one key twice, also where a replacement is lost as soon as it is committed', async () => {
  const refs: string[] = [];
  const bench = makeBench(({ payloads }) => ({
    payloads: overriding(payloads, {
      putValue: async (params) => {
        refs.push(await payloads.putValue(params));
        return refs.at(-1) ?? '';
      },
      getValue: () => Promise.reject(new UnknownResult('It is lost. '.repeat(100), { taskId: 'W' })),
    }),
  }));
  const echo = bench.app.task('echo', (value: string) => value);
  bench.app.task('replaced', { bind: true }, (ctx) => ctx.replace(echo.s('long '.repeat(300))));
  expect(await bench.work([taskDelivery('replaced')])).toEqual([]);
  const { outcome } = (await bench.engine.outcomes.read({ address: addressOf('W') })).cell;
  expect(outcome?.state).toBe('FAILURE');
  expect(refs).toHaveLength(2);
  expect(new Set(refs).size).toBe(2);
});
