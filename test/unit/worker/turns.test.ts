/** The turn of a message that waits for a place: who gives it up, and where a message waits. */
import { beforeEach, describe, expect, it } from 'vitest';
import { EmfMeter } from '../../../src/adapters/system/emf.ts';
import { ServiceUnavailable } from '../../../src/core/errors/caller.ts';
import { addressOf } from '../../../src/core/protocol/address.ts';
import type { RunMessage } from '../../../src/core/protocol/message.ts';
import type { LeavePlaces } from '../../../src/ports/places.ts';
import { overriding } from '../../../src/testing/overriding.ts';
import { runBatch } from '../../../src/worker/batch.ts';
import { makeBench, taskDelivery } from './bench.ts';
import type { Bench } from './bench.ts';

let bench: Bench;
let left: LeavePlaces[];
let runs: string[];
/** Whether the cloud refuses to take a turn back. */
let isRefusing: boolean;

beforeEach(() => {
  [left, runs, isRefusing] = [[], [], false];
  bench = makeBench(({ places }) => ({
    places: overriding(places, {
      leave: async (params) => {
        left.push(params);
        if (isRefusing) throw new ServiceUnavailable('throttled');
        await places.leave(params);
      },
    }),
  }));
  const running = (name: string) => async (): Promise<void> => {
    runs.push(name);
    await bench.clock.sleep(1000);
  };
  bench.app.task('one', { concurrencyLimit: 1 }, running('one'));
  bench.app.task('free', running('free'));
  const atMostOnce = { concurrencyLimit: 1, acksLate: false };
  bench.app.task('once', atMostOnce, running('once'));
  bench.app.task('short', { ...atMostOnce, timeLimit: 5 }, running('short'));
});

const NEXT = { next: true } as const;

async function revoke(): Promise<void> {
  const until = bench.clock.now() + 60_000;
  await bench.engine.records.revoke({ scope: 'W', until, gateUntil: until });
  await bench.clock.sleep(2000);
}

describe('the first message in line', () => {
  it.each<[string, Partial<RunMessage>]>([
    ['whose workflow is revoked', {}],
    ['that is expired', { expires: 1 }],
  ])('%s gives its turn up', async (what, more) => {
    if (what.includes('revoked')) await revoke();
    expect(await bench.work([taskDelivery('one', { ...NEXT, ...more })])).toEqual([]);
    expect(runs).toEqual([]);
    expect(left).toEqual([{ key: 'one', tokens: [], mid: 'm' }]);
  });

  it('is done although the cloud refuses to take its turn back', async () => {
    await revoke();
    isRefusing = true;
    expect(await bench.work([taskDelivery('one', NEXT)])).toEqual([]);
    expect(left).toHaveLength(1);
  });

  it('gives back its place when it has run, and no turn', async () => {
    expect(await bench.work([taskDelivery('one', NEXT)])).toEqual([]);
    expect(runs).toEqual(['one']);
    expect(left).toEqual([{ key: 'one', tokens: [expect.any(String)] }]);
  });

  it('keeps its turn when it comes back', async () => {
    expect(await bench.work([taskDelivery('one', NEXT)], 1)).toEqual(['sqs-1']);
    expect(left).toEqual([]);
  });
});

describe('no turn is given up', () => {
  it.each([
    ['by a message that is not the first in line', 'one', {}],
    ['for a task without a limit', 'free', NEXT],
    ['for a task that nobody knows', 'unknown', NEXT],
  ])('%s', async (_, task, more) => {
    await revoke();
    expect(await bench.work([taskDelivery(task, more)])).toEqual([]);
    expect(left).toEqual([]);
  });
});

it('a message gives back the place of a run whose input cannot be read', async () => {
  const { payloads } = bench.engine;
  Object.assign(payloads, { getValue: () => Promise.reject(new ServiceUnavailable('throttled')) });
  const address = addressOf('W');
  const ref = await payloads.putValue({ address, token: 'k', text: '1', until: Date.UTC(2027) });
  expect(await bench.work([taskDelivery('one', { in: { ref } })])).toEqual(['sqs-1']);
  expect(runs).toEqual([]);
  expect(left).toEqual([{ key: 'one', tokens: [expect.any(String)] }]);
});

describe('a message without a place', () => {
  const two = (task: string) =>
    ['a', 'b'].map((id) => taskDelivery(task, { id, base: id, mid: id }, { messageId: id }));

  it.each([
    ['waits beside the message that has it', 'one', 2],
    ['waits so if it is to start once, with a limit of its time', 'short', 2],
    ['is sent again at once if it is to start once, for as long as its sandbox lives', 'once', 1],
  ])('%s', async (_, task, count) => {
    expect(await bench.work(two(task))).toEqual([]);
    expect(runs).toHaveLength(count);
  });

  it('begins a run that its sandbox has no time to end, and takes back no start: none was counted', async () => {
    const takenBack: unknown[] = [];
    bench = makeBench(({ outcomes }) => ({
      outcomes: overriding(outcomes, { uncountStart: async (params) => void takenBack.push(params) }),
    }));
    const ended: number[] = [];
    let seconds = 3;
    bench.app.task('one', { concurrencyLimit: 1 }, async () => {
      const mine = seconds;
      seconds = 100;
      await bench.clock.sleep(mine * 1000);
      ended.push(mine);
    });
    expect(await bench.work(two('one'))).toEqual(['b']);
    expect(ended).toEqual([3]);
    expect(takenBack).toEqual([]);
  });

  it('is counted as one that waits', async () => {
    const meter = new EmfMeter();
    const engine = Object.create(bench.engine, { meter: { value: meter } }) as Bench['engine'];
    await runBatch(engine, two('once'), () => 60_000);
    const labels = { stack: 'shop-dev', functionName: 'shop-dev-math' };
    expect(JSON.parse(meter.line(labels, 1000) ?? '{}')).toMatchObject({ Runs: 1, WaitsForPlace: 1 });
  });
});

it('a start that was not counted is not taken back', async () => {
  const takenBack: unknown[] = [];
  bench = makeBench(({ outcomes }) => ({
    outcomes: overriding(outcomes, {
      claim: () => Promise.reject(new ServiceUnavailable('throttled')),
      uncountStart: async (params) => void takenBack.push(params),
    }),
  }));
  bench.app.task('once', { acksLate: false }, () => 1);
  const again = taskDelivery('once', {}, { receives: 2 });
  expect(await bench.work([again])).toEqual(['sqs-1']);
  expect(takenBack).toEqual([]);
});
