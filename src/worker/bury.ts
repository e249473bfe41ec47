import { isRefusal } from '../core/errors/refusal.ts';
import type { DeliveryFacts } from '../core/protocol/delivery.ts';
import { ACK, onThrow } from '../core/protocol/disposition.ts';
import type { Disposition } from '../core/protocol/disposition.ts';
import { decodeDead } from '../core/protocol/message-codec.ts';
import type { Message } from '../core/protocol/message.ts';
import { filledBody } from '../core/schedule/schedule-message.ts';
import { withoutValue } from '../core/text/mismatch.ts';
import type { Engine, RegisteredTask } from '../engine/engine.ts';
import { unexpected } from '../engine/redact.ts';
import type { Delivery } from '../ports/broker.ts';
import { factsOf } from './arrival.ts';
import { keepDeadLetter } from './dead-letter.ts';
import { deliver } from './deliver.ts';
import { labelsOfDelivery } from './labels.ts';
import { NO_ORDERS } from './orders.ts';
import { BatchPlaces } from './places.ts';

/** The reason noted for a message when SQS does not give one. */
const GIVEN_UP = 'its queue gave it up: it was received too often or was too old';

/**
 * Settles the open work of dead messages, as their heir, and keeps a record of each with the reason. It answers with
 * the ids of the messages that return.
 *
 * @param remainingMs returns the time left in this sandbox, in ms.
 */
export async function buryBatch(
  engine: Engine,
  deliveries: readonly Delivery[],
  remainingMs: () => number,
): Promise<readonly string[]> {
  const wholeMs = remainingMs();
  const back: string[] = [];
  await Promise.all(
    deliveries.map(async (delivery) => {
      if (!(await bury(engine, delivery, wholeMs))) back.push(delivery.messageId);
    }),
  );
  return back;
}

// --- internal ---

/** Settles a dead message and keeps a record of it. Returns whether both have happened. */
async function bury(engine: Engine, delivery: Delivery, wholeMs: number): Promise<boolean> {
  const { messageId, reason = GIVEN_UP } = delivery;
  const { log } = engine;
  let about = labelsOfDelivery(engine, delivery);
  try {
    const body = filledBody(delivery);
    const message = await readable(engine, { ...delivery, body });
    about = labelsOfDelivery(engine, delivery, message);
    // @defect dead-are-settled
    const disposition = message === undefined ? ACK : await settle(engine, { delivery, message, dead: reason });
    if (disposition.kind === 'return') return false;
    await keepDeadLetter(engine, { id: message?.id ?? messageId, reason, body });
    log.warn('A dead message was buried', { ...about, reason: withoutValue(reason) });
    return true;
  } catch (error) {
    const { receives, receipt } = delivery;
    const disposition = onThrow(error, { receives, wholeMs, chance: engine.nonces.random() });
    const isForNow = disposition.kind === 'return' && disposition.why !== undefined;
    log[isForNow ? 'warn' : 'error']('A dead message could not be buried', { ...about, ...unexpected(error) });
    const seconds = disposition.kind === 'return' ? disposition.seconds : undefined;
    if (seconds !== undefined) await engine.deliveries.release({ receipts: [receipt], seconds }).catch(() => undefined);
    return false;
  }
}

/** Reads a dead message of this engine, or of a Celery application; undefined if it is neither. */
async function readable(engine: Engine, delivery: Delivery): Promise<Message | undefined> {
  const { body, messageId } = delivery;
  try {
    return decodeDead(body, messageId);
  } catch {
    const { importCelery } = await import('./celery.ts');
    return importCelery(engine, delivery).catch((error: unknown) => {
      if (isRefusal(error)) throw error;
      return undefined;
    });
  }
}

/** Delivers a dead message as its heir: a decision of its own is carried on, and without one it has failed. */
function settle(
  engine: Engine,
  { delivery, message, dead }: { readonly delivery: Delivery; readonly message: Message; readonly dead: string },
): Promise<Disposition> {
  const facts: DeliveryFacts<Message, RegisteredTask> = { ...factsOf(engine, delivery, message), dead };
  return deliver({
    engine,
    outbox: engine.broker,
    facts,
    remainingMs: () => Number.POSITIVE_INFINITY,
    queue: delivery.receipt.queue,
    step: 1,
    beforeNextStep: async () => undefined,
    orders: NO_ORDERS,
    places: new BatchPlaces(engine, () => 0),
    settled: new Set(),
  });
}
