import { describe, expect, it, onTestFinished } from 'vitest';
import { decodeMessage } from '../../../src/core/protocol/message-codec.ts';
import { chain, createApp, currentTask, group } from '../../../src/index.ts';
import type { Ports } from '../../../src/ports/ports.ts';
import { memoryCloud } from '../../../src/testing/index.ts';
import { overriding } from '../../../src/testing/overriding.ts';
import { makeBench, taskDelivery } from './bench.ts';

describe('countdown', () => {
  it('of a later step is counted from the end of the step before it', async () => {
    const app = createApp('delays');
    let endedAt = 0;
    let begunAt = 0;
    const slow = app.task('slow', async () => {
      await cloud.clock.sleep(20_000);
      endedAt = cloud.clock.now();
    });
    const next = app.task('next', () => {
      begunAt = cloud.clock.now();
      return currentTask().request.eta?.getTime();
    });
    const cloud = memoryCloud({ one: app.handler(slow, next) }, { time: 'virtual' });
    onTestFinished(() => cloud.close());
    const result = await chain(slow.s(), next.si().set({ countdown: 5 })).delay();
    await result.get();
    expect(begunAt - endedAt).toBeGreaterThanOrEqual(5000);
  });
});

describe('a delay that no queue can hold', () => {
  const HOUR_MS = 3_600_000;
  /** A scheduler that takes only so many schedules, and counts those that it is asked for. */
  const takingOnly = (count: number, asked: string[]) => (): Partial<Ports> => ({
    scheduler: { schedule: async ({ name }) => asked.push(name) <= count },
  });

  it('is waited for in the queue, for as long as the Scheduler takes no more', async () => {
    const asked: string[] = [];
    const bench = makeBench(takingOnly(0, asked));
    const ranAt: number[] = [];
    bench.app.task('late', () => void ranAt.push(bench.clock.now()));
    const notBefore = bench.clock.now() + HOUR_MS;
    expect(await bench.work([taskDelivery('late', { notBefore })])).toEqual([]);
    const delays: number[] = [];
    while (ranAt.length === 0) {
      const before = bench.clock.now();
      await bench.clock.sleep(900_000);
      const [delivery] = bench.receive();
      if (delivery === undefined) throw new Error('there is no message');
      delays.push(bench.clock.now() - before);
      expect(decodeMessage(delivery.body, 'm')).not.toHaveProperty('again');
      expect(await bench.work([delivery])).toEqual([]);
      await bench.engine.deliveries.finish({ receipts: [delivery.receipt] });
    }
    expect(delays).toEqual([900_000, 900_000, 900_000, 900_000]);
    expect(ranAt).toEqual([notBefore]);
    // The last quarter of an hour is a queue's.
    expect(asked).toEqual([asked[0], asked[0], asked[0]]);
  });

  it('is waited for in the queue by those members alone that the Scheduler did not take', async () => {
    const asked: string[] = [];
    const bench = makeBench((ports) => ({
      ...takingOnly(30, asked)(),
      broker: overriding(ports.broker, {
        send: async (params) => {
          calls.push(params.messages.length);
          return ports.broker.send(params);
        },
      }),
    }));
    const calls: number[] = [];
    const late = bench.app.task('late', (n: number) => n);
    await group(Array.from({ length: 50 }, (_, n) => late.s(n).set({ countdown: 3600 }))).delay();
    const [whole] = bench.receive();
    if (whole === undefined) throw new Error('there is no message');
    calls.length = 0;
    expect(await bench.work([whole])).toEqual([]);
    expect(asked).toHaveLength(50);
    expect(bench.cloud.queues.inFlight()).toMatchObject({ delayed: 20, scheduled: 0 });
    expect(calls).toEqual([20]);
  });

  it('does not make a call fail', async () => {
    const bench = makeBench(takingOnly(0, []));
    const late = bench.app.task('late', (n: number) => n);
    await late.applyAsync({ args: [1], countdown: 3600 });
    expect(bench.cloud.queues.inFlight()).toMatchObject({ delayed: 1, scheduled: 0 });
  });
});
