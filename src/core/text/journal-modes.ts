/**
 * The calls that the journal lists: canvases of several tasks, all calls, or none. Failures are listed unless it is
 * `off`.
 */
export type JournalMode = 'workflows' | 'all' | 'off';

/** The modes, with the least that is written last. */
export const JOURNAL_MODES: readonly JournalMode[] = ['all', 'workflows', 'off'];

/** Returns the mode of this name; undefined if there is none. */
export function journalModeOf(name: unknown): JournalMode | undefined {
  return JOURNAL_MODES.find((mode) => mode === name);
}
