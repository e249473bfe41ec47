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
  { app: { inspect } }: Pick<OpenCloud, 'app'>,
  view: View,
  output: Output,
): Promise<number> {
  if (view === 'registered') for (const one of await inspect.registered()) output.answer(one);
  else output.answer(await inspect[view]());
  if (view !== 'stats' && view !== 'registered') output.note(UNLISTED);
  return 0;
}

// --- internal ---

const UNLISTED =
  'SQS counts its messages and does not list them. `chordal list` shows workflows, and `chordal inspect <id>` a task.';
