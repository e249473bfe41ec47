import { beforeEach, describe, expect, it } from 'vitest';
import type { Message, RunMessage } from '../../../src/core/protocol/message.ts';
import type { Reserve } from '../../../src/ports/records.ts';
import { gateOf } from '../../../src/worker/gate.ts';
import { isLimitedNow, slotsFor } from '../../../src/worker/rate.ts';
import { makeBench, messageOf } from './bench.ts';
import type { Bench } from './bench.ts';

const MINUTE_MS = 60_000;

let bench: Bench;
beforeEach(() => {
  bench = makeBench();
  bench.app.task('limited', { rateLimit: '1/m' }, () => 0);
  bench.app.task('second', { rateLimit: '1/s' }, () => 0);
  bench.app.task('free', () => 0);
});
const limited = (more: Partial<RunMessage> = {}): RunMessage => messageOf('limited', more);

/** How long after now each message may run, in ms, in the order of the messages; undefined for one without a slot. */
async function slotsOf(...messages: readonly Message[]): Promise<readonly (number | undefined)[]> {
  const now = bench.clock.now();
  const slots = await slotsFor(bench.engine, messages, 2 * MINUTE_MS);
  return messages.map((message) => {
    const at = slots.get(message);
    return at === undefined ? undefined : at - now;
  });
}

describe('slotsFor()', () => {
  it('reserves one slot after another for the messages of a task, and each task has its own', async () => {
    expect(await slotsOf(limited(), messageOf('second'), limited(), messageOf('second'), limited())).toEqual([
      0,
      0,
      MINUTE_MS,
      1000,
      2 * MINUTE_MS,
    ]);
    expect(await slotsOf(limited())).toEqual([3 * MINUTE_MS]);
  });

  it('reserves none for what does not start now, or needs none', async () => {
    const now = bench.clock.now();
    const { sig: _sig, ...rest } = limited();
    expect(
      await slotsOf(
        limited({ slot: true, notBefore: now }),
        limited({ notBefore: now + 1 }),
        limited({ asked: now }),
        { ...rest, kind: 'expand', sig: { par: [] } },
        messageOf('free'),
        messageOf('unknown'),
        limited({ notBefore: now }),
      ),
    ).toEqual([undefined, undefined, undefined, undefined, undefined, undefined, 0]);
  });

  it('reserves another one for a message that comes long after its own, and not for one that a batch may have waited for', async () => {
    const minutesAgo = (minutes: number): RunMessage =>
      limited({ slot: true, notBefore: bench.clock.now() - minutes * MINUTE_MS });
    const late = Array.from({ length: 3 }, (_, index) => minutesAgo(59 - index));
    expect(await slotsOf(...late, minutesAgo(5))).toEqual([0, MINUTE_MS, 2 * MINUTE_MS, undefined]);
  });

  it('reserves slots that nothing has used for late messages, if they would fit in the time of a sandbox', async () => {
    const late = Array.from({ length: 3 }, (): RunMessage => messageOf('second', { slot: true, notBefore: 1 }));
    expect(await slotsOf(...late, messageOf('second'))).toEqual([-3000, -2000, -1000, 0]);
    expect(await slotsOf(...late)).toEqual([1000, 2000, 3000]);
  });

  it('goes by the limit that was set at run time, also where that is none', async () => {
    await bench.engine.records.setRate({ task: 'free', limit: '1/m' });
    await bench.engine.records.setRate({ task: 'limited', limit: '0' });
    expect(await slotsOf(messageOf('free'), messageOf('free'), limited(), limited())).toEqual([
      0,
      MINUTE_MS,
      undefined,
      undefined,
    ]);
  });
});

it('a batch whose messages are all fresh, or all late, is one reservation for each task', async () => {
  const { records } = bench.engine;
  let asked = 0;
  const reserve = records.reserve.bind(records);
  Object.assign(records, { reserve: (params: Reserve) => ((asked += 1), reserve(params)) });
  await slotsOf(messageOf('second'), messageOf('second'));
  await slotsOf(messageOf('second', { slot: true, notBefore: 1 }));
  expect(asked).toBe(2);
});

it('a function that is slower than the limit of its task still runs whole batches', async () => {
  const runs: number[] = [];
  bench.app.task('busy', { rateLimit: '30/m' }, async () => {
    await bench.clock.sleep(60_000);
    runs.push(bench.clock.now());
  });
  for (let count = 0; count < 100; count += 1) await bench.app.signature('busy').delay();
  let batches = 0;
  while (runs.length < 100 && batches < 100) {
    await bench.work(bench.receive(), 300);
    // Batches that only reserve slots, or find nothing due, take no time.
    if (runs.at(-1) === bench.clock.now()) batches += 1;
    else await bench.clock.sleep(1000);
  }
  expect(batches).toBeLessThan(30);
});

describe('isLimitedNow()', () => {
  it('is true of a task that was given a limit, as far as the sandbox has seen', async () => {
    await bench.engine.records.setRate({ task: 'free', limit: '1/m' });
    await bench.engine.records.setRate({ task: 'limited', limit: '0' });
    expect(isLimitedNow(bench.engine, 'free')).toBe(false);
    await gateOf(bench.engine);
    expect(['free', 'limited', 'second'].map((task) => isLimitedNow(bench.engine, task))).toEqual([true, false, false]);
  });
});
