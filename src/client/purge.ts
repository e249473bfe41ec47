import type { Purged } from '../core/types/control.ts';
import type { Engine } from '../engine/engine.ts';
import { taskOrQueue } from './task-or-queue.ts';

/**
 * Discards the messages of a task, or of a queue, that have been sent by now. The time is that of the queue, which dates its messages:
 * the clock of this machine may be wrong.
 */
export async function purge(engine: Engine, name: unknown): Promise<Purged> {
  const { queue, tasks, task } = taskOrQueue(engine, name, 'purge');
  const operations = await engine.operations();
  const { visible, delayed, now } = await operations.lookAt({ queue });
  // A message of this millisecond has been sent by now.
  const before = Math.round(now) + 1;
  await engine.records.purge(task === undefined ? { queue, before } : { task, before });
  await engine.clock.sleep(SEEN_MS);
  return { queue, tasks: task === undefined ? tasks : [task], waiting: visible + delayed, before: new Date(before) };
}

// --- internal ---

/** How long workers may take to see the purge. A message that is sent after it has a later time. */
const SEEN_MS = 1000;
