import { isChordalError } from '../core/errors/caller.ts';
import { reasonOf } from '../core/text/describe.ts';

/** What may be logged of an error: messages of ours quote what they were given, and arguments are never logged. */
export function loggable(error: unknown): string {
  // Its message has the call.
  if (isChordalError(error, 'CHORDAL_INVALID_ARGUMENTS')) return error.name;
  return withoutValue(reasonOf(error));
}

/** A message of ours up to the value that it quotes. */
export function withoutValue(text: string): string {
  return text.replace(/: current value is .*$/s, '');
}
