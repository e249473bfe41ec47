import type { InFlight } from '../ports/survey.ts';
import { environmentSurvey } from '../runtime/survey.ts';
import type { OpenCloud } from './clouds/cloud.ts';
import type { Output } from './output.ts';

/** The views of the workers, as Celery names them. */
export const VIEWS = ['registered', 'stats', 'active', 'reserved', 'scheduled'] as const;

/** A view of the workers. */
export type View = (typeof VIEWS)[number];

/** Returns whether a word names a view of the workers. */
export function isView(word: string): word is View {
  return VIEWS.some((view) => view === word);
}

/** Prints a line for each task and its queue, or the counts of a view in one line. Returns the exit code. */
export async function inspectWorkers(
  { engine }: Pick<OpenCloud, 'engine'>,
  view: View,
  output: Output,
): Promise<number> {
  if (view === 'registered') {
    for (const task of engine.taskNames().toSorted()) output.answer({ task, queue: engine.queueOf(task) });
    return 0;
  }
  output.answer(COUNTS[view](await environmentSurvey(process.env).inFlight()));
  if (view !== 'stats') output.note(UNLISTED);
  return 0;
}

// --- internal ---

const UNLISTED =
  'SQS counts its messages and does not list them. `chordal list` shows workflows, and `chordal inspect <id>` a task.';

/** A worker has received a message whether its task runs or waits for its turn in the batch. */
const COUNTS: Readonly<Record<Exclude<View, 'registered'>, (counts: InFlight) => object>> = {
  stats: ({ visible, hidden, delayed, scheduled, dead }) => ({
    waiting: visible,
    received: hidden,
    delayed,
    scheduled,
    dead,
  }),
  active: ({ hidden }) => ({ received: hidden }),
  reserved: ({ hidden }) => ({ received: hidden }),
  scheduled: ({ delayed, scheduled }) => ({ delayed, scheduled }),
};
