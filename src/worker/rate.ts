import type { Message, RunMessage } from '../core/protocol/message.ts';
import { rateInterval } from '../core/task/rate.ts';
import type { Engine } from '../engine/engine.ts';

/**
 * Returns the time from which each message of a rate-limited task may run, in epoch ms: one reservation per task for
 * the whole batch. Messages that already have a slot, or are not due, do not get one.
 */
export async function slotsFor(engine: Engine, messages: readonly Message[]): Promise<ReadonlyMap<Message, number>> {
  const now = engine.clock.now();
  const slots = new Map<Message, number>();
  const byTask = Map.groupBy(
    messages.filter((message) => isDue(message, now)),
    (message) => message.sig.task,
  );
  await Promise.all(
    [...byTask].map(async ([task, waiting]) => {
      const intervalMs = rateInterval(engine.tasks.get(task)?.options.rateLimit, task);
      if (intervalMs === undefined) return;
      const first = await engine.records.reserve({ task, slots: waiting.length, intervalMs, now });
      waiting.forEach((message, index) => slots.set(message, first + index * intervalMs));
    }),
  );
  return slots;
}

// --- internal ---

function isDue(message: Message, now: number): message is RunMessage {
  return message.kind === 'run' && message.slot !== true && (message.notBefore ?? 0) <= now;
}
