import { NotRegistered } from '../core/errors/caller.ts';
import { withOwn } from '../core/protocol/baggage.ts';
import { encodeMessage } from '../core/protocol/message-codec.ts';
import type { Draft, Message } from '../core/protocol/message.ts';
import { firstTaskOf } from '../core/protocol/plan.ts';
import type { Outgoing, Scheduler } from '../ports/broker.ts';
import type { Engine } from './engine.ts';

/** The longest delay of a queue's message, in seconds (SQS, DelaySeconds). */
const QUEUE_DELAY_SECONDS = 900;
/** A schedule fires to the minute, so it is set this much early and a queue's delay does the rest. */
const SCHEDULER_PRECISION_MS = 60_000;

/** A way for messages out of a delivery: the broker itself, or something that gathers batches before it. */
export interface Outbox {
  send(messages: readonly Outgoing[]): Promise<void>;
}

/**
 * Sends messages, each to the queue of its first task; delays that no queue can hold go by the scheduler.
 *
 * @throws NotRegistered if nobody runs the task.
 */
export async function dispatch(engine: Engine, outbox: Outbox, messages: readonly Message[]): Promise<void> {
  const direct: Outgoing[] = [];
  const scheduled: Promise<void>[] = [];
  for (const message of messages) {
    const scheduler = schedulerFor(engine, message);
    if (scheduler !== undefined) {
      const notBefore = notBeforeOf(message);
      const name = engine.nonces.digest(`${message.mid}|${notBefore}`);
      const held = message.kind === 'run' ? { ...message, held: true as const } : message;
      scheduled.push(scheduler.schedule({ ...envelope(engine, held), name, at: notBefore - SCHEDULER_PRECISION_MS }));
    } else {
      direct.push({
        ...envelope(engine, message),
        delaySeconds: Math.min(QUEUE_DELAY_SECONDS, delayOf(engine, message) / 1000),
      });
    }
  }
  if (direct.length > 0) scheduled.push(outbox.send(direct));
  await Promise.all(scheduled);
}

/** Whether all of these can be sent by one call: to one queue, and none by the scheduler. */
export function isOneCall(engine: Engine, drafts: readonly Draft[]): boolean {
  if (drafts.length <= 1) return true;
  const isSoon = drafts.every((draft) => schedulerFor(engine, draft) === undefined);
  return isSoon && new Set(drafts.map((draft) => queueFor(engine, draft))).size === 1;
}

/** The queue a message goes to; undefined if nobody runs its first task, or there is no queue of that name. */
export function queueFor(engine: Pick<Engine, 'queueOf' | 'hasQueue' | 'anyQueue'>, draft: Draft): string | undefined {
  const first = draft.kind === 'revoke' ? undefined : firstTaskOf(draft.sig);
  if (first === undefined) return engine.anyQueue();
  const queue = first.queue ?? engine.queueOf(first.task);
  return queue !== undefined && engine.hasQueue(queue) ? queue : undefined;
}

/** The error for a message that {@link queueFor} knows no queue for. */
export function nobodyRuns(draft: Draft): NotRegistered {
  const task = draft.kind === 'revoke' ? draft.id : (firstTaskOf(draft.sig)?.task ?? draft.id);
  return new NotRegistered(`Cannot send ${draft.id} as no function runs the task ${task}, or has the queue it names`, {
    task,
  });
}

// --- internal ---

function notBeforeOf(draft: Draft): number {
  return 'notBefore' in draft ? (draft.notBefore ?? 0) : 0;
}

function delayOf({ clock }: Engine, draft: Draft): number {
  return Math.max(0, notBeforeOf(draft) - clock.now());
}

/** What holds a message whose delay is too long for a queue, where there is such a thing. */
function schedulerFor(engine: Engine, draft: Draft): Scheduler | undefined {
  return delayOf(engine, draft) > QUEUE_DELAY_SECONDS * 1000 ? engine.scheduler : undefined;
}

function envelope(engine: Engine, message: Message): { queue: string; body: string; tenant?: string } {
  const queue = queueFor(engine, message);
  if (queue === undefined) throw nobodyRuns(message);
  const { tenant } = message.kind === 'run' ? withOwn(message, message.sig.options) : message;
  return { queue, body: encodeMessage(message), ...(tenant === undefined ? {} : { tenant }) };
}
