/**
 * Returns the time by the clock of a service. Its answers name the second alone: a clock of this machine that agrees with
 * that, but for the time of the answer's way, is more exact.
 *
 * @param date the header `Date` of an answer that has just come; undefined if it had none
 * @param here epoch ms by the clock of this machine
 */
export function timeBy(date: string | undefined, here: number): number {
  const there = Date.parse(date ?? '');
  if (Number.isNaN(there) || Math.abs(here - there) <= AGREES_MS) return here;
  return there;
}

// --- internal ---

const AGREES_MS = 2000;
