import type { AnyChordalError } from '../core/errors/caller.ts';
import { isChordalError } from '../core/errors/caller.ts';
import { withOwn } from '../core/protocol/baggage.ts';
import { unroutable } from '../core/protocol/delivery-errors.ts';
import { encodeForQueue } from '../core/protocol/message-codec.ts';
import type { Draft, Message, RunMessage } from '../core/protocol/message.ts';
import { firstTaskOf } from '../core/protocol/plan.ts';
import type { FirstTask, Plan } from '../core/protocol/plan.ts';
import { isHigh } from '../core/protocol/priority.ts';
import { allEnded } from '../core/values/all-ended.ts';
import { compact } from '../core/values/compact.ts';
import type { Broker, Outgoing } from '../ports/broker.ts';
import type { Engine } from './engine.ts';

/** The longest delay of a queue's message, in seconds (SQS, DelaySeconds). */
const QUEUE_DELAY_SECONDS = 900;
/** A schedule fires to the minute, so it is set this much early and a queue's delay does the rest. */
const SCHEDULER_PRECISION_MS = 60_000;

/** A way for messages out of a delivery: the broker itself, or something that gathers batches before it. */
export type Outbox = Pick<Broker, 'send'>;

/** A message as it goes to its queue, or to the scheduler that holds it until a queue can. */
export interface Routed extends Omit<Outgoing, 'delaySeconds'> {
  /** Epoch ms. */
  readonly notBefore: number;
  readonly mid: string;
  readonly isHeld: boolean;
}

/** A message that cannot be sent, and the reason. */
export interface Unsendable {
  readonly draft: Draft;
  readonly error: AnyChordalError;
}

/**
 * Sends messages to their queues. Delays that a queue cannot hold go by the scheduler. Those that it does not take wait in the queue for
 * as long as it holds them, and are then judged again.
 */
export async function dispatch(engine: Engine, outbox: Outbox, messages: readonly Routed[]): Promise<void> {
  const send = async (some: readonly Routed[]): Promise<void> => {
    if (some.length > 0) await outbox.send({ messages: some.map((one) => outgoing(engine, one)) });
  };
  const sendHeld = async (): Promise<void> => {
    const held = messages.filter(({ isHeld }) => isHeld);
    const taken = await allEnded(held.map((one) => schedules(engine, one)));
    const refused = held.filter((_, index) => taken[index] === false);
    // @defect refused-schedules-are-sent
    await send(refused);
  };
  await allEnded([send(messages.filter(({ isHeld }) => !isHeld)), sendHeld()]);
}

/**
 * Gives each draft its nonce, its queue and its form on the wire; those that cannot be sent are answered apart. A message
 * that goes on with the work of another keeps the nonce of that one.
 */
export function routeAll(
  engine: Engine,
  drafts: readonly (Draft & { readonly mid?: string })[],
): { readonly routed: readonly Routed[]; readonly unsendable: readonly Unsendable[] } {
  const routed: Routed[] = [];
  const unsendable: Unsendable[] = [];
  for (const draft of drafts) {
    try {
      routed.push(route(engine, { ...draft, mid: draft.mid ?? engine.nonces.mid() }));
    } catch (error) {
      if (!isChordalError(error)) throw error;
      unsendable.push({ draft, error });
    }
  }
  return { routed, unsendable };
}

/**
 * Routes and encodes one message.
 *
 * @throws NotRegistered if no function runs its task.
 * @throws TooDeep or InvalidMessage if a reader would refuse it.
 */
export function route(engine: Engine, message: Message): Routed {
  const queue = message.kind === 'revoke' ? engine.anyQueue() : queueOfPlan(engine, message.sig);
  if (queue === undefined) throw unroutable(nameOf(message), message.id, firstOf(message)?.queue);
  const { notBefore = 0 } = message.kind === 'run' ? message : {};
  const isHeld = engine.scheduler !== undefined && notBefore - engine.clock.now() > QUEUE_DELAY_SECONDS * 1000;
  // @defect held-messages-keep-their-age
  const sent = isHeld && message.kind === 'run' ? held(message, engine.clock.now()) : message;
  const { tenant } = message.kind === 'run' ? withOwn(message, message.sig.options) : message;
  return { mid: message.mid, queue, body: encodeForQueue(sent), notBefore, isHeld, ...compact({ tenant }) };
}

/** Returns whether all of these can be sent by one call: to one queue, and none by the scheduler. */
export function isOneCall(messages: readonly Routed[]): boolean {
  if (messages.length <= 1) return true;
  return messages.every(({ isHeld }) => !isHeld) && new Set(messages.map(({ queue }) => queue)).size === 1;
}

/** The part of an engine that knows queues. */
type Queues = Pick<Engine, 'queueOf' | 'hasQueue' | 'anyQueue' | 'highQueueOf' | 'priorityOf'>;

/**
 * Returns the queue that a plan is sent to: that of its first task, or the one for high priority beside it. Undefined if
 * no function runs the task, or there is no queue of that name.
 */
export function queueOfPlan(engine: Queues, plan: Plan): string | undefined {
  const first = firstTaskOf(plan);
  if (first === undefined) return engine.anyQueue();
  const queue = first.queue ?? engine.queueOf(first.task);
  if (queue === undefined || !engine.hasQueue(queue)) return undefined;
  // @defect high-goes-to-its-queue
  return (isHigh(first.priority ?? engine.priorityOf(first.task)) ? engine.highQueueOf(queue) : undefined) ?? queue;
}

/** Returns the name of the first task that a message starts, or its id if it starts none. */
export function nameOf(draft: Draft): string {
  return firstOf(draft)?.task ?? draft.id;
}

// --- internal ---

/** Returns a message as its queue takes it: delayed, as far as a queue can. */
function outgoing({ clock }: Engine, { isHeld: _isHeld, mid: _mid, notBefore, ...sent }: Routed): Outgoing {
  return { ...sent, delaySeconds: Math.min(QUEUE_DELAY_SECONDS, Math.max(0, notBefore - clock.now()) / 1000) };
}

/** Hands a message to the scheduler, and returns whether it holds it. */
async function schedules(
  { scheduler, nonces }: Engine,
  { isHeld: _isHeld, mid, notBefore, ...sent }: Routed,
): Promise<boolean> {
  if (scheduler === undefined) return false;
  // @defect schedule-named-by-message
  const name = nonces.digest(`${mid}|${notBefore}`);
  return scheduler.schedule({ ...sent, name, at: notBefore - SCHEDULER_PRECISION_MS });
}

/** Marks a message that the Scheduler holds: it is sent long after its call. */
function held(message: RunMessage, now: number): RunMessage {
  const { sent = Math.round(now) } = message;
  return { ...message, sent, held: true };
}

/** Returns the first task that a message starts, and the queue that its call has named. */
function firstOf(draft: Draft): FirstTask | undefined {
  return draft.kind === 'revoke' ? undefined : firstTaskOf(draft.sig);
}
