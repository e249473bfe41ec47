import { addressOf } from '../core/protocol/address.ts';
import type { Place } from '../core/protocol/places.ts';
import type { RegisteredTask } from '../engine/engine.ts';
import type { Progress } from '../ports/records.ts';
import type { TaskDelivery } from './commit.ts';

/** Tells the readers of a task that it has started, if that is to be tracked, or if they were told that it waits. */
export async function tellStarted(delivery: TaskDelivery, { options }: RegisteredTask): Promise<void> {
  if (options.trackStarted === true) await tell(delivery, { state: 'STARTED' });
  else if (delivery.message.told === true) await tell(delivery, { state: '' });
}

/** Tells the readers of a task that it waits for a place. They hear nothing where the cloud refuses: the task goes on waiting. */
export async function tellWaiting(delivery: TaskDelivery, { key }: Place, since: number): Promise<void> {
  await tell(delivery, { state: '', waits: { key, since } }).catch(() => undefined);
}

// --- internal ---

async function tell(
  { engine, message, origin }: TaskDelivery,
  report: Omit<Progress, 'meta' | 'attempt'>,
): Promise<void> {
  const progress = { meta: 'null', attempt: message.try, ...report };
  await engine.records.putProgress({ address: addressOf(message.id), progress, until: origin.until });
}
