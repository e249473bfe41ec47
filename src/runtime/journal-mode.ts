import { ConfigurationError } from '../core/errors/caller.ts';
import { JOURNAL_MODES, journalModeOf } from '../core/text/journal-modes.ts';
import type { JournalMode } from '../core/text/journal-modes.ts';

/**
 * Returns the mode of the journal from CHORDAL_JOURNAL; undefined if it is not set.
 *
 * @throws ConfigurationError for a value that is not a mode
 */
export function journalModeIn({
  CHORDAL_JOURNAL: given,
}: Readonly<Record<string, string | undefined>>): JournalMode | undefined {
  const mode = journalModeOf(given);
  if (mode !== undefined || given === undefined || given === '') return mode;
  throw new ConfigurationError(
    `Cannot use CHORDAL_JOURNAL ${JSON.stringify(given)}: it must be one of ${JOURNAL_MODES.join(', ')}.`,
  );
}
