import type { Clock } from '../../ports/system.ts';

/** The longest time of one timer, in ms (2³¹ − 1): a longer one ends at once. */
export const LONGEST_TIMER_MS = 2_147_483_647;

/** The machine's own time. */
export class RealClock implements Clock {
  now(): number {
    return Date.now();
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted === true) return Promise.resolve();
    if (ms === Number.POSITIVE_INFINITY) return untilAborted(signal);
    return new Promise((resolve) => {
      let timer: ReturnType<typeof setTimeout>;
      wait(Math.max(0, ms));
      function wait(left: number): void {
        const slice = Math.min(left, LONGEST_TIMER_MS);
        timer = setTimeout(() => (left > slice ? wait(left - slice) : end()), slice);
      }
      function end(): void {
        clearTimeout(timer);
        signal?.removeEventListener('abort', end);
        resolve();
      }
      signal?.addEventListener('abort', end);
    });
  }

  poll(ms: number, most: number, signal?: AbortSignal): Promise<void> {
    return this.sleep(Math.min(ms, most), signal);
  }
}

/** Resolves when a signal is aborted; without one, never. */
export function untilAborted(signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => signal?.addEventListener('abort', () => resolve()));
}
