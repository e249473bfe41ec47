import { NotRegistered } from '../errors/caller.ts';
import { TimeLimitExceeded } from '../errors/task.ts';
import { LIFETIME_DAYS } from './lifetime.ts';
import type { RunMessage } from './message.ts';

/** The failure of a member whose group has outlived its items. */
export function tooLate({ sig, id }: RunMessage): TimeLimitExceeded {
  return new TimeLimitExceeded(
    `Cannot run ${sig.task} (${id}): its group was kept for ${LIFETIME_DAYS} days after its latest eta, and no longer.`,
  );
}

/** The failure of a task that is not registered in the function that has its message. */
export function unknownTask(task: string, id: string, known: readonly string[]): NotRegistered {
  const text = `Cannot run ${task} (${id}): no task of that name is registered in this function. Known tasks: ${known.join(', ')}. ${IF_RENAMED}`;
  return new NotRegistered(text, { task, known });
}

/** The failure of a step or a callback that has no queue to go to: of its task, or of the one that its call has named. */
export function unroutable(task: string, id: string, queue: string | undefined): NotRegistered {
  const text =
    queue === undefined
      ? `Cannot send ${task} (${id}): no function runs a task of that name. ${IF_RENAMED}`
      : `Cannot send ${task} (${id}) to the queue ${queue}: no function has a queue of that name. A queue has the name of a file in handlers/.`;
  return new NotRegistered(text, { task });
}

// --- internal ---

const IF_RENAMED = 'If it was renamed, register its old name, too, until no work in flight has it.';
