import { mayWait } from '../core/protocol/delivery.ts';
import type { DeliveryFacts } from '../core/protocol/delivery.ts';
import { begunAgain } from '../core/protocol/forward.ts';
import type { Message } from '../core/protocol/message.ts';
import { originOf } from '../core/protocol/origin.ts';
import type { Engine, RegisteredTask } from '../engine/engine.ts';
import type { Delivery } from '../ports/broker.ts';
import type { EffectContext } from './interpret.ts';
import type { Orders } from './orders.ts';
import type { BatchPlaces, HeldPlace } from './places.ts';

/** One delivery: the facts, and the means to work on it. */
export interface Arrival<M extends Message = Message> extends Pick<
  EffectContext,
  'engine' | 'outbox' | 'remainingMs' | 'settled'
> {
  readonly facts: DeliveryFacts<M, RegisteredTask>;
  /** The queue that the message was received from. */
  readonly queue: string;
  /** Which step of the delivery this is: 1 for the message that was received. */
  readonly step: number;
  /** Deletes what has been finished beside this delivery, before it goes on with a further step. */
  readonly beforeNextStep: () => Promise<void>;
  /** The orders that it was judged by. */
  readonly orders: Orders;
  /** The places of the batch's messages. */
  readonly places: BatchPlaces;
  /** The place that this step has, if its task needs one. */
  readonly place?: HeldPlace | undefined;
}

/** Returns the facts of a delivery as far as they do not depend on its batch. */
export function factsOf(
  { nonces, clock, tasks }: Engine,
  { receives, sentAt }: Pick<Delivery, 'receives' | 'sentAt'>,
  message: Message,
): DeliveryFacts<Message, RegisteredTask> {
  const by = { mid: message.mid, token: nonces.token() };
  const time = { leftMs: 0, wholeMs: 0, neededMs: 0, leastMs: 0 };
  return { message, by, receives, now: clock.now(), sentAt, tasks, revoked: [], time };
}

/** Returns the means of a delivery's effects. */
export function contextOf({ engine, outbox, facts, remainingMs, settled }: Arrival, again: boolean): EffectContext {
  const { message, by, now, sentAt } = facts;
  const origin = originOf(message, { token: by.token, again, now, ...engine.fanOut });
  const renewal = message.kind === 'run' ? () => begunAgain({ message, sentAt, now }) : undefined;
  return { engine, outbox, origin, mayWait: mayWait(facts), renewal, remainingMs, settled };
}
