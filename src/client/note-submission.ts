import { isListed, timeInId } from '../core/protocol/journal.ts';
import type { Plan } from '../core/protocol/plan.ts';
import { shapeOf } from '../core/protocol/shape.ts';
import { compact } from '../core/values/compact.ts';
import type { Engine } from '../engine/engine.ts';
import { loggable } from '../engine/redact.ts';

/** A canvas that is about to be sent. */
export interface Sending {
  readonly id: string;
  readonly plan: Plan;
  readonly app: string;
  readonly tenant?: string | undefined;
  /** The task that launches it. */
  readonly parent?: string | undefined;
  readonly until: number;
}

/**
 * Lists a canvas in the journal, if the setting says so. The list is for people: if it cannot be written, the
 * canvas runs anyway.
 */
export async function noteSubmission(engine: Engine, { id, plan, app, tenant, parent, until }: Sending): Promise<void> {
  const { journal, journalMode, clock, log } = engine;
  if (!isListed(journalMode, plan)) return;
  const entry = { at: timeInId(id) ?? clock.now(), id, app, shape: shapeOf(plan), ...compact({ tenant, parent }) };
  try {
    await journal.noteSubmission({ entry, until });
  } catch (error) {
    log.warn('A workflow could not be listed in the journal; it runs all the same', { id, error: loggable(error) });
  }
}
