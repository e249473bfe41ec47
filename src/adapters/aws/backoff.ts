import type { Clock, Nonces } from '../../ports/system.ts';

/** The means to try again: time, and chance to spread the tries of many. */
export interface Backoff {
  readonly clock: Pick<Clock, 'now' | 'sleep'>;
  readonly nonces: Pick<Nonces, 'random'>;
}

/** How often a refused part of a batch is tried, the first time included. */
export const MAX_TRIES = 6;

/** Waits before try `tries + 1`: up to 50 ms, then twice that each time, and at least half of it. */
export async function backOff({ clock, nonces }: Backoff, tries: number): Promise<void> {
  await clock.sleep(FIRST_WAIT_MS * 2 ** (tries - 1) * (0.5 + nonces.random() / 2));
}

/** Cuts a list into runs of at most `size`. */
export function inRuns<Item>(items: readonly Item[], size: number): readonly (readonly Item[])[] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, run) => items.slice(run * size, (run + 1) * size));
}

// --- internal ---

const FIRST_WAIT_MS = 50;
