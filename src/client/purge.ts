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
  const high = engine.highQueueOf(queue);
  // @defect high-queues-are-purged
  const queues = high === undefined ? [queue] : [queue, high];
  const looks = await Promise.all(queues.map((one) => operations.lookAt({ queue: one })));
  // A message of this millisecond has been sent by now.
  const before = Math.round(Math.max(...looks.map(({ now }) => now))) + 1;
  if (task === undefined) for (const one of queues) await engine.records.purge({ queue: one, before });
  else await engine.records.purge({ task, before });
  const waiting = looks.reduce((sum, { visible, delayed }) => sum + visible + delayed, 0);
  await engine.clock.sleep(SEEN_MS);
  return { queue, tasks: task === undefined ? tasks : [task], waiting, before: new Date(before) };
}

// --- internal ---

/** How long workers may take to see the purge. A message that is sent after it has a later time. */
const SEEN_MS = 1000;
