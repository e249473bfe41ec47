/** Checks small promises of the worker. A defect once broke each of them, and no test saw it. */
import { expect, onTestFinished, test } from 'vitest';
import { ServiceUnavailable } from '../../../src/core/errors/caller.ts';
import { addressOf } from '../../../src/core/protocol/address.ts';
import { keptFor } from '../../../src/core/protocol/lifetime.ts';
import { encodeMessage } from '../../../src/core/protocol/message-codec.ts';
import { createApp } from '../../../src/index.ts';
import type { Commit } from '../../../src/ports/outcomes.ts';
import { memoryCloud } from '../../../src/testing/index.ts';
import { overriding } from '../../../src/testing/overriding.ts';
import { buryBatch } from '../../../src/worker/bury.ts';
import { deliveryOf, makeBench, messageOf, QUEUE, taskDelivery } from './bench.ts';

test('the item of a retry stands until the retry comes, however far ahead that is', async () => {
  const commits: Commit[] = [];
  const bench = makeBench(({ outcomes }) => ({
    outcomes: overriding(outcomes, {
      commit: (params) => {
        commits.push(params);
        return outcomes.commit(params);
      },
    }),
  }));
  const days = 40;
  bench.app.task('later', { bind: true }, (ctx) => {
    throw ctx.retry({ countdown: days * 86_400 });
  });
  const due = bench.clock.now() + days * 86_400_000;
  await bench.work([taskDelivery('later', { until: bench.clock.now() })]);
  expect(commits).toMatchObject([{ decision: { kind: 'retry' } }]);
  expect(commits[0]?.until).toBeGreaterThanOrEqual(keptFor(due));
});

test('a start is taken back before its message returns', async () => {
  const seen: string[] = [];
  const bench = makeBench(({ outcomes, clock }) => ({
    outcomes: overriding(outcomes, {
      commit: () => Promise.reject(new ServiceUnavailable('throttled')),
      uncountStart: async (params) => {
        await clock.sleep(500);
        await outcomes.uncountStart(params);
        seen.push('taken back');
      },
    }),
  }));
  bench.app.task('one', () => 1);
  expect(await bench.work([taskDelivery('one', {}, { receives: 2 })])).toEqual(['sqs-1']);
  expect(seen).toEqual(['taken back']);
});

test('all that the expansion of a dead message sends is marked as a possible duplicate', async () => {
  const bench = makeBench();
  bench.app.task('one', () => 1);
  const { sig: _sig, ...rest } = messageOf('one', { id: 'W', base: 'W' });
  const expand = { ...rest, kind: 'expand' as const, sig: { par: [{ task: 'one' }, { task: 'one' }] } };
  const dead = deliveryOf(encodeMessage(expand), { reason: 'received too often' });
  expect(await buryBatch(bench.engine, [dead], () => 60_000)).toEqual([]);
  const sent = bench.receive().map(({ body }) => JSON.parse(body) as unknown);
  expect(sent).toMatchObject([{ again: true }, { again: true }]);
});

test('a task that runs is told within six seconds that it is revoked', async () => {
  const app = createApp('revoked');
  let toldAt = 0;
  const long = app.task('long', { bind: true, timeLimit: 600 }, async (ctx) => {
    await cloud.clock.sleep(600_000, ctx.signal).catch(() => undefined);
    toldAt = cloud.clock.now();
  });
  const cloud = memoryCloud({ [QUEUE]: app.handler(long) }, { time: 'virtual' });
  onTestFinished(() => cloud.close());
  const result = await long.delay();
  await cloud.clock.sleep(20_000);
  const revokedAt = cloud.clock.now();
  await result.revoke();
  await cloud.clock.sleep(60_000);
  expect(toldAt).toBeGreaterThan(0);
  expect(toldAt - revokedAt).toBeLessThanOrEqual(6500);
});

test('a workflow that a worker revokes has the time of its end', async () => {
  const bench = makeBench();
  const { sig: _sig, ...rest } = messageOf('one', { id: 'W', base: 'W' });
  await bench.clock.sleep(1000);
  expect(await bench.work([deliveryOf(encodeMessage({ ...rest, kind: 'revoke' }))])).toEqual([]);
  const { cell } = await bench.engine.outcomes.read({ address: addressOf('W') });
  expect(cell.outcome).toMatchObject({ state: 'REVOKED', run: { endedAt: bench.clock.now() } });
});

test('a schedule is set a minute early, since it fires to the minute', async () => {
  const times: number[] = [];
  const bench = makeBench(() => ({
    scheduler: {
      schedule: async ({ at }) => {
        times.push(at);
        return true;
      },
    },
  }));
  bench.app.task('one', () => 1);
  const notBefore = bench.clock.now() + 3_600_000;
  expect(await bench.work([taskDelivery('one', { notBefore })])).toEqual([]);
  expect(times).toEqual([notBefore - 60_000]);
});
