import { expect, it } from 'vitest';
import { VirtualClock } from '../../../../src/adapters/memory/virtual-clock.ts';
import { heapUsed } from '../../../support/heap.ts';

const YEAR_MS = 365 * 86_400_000;

it('sleep() wakes sleepers in the order of their times, whichever were woken before by a signal', async () => {
  const clock = new VirtualClock(0);
  const woken: number[] = [];
  const sleeps = Array.from({ length: 1000 }, async (_, i) => {
    const ms = (i * 7919) % 1000;
    const signal = i % 10 === 0 ? undefined : AbortSignal.abort();
    const later = new AbortController();
    const sleeping = clock.sleep(ms, i % 10 === 1 ? later.signal : signal);
    if (i % 10 === 1) later.abort('early');
    await sleeping;
    if (i % 10 === 0) woken.push(clock.now());
  });
  await Promise.all(sleeps);
  expect(woken).toEqual(woken.toSorted((a, b) => a - b));
  expect(woken).toHaveLength(100);
});

it('sleep() forgets who was woken by a signal, and does not wait until time comes to it', async () => {
  const clock = new VirtualClock();
  const before = heapUsed();
  for (let i = 0; i < 100_000; i += 1) {
    const waking = new AbortController();
    const sleeping = clock.sleep(60_000, waking.signal);
    waking.abort('early');
    await sleeping;
  }
  expect(heapUsed() - before).toBeLessThan(10_000_000);
});

/** Polls until `done`, at most every 5 s, and answers how often. */
async function polled(clock: VirtualClock, done: Promise<void>): Promise<number> {
  const seen = new AbortController();
  void done.then(() => seen.abort('done'));
  let polls = 0;
  for (; !seen.signal.aborted; polls += 1) await clock.poll(5000, Number.POSITIVE_INFINITY);
  return polls;
}

it('poll() wakes a reader when somebody else has done something, and looks no more often than that', async () => {
  const clock = new VirtualClock(0);
  expect(await polled(clock, clock.sleep(YEAR_MS))).toBeLessThan(10);
  expect(clock.now()).toBe(YEAR_MS);
});

it('poll() goes on at its own pace while the next that happens is near', async () => {
  const clock = new VirtualClock(0);
  expect(await polled(clock, clock.sleep(60_000))).toBe(12);
  expect(clock.now()).toBe(60_000);
});

it('poll() jumps to the end of a long wait if the rest is idle, and not beyond it otherwise', async () => {
  const clock = new VirtualClock(0);
  let polls = 0;
  for (; clock.now() < YEAR_MS; polls += 1) await clock.poll(5000, YEAR_MS - clock.now());
  expect(clock.now()).toBe(YEAR_MS);
  expect(polls).toBeLessThan(200);
  void clock.sleep(YEAR_MS);
  await clock.poll(5000, 86_400_000);
  expect(clock.now() - YEAR_MS).toBeLessThanOrEqual(86_400_000);
});

it('poll() leaves the process its time when what it waits for is outside', async () => {
  const outside = new Promise<void>((resolve) => void setTimeout(resolve, 50));
  expect(await polled(new VirtualClock(0), outside)).toBeLessThan(1000);
});

it('poll() sees immediate work in time, even if the next event is far away', async () => {
  const clock = new VirtualClock(0);
  void clock.sleep(YEAR_MS);
  await polled(clock, clock.sleep(100));
  expect(clock.now()).toBeLessThan(10_000);
  await clock.poll(100_000, 100_000);
  await polled(clock, clock.sleep(1));
  expect(clock.now()).toBeLessThan(200_000);
});
