import { expect, it } from 'vitest';
import { VirtualClock } from '../../../../src/adapters/memory/virtual-clock.ts';
import { heapUsed } from '../../../support/heap.ts';

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
