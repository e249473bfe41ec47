import type { JournalMode } from '../text/journal-modes.ts';
import type { Plan } from './plan.ts';
import type { Shape } from './shape.ts';

/** Where an entry stands in the journal: entries are sorted by time, and by id where the time is the same. */
export interface JournalMark {
  /** Epoch ms. */
  readonly at: number;
  /** The id of the workflow. */
  readonly id: string;
}

/** The entry of a workflow that was submitted. */
export interface Submitted extends JournalMark {
  readonly app: string;
  readonly shape: Shape;
  readonly tenant?: string;
  /** The id of the task that launched it. */
  readonly parent?: string;
}

/** Returns whether a submission is listed: a lone task costs nothing unless all calls are. */
export function isListed(mode: JournalMode, plan: Plan): boolean {
  if (mode === 'workflows') return !('task' in plan) || plan.links !== undefined;
  return mode === 'all';
}

/**
 * Returns the time inside an id that the client has made (a UUID of version 8, behind `d-` if the call has a key), in
 * epoch ms; undefined for any other id.
 */
export function timeInId(id: string): number | undefined {
  const [, high = '', low = ''] =
    /^(?:d-)?([0-9a-f]{8})-([0-9a-f]{4})-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/.exec(id) ?? [];
  return high === '' ? undefined : Number.parseInt(`${high}${low}`, 16);
}
