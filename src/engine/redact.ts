import { isChordalError } from '../core/errors/caller.ts';
import { withoutArguments } from '../core/task/parameters.ts';
import { describe, reasonOf } from '../core/text/describe.ts';
import { withoutValue } from '../core/text/mismatch.ts';
import { compact } from '../core/values/compact.ts';
import { framesOf } from '../core/values/error-parts.ts';

/** Returns the part of an error that may be logged: our messages quote their input, and arguments are never logged. Never throws. */
export function loggable(error: unknown): string {
  try {
    // Its message has the call.
    if (isChordalError(error, 'CHORDAL_INVALID_ARGUMENTS')) {
      const text = withoutArguments(error);
      return text === '' ? error.name : `${error.name}: ${text}`;
    }
    return withoutValue(reasonOf(error));
  } catch {
    // A proxy may throw at every question.
    return describe(error);
  }
}

/** Returns the fields that say of an unexpected error what it is, and where it was thrown. Never throws. */
export function unexpected(error: unknown): { readonly error: string; readonly stack?: string } {
  const text = loggable(error);
  const frames = framesOf(error);
  return compact({ error: text, stack: frames === undefined ? undefined : `${text}\n${frames}` });
}
