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

/** A message and the queue it goes to. */
export interface Routed {
  readonly message: Message;
  readonly queue: string;
}

/** Sends messages to their queues. Delays that a queue cannot hold go by the scheduler. */
export async function dispatch(engine: Engine, outbox: Outbox, messages: readonly Routed[]): Promise<void> {
  const direct: Outgoing[] = [];
  const scheduled: Promise<void>[] = [];
  for (const { message, queue } of messages) {
    const scheduler = schedulerFor(engine, message);
    if (scheduler === undefined) {
      const delaySeconds = Math.min(QUEUE_DELAY_SECONDS, delayOf(engine, message) / 1000);
      direct.push({ ...envelope(queue, message), delaySeconds });
    } else {
      const notBefore = notBeforeOf(message);
      // @defect schedule-named-by-message
      const name = engine.nonces.digest(`${message.mid}|${notBefore}`);
      const held = message.kind === 'run' ? { ...message, held: true as const } : message;
      scheduled.push(scheduler.schedule({ ...envelope(queue, held), name, at: notBefore - SCHEDULER_PRECISION_MS }));
    }
  }
  if (direct.length > 0) scheduled.push(outbox.send(direct));
  await Promise.all(scheduled);
}

/** Gives each draft its nonce and its queue; those without a known queue are answered apart. */
export function addressed(
  engine: Engine,
  drafts: readonly Draft[],
): { readonly known: readonly Routed[]; readonly unknown: readonly Draft[] } {
  const known: Routed[] = [];
  const unknown: Draft[] = [];
  for (const draft of drafts) {
    const queue = queueFor(engine, draft);
    if (queue === undefined) unknown.push(draft);
    else known.push({ message: { ...draft, mid: engine.nonces.mid() }, queue });
  }
  return { known, unknown };
}

/**
 * Routes one message.
 *
 * @throws NotRegistered if no function runs its task.
 */
export function mustRoute(engine: Engine, message: Message): Routed {
  const queue = queueFor(engine, message);
  if (queue === undefined) throw unroutable(message);
  return { message, queue };
}

/** Returns whether all of these can be sent by one call: to one queue, and none by the scheduler. */
export function isOneCall(engine: Engine, messages: readonly Routed[]): boolean {
  if (messages.length <= 1) return true;
  const isSoon = messages.every(({ message }) => schedulerFor(engine, message) === undefined);
  return isSoon && new Set(messages.map(({ queue }) => queue)).size === 1;
}

/** Returns the queue of a message; undefined if no function runs its first task, or there is no queue of that name. */
function queueFor(engine: Pick<Engine, 'queueOf' | 'hasQueue' | 'anyQueue'>, draft: Draft): string | undefined {
  const first = draft.kind === 'revoke' ? undefined : firstTaskOf(draft.sig);
  if (first === undefined) return engine.anyQueue();
  const queue = first.queue ?? engine.queueOf(first.task);
  return queue !== undefined && engine.hasQueue(queue) ? queue : undefined;
}

/** Returns the error for a message that {@link queueFor} knows no queue for. */
export function unroutable(draft: Draft): NotRegistered {
  const task = draft.kind === 'revoke' ? draft.id : (firstTaskOf(draft.sig)?.task ?? draft.id);
  return new NotRegistered(`Cannot send ${draft.id}: no function runs the task "${task}", or has the queue it names.`, {
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

/** Returns the scheduler for a message whose delay is too long for a queue, where there is one. */
function schedulerFor(engine: Engine, draft: Draft): Scheduler | undefined {
  return delayOf(engine, draft) > QUEUE_DELAY_SECONDS * 1000 ? engine.scheduler : undefined;
}

function envelope(queue: string, message: Message): { queue: string; body: string; tenant?: string } {
  const { tenant } = message.kind === 'run' ? withOwn(message, message.sig.options) : message;
  return { queue, body: encodeMessage(message), ...(tenant === undefined ? {} : { tenant }) };
}
