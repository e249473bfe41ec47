import { setTimeout as delay } from 'node:timers/promises';

/** Makes a function that waits until something holds, or a limit, in milliseconds, is reached. */
export function poll(holds: () => Promise<boolean>): (limitMs?: number) => Promise<void> {
  return async (limitMs = Number.POSITIVE_INFINITY) => {
    const endsAt = performance.now() + limitMs;
    while (performance.now() < endsAt && !(await holds())) await delay(EVERY_MS);
  };
}

// --- internal ---

const EVERY_MS = 20;
