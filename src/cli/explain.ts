import { isChordalError } from '../core/errors/caller.ts';
import type { ErrorCode } from '../core/errors/caller.ts';
import { UsageError } from './usage-error.ts';

/** What a user is told of an error, and how the command ends for it. */
export interface Explanation {
  readonly message: string;
  /** 2: the usage, the input or the configuration is wrong; 1: anything else. */
  readonly exitCode: 1 | 2;
}

/** Explains an error. Only one that is not foreseen has a stack trace, and only where it was asked for. */
export function explain(error: unknown, isVerbose: boolean): Explanation {
  const isForeseen = error instanceof UsageError || isChordalError(error);
  const exitCode = isUsersMistake(error) ? 2 : 1;
  if (!(error instanceof Error)) return { message: String(error), exitCode };
  if (isVerbose) return { message: stackOf(error), exitCode };
  if (isForeseen) return { message: error.message, exitCode };
  return {
    message: `${error.name}: ${error.message}\nThis was not foreseen. Run it again with --verbose to see where it happened.`,
    exitCode,
  };
}

/** Whether nothing can be done about an error but to change the usage, the input or the configuration. */
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
