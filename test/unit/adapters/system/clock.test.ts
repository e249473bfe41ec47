import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { RealClock } from '../../../../src/adapters/system/clock.ts';

const DAY = 86_400_000;

describe('RealClock', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('sleep() ends when its time is over and not before, also beyond the longest time of a timer', async () => {
    const ended = vi.fn<() => void>();
    void new RealClock().sleep(60 * DAY).then(ended);
    await vi.advanceTimersByTimeAsync(60 * DAY - 1);
    expect(ended).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(ended).toHaveBeenCalledTimes(1);
  });

  it('sleep() ends at an abort in any part of its time, and leaves no timer', async () => {
    for (const after of [1, 30 * DAY]) {
      const stop = new AbortController();
      const slept = new RealClock().sleep(60 * DAY, stop.signal);
      await vi.advanceTimersByTimeAsync(after);
      stop.abort();
      await expect(slept).resolves.toBeUndefined();
      expect(vi.getTimerCount()).toBe(0);
    }
  });
});
