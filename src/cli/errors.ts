import { isChordalError } from '../core/errors/caller.ts';
import type { ErrorCode } from '../core/errors/caller.ts';

/** A mistake in the command line itself. The message names the part that is wrong, and the fix. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The text that a user reads about an error, and the exit code that it leads to. */
export interface Explanation {
  readonly message: string;
  /** 2: the usage, the input or the configuration is wrong; 1: anything else. */
  readonly exitCode: 1 | 2;
}

/** Explains an error. A stack trace is part of the message only with `--verbose`. */
export function explain(error: unknown, isVerbose: boolean): Explanation {
  const isExpected = error instanceof UsageError || isChordalError(error);
  const exitCode = isUsersMistake(error) ? 2 : 1;
  if (!(error instanceof Error)) return { message: String(error), exitCode };
  if (isVerbose) return { message: stackOf(error), exitCode };
  if (isExpected) return { message: error.message, exitCode };
  return {
    message: `Unexpected error. ${error.name}: ${error.message}\nRun the command again with --verbose to see where it happened.`,
    exitCode,
  };
}

/** Returns whether only a change of the usage, the input or the configuration helps against an error. */
export function isUsersMistake(error: unknown): boolean {
  return error instanceof UsageError || (isChordalError(error) && MISTAKES.has(error.code));
}

// --- internal ---

const MISTAKES: ReadonlySet<ErrorCode> = new Set([
  'CHORDAL_CANVAS_TOO_DEEP',
  'CHORDAL_CONFIGURATION',
  'CHORDAL_INVALID_ARGUMENTS',
  'CHORDAL_INVALID_CANVAS',
  'CHORDAL_INVALID_OPTIONS',
  'CHORDAL_NOT_REGISTERED',
  'CHORDAL_SERIALIZATION',
]);

function stackOf(error: Error): string {
  const cause = error.cause instanceof Error ? `\nCaused by: ${stackOf(error.cause)}` : '';
  return `${error.stack ?? error.message}${cause}`;
}
