import type { Message, RunMessage } from '../core/protocol/message.ts';
import { NO_LIMIT, rateInterval } from '../core/task/rate.ts';
import type { Engine } from '../engine/engine.ts';
import { gateOf, rateSetFor } from './gate.ts';

/**
 * Returns the time from which each message of a rate-limited task may run, in epoch ms: one reservation per task for
 * the whole batch. Messages that already have a slot, or are not due, do not get one; those that come long after their slot, since
 * their function received nothing or is too slow, get another.
 *
 * @param wholeMs the time of the function's sandbox, in ms.
 */
export async function slotsFor(
  engine: Engine,
  messages: readonly Message[],
  wholeMs: number,
): Promise<ReadonlyMap<Message, number>> {
  const now = engine.clock.now();
  await gateOf(engine);
  const slots = new Map<Message, number>();
  const reserve = async (task: string, waiting: readonly RunMessage[], isLate: boolean): Promise<void> => {
    const intervalMs = rateInterval(limitOf(engine, task), task);
    if (intervalMs === undefined || waiting.length === 0) return;
    const from = now - (isLate ? unusedMs(waiting.length * intervalMs, wholeMs) : 0);
    const first = await engine.records.reserve({ task, slots: waiting.length, intervalMs, now: from });
    waiting.forEach((message, index) => slots.set(message, first + index * intervalMs));
  };
  const byTask = Map.groupBy(
    messages.filter((message) => isDue(message, now)),
    (message) => message.sig.task,
  );
  await Promise.all(
    [...byTask].flatMap(([task, waiting]) => {
      const [late, fresh] = [waiting.filter(({ slot }) => slot), waiting.filter(({ slot }) => !slot)];
      return [reserve(task, late, true), reserve(task, fresh, false)];
    }),
  );
  return slots;
}

/** Returns whether a task has a rate limit that was set at run time, as far as this sandbox has seen. */
export function isLimitedNow(engine: Pick<Engine, 'records'>, task: string): boolean {
  return (rateSetFor(engine, task) ?? NO_LIMIT) !== NO_LIMIT;
}

// --- internal ---

/** The limit that was set at run time wins over the task's own, also where it is none. */
function limitOf(engine: Engine, task: string): string | number | undefined {
  const set = rateSetFor(engine, task);
  if (set === undefined) return engine.tasks.get(task)?.options.rateLimit;
  return set === NO_LIMIT ? undefined : set;
}

/** How late a message may come for its slot, in ms: a batch is gathered for up to five minutes (Lambda, MaximumBatchingWindowInSeconds). */
const SLOT_MS = 360_000;

/**
 * Returns how far back late messages may take slots that nothing used, in ms. Where a batch lasts longer than the time of its slots, its
 * function is slower than the limit: spread over that time, the next batch would come late again, and so on, one run in each.
 */
function unusedMs(spanMs: number, wholeMs: number): number {
  return spanMs <= wholeMs ? spanMs : 0;
}

function isDue(message: Message, now: number): message is RunMessage {
  // The slot of a task that a Python worker runs was taken when it was asked.
  if (message.kind !== 'run' || message.asked !== undefined) return false;
  const { notBefore = 0, slot } = message;
  return notBefore <= (slot === true ? now - SLOT_MS : now);
}
