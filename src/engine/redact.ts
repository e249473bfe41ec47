import { isChordalError } from '../core/errors/caller.ts';

/** What may be logged of an error: messages of ours quote what they were given, and arguments are never logged. */
export function loggable(error: unknown): string {
  // Its message has the call.
  if (isChordalError(error, 'CHORDAL_INVALID_ARGUMENTS')) return error.name;
  return withoutValue(reasonOf(error));
}

/** All that an error says, for a record of it. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}

/** A message of ours up to the value that it quotes. */
export function withoutValue(text: string): string {
  return text.replace(/: current value is .*$/s, '');
}
