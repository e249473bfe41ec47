import { isChordalError } from '../core/errors/caller.ts';
import { loggable, unexpected } from '../engine/redact.ts';
import type { Log } from '../ports/system.ts';

/** The lines about a request that has not got what it asked for: refused for its own sake, or for that of this stack. */
export interface RefusalLines {
  readonly refused: string;
  readonly failed: string;
}

/**
 * Writes the line about a request that was answered with an error. A caller's mistake, or a service that is busy, is a
 * warning. A right or a table that is missing, or an error that is not foreseen, waits for an operator: no alarm sees it, since the
 * function itself answers.
 */
export function logRefusal(log: Log, { refused, failed }: RefusalLines, error: unknown): void {
  const isForeseen = isChordalError(error) && error.code !== 'CHORDAL_CONFIGURATION';
  if (isForeseen) log.warn(refused, { error: loggable(error) });
  else log.error(failed, unexpected(error));
}
