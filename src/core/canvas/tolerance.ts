import type { OptionCheck } from '../values/option-checks.ts';
import type { Tolerance } from './signature.ts';

/** The check of a tolerance. */
export const TOLERANCE: OptionCheck = {
  is: isTolerance,
  want: "a whole number of members of at least 0, or a part of them from '0%' to '100%'",
};

/** Returns how many of `members` may fail; of a part that is not whole, the whole ones. */
export function toleratedOf(tolerance: Tolerance, members: number): number {
  if (typeof tolerance === 'number') return tolerance;
  // Numbers such as 0.07 have no exact form: 7 % of 100 would be a little below 7 if it were divided first.
  return Math.floor((Number(tolerance.slice(0, -1)) * members) / 100);
}

// --- internal ---

const PART = /^\d{1,3}(?:\.\d{1,6})?%$/;

function isTolerance(value: unknown): boolean {
  if (typeof value === 'number') return Number.isSafeInteger(value) && value >= 0;
  return typeof value === 'string' && PART.test(value) && Number(value.slice(0, -1)) <= 100;
}
