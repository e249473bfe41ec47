import type { Clock } from '../../ports/system.ts';

/** The machine's own time. */
export class RealClock implements Clock {
  now(): number {
    return Date.now();
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted === true) return Promise.resolve();
    if (ms === Number.POSITIVE_INFINITY) return untilAborted(signal);
    return new Promise((resolve) => {
      const timer = setTimeout(end, Math.max(0, ms));
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

// --- internal ---

function untilAborted(signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => signal?.addEventListener('abort', () => resolve()));
}
