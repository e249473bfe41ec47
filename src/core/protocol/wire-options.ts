import { isPlainObject } from '../values/json.ts';
import { NUMBER } from '../values/option-checks.ts';
import type { OptionCheck } from '../values/option-checks.ts';
import { wireChecks } from './options.ts';

/** Returns whether the options of a task in a message have valid values. Unknown options are ignored. */
export function areWireOptions(value: unknown): boolean {
  if (!isPlainObject(value)) return false;
  return Object.entries(WIRE).every(([name, check]) => value[name] === undefined || check.is(value[name]));
}

// --- internal ---

/** An `expires` that was given as a time is carried as one. */
const WIRE: Readonly<Record<string, OptionCheck>> = {
  expiresAt: NUMBER,
  ...wireChecks(),
};
