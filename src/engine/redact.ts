import { isChordalError } from '../core/errors/caller.ts';
import { describe, reasonOf } from '../core/text/describe.ts';
import { withoutValue } from '../core/text/mismatch.ts';

/** Returns the part of an error that may be logged: our messages quote their input, and arguments are never logged. Never throws. */
export function loggable(error: unknown): string {
  try {
    // Its message has the call.
    if (isChordalError(error, 'CHORDAL_INVALID_ARGUMENTS')) return error.name;
    return withoutValue(reasonOf(error));
  } catch {
    // A proxy may throw at every question.
    return describe(error);
  }
}
