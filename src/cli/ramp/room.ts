import { LIMITS } from './limits.ts';
import type { HeldBy, RampSettings } from './settings.ts';

/** How many there may be, and whose limit that is. */
export interface Most {
  readonly most: number;
  readonly limit: HeldBy;
}

/** The room for batches at one moment. */
export interface Room {
  /** Batches that run. */
  readonly running: Most;
  /** Batches that start in a second. */
  readonly starts: Most;
}

/** Returns the room for batches `seconds` after the first message arrived. */
export function roomAt(seconds: number, settings: RampSettings): Room {
  const { account = LIMITS.account.value } = settings;
  const polled = polledAt(seconds, settings);
  const sandboxes = Math.min(account, LIMITS.firstSandboxes.value + LIMITS.moreSandboxes.value * seconds);
  return {
    running: least(Math.floor(polled.running), Math.floor(sandboxes)),
    starts: least(polled.starts, account * LIMITS.invokesASandbox.value),
  };
}

// --- internal ---

function least(pollers: number, sandboxes: number): Most {
  return pollers <= sandboxes ? { most: pollers, limit: 'pollers' } : { most: sandboxes, limit: 'sandboxes' };
}

function polledAt(
  seconds: number,
  { pollers, concurrency = LIMITS.mostBatches.value }: RampSettings,
): { readonly running: number; readonly starts: number } {
  if (pollers === undefined) {
    const batches = LIMITS.firstBatches.value + (LIMITS.moreBatches.value * seconds) / 60;
    return { running: Math.min(concurrency, batches), starts: Number.POSITIVE_INFINITY };
  }
  const added = (LIMITS.moreOfPollers.value * seconds) / 60 / LIMITS.batchesAPoller.value;
  const there = Math.min(pollers.max, pollers.min + added);
  return { running: there * LIMITS.batchesAPoller.value, starts: there * LIMITS.pollsAPoller.value };
}
