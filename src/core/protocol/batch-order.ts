/** Receives of a task in search of a sandbox with time for it, before a whole sandbox must do. */
const ROOM_RECEIVES = 3;

/** How much time a delivery of a batch needs, in ms, and how often it has been received. */
export interface Waiting {
  readonly neededMs: number;
  readonly receives: number;
}

/**
 * Returns the order of the possible duplicates of a batch: what has been received most often first. The first goes
 * before the fresh ones, which run together, if behind them it would find no time: it would return for ever on a busy
 * queue.
 */
export function inTurn<W extends Waiting>(
  fresh: readonly Waiting[],
  seconds: readonly W[],
  wholeMs: number,
): { readonly before: readonly W[]; readonly behind: readonly W[] } {
  const byReceives = seconds.toSorted((a, b) => b.receives - a.receives);
  const freshMs = fresh.reduce((most, { neededMs }) => Math.max(most, neededMs), 0);
  const [first] = byReceives;
  if (first === undefined || first.receives === 1) return { before: [], behind: byReceives };
  // Fresh tasks without a limit may take any time, so one that has returned for some times goes first in any case.
  const isStarved = freshMs + first.neededMs > wholeMs || first.receives > ROOM_RECEIVES;
  return isStarved ? { before: [first], behind: byReceives.slice(1) } : { before: [], behind: byReceives };
}

/**
 * Returns after how many seconds a task without time comes back: 2, twice that at each further receive, at most a
 * minute. At once it would come into the same rush again, and use up its receives.
 */
export function secondsWithoutTime(receives: number): number {
  return Math.min(60, 2 ** receives);
}

/** The time that a sandbox has for a task, in ms. */
export interface TimeFacts {
  readonly leftMs: number;
  /** The time that was left when the batch arrived. */
  readonly wholeMs: number;
  /** The time to find before a task with this limit is started. */
  readonly neededMs: number;
  /** The time without which no task can be started. */
  readonly leastMs: number;
}

/** Returns whether there is time for a task. After some returns a whole sandbox has to do. */
export function hasTime({ receives, time }: { readonly receives: number; readonly time: TimeFacts }): boolean {
  const { leftMs, wholeMs, neededMs, leastMs } = time;
  return leftMs >= neededMs || (receives > ROOM_RECEIVES && isWhole(leftMs, wholeMs) && leftMs >= leastMs);
}

/** Returns whether the time that is left still counts as that of a whole sandbox; both in ms. */
export function isWhole(leftMs: number, wholeMs: number): boolean {
  return leftMs >= wholeMs - BEGINNING_MS;
}

// --- internal ---

/** The part of a sandbox's time that may be over while the sandbox still counts as whole, in ms. */
const BEGINNING_MS = 1000;
