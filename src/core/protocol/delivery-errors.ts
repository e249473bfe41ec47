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
  const text = `Cannot run ${id}: no task "${task}" is registered in this function. Known tasks: ${known.join(', ')}.`;
  return new NotRegistered(text, { task, known });
}
