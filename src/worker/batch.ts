import { isRefusal } from '../core/errors/refusal.ts';
import { inTurn } from '../core/protocol/batch-order.ts';
import { isPossibleDuplicate, onRead } from '../core/protocol/delivery.ts';
import type { DeliveryFacts } from '../core/protocol/delivery.ts';
import { onThrow, RETURN } from '../core/protocol/disposition.ts';
import type { Disposition } from '../core/protocol/disposition.ts';
import { decodedOrError } from '../core/protocol/message-codec.ts';
import type { NewerMessage } from '../core/protocol/message-codec.ts';
import type { Message } from '../core/protocol/message.ts';
import { isPurged } from '../core/protocol/purge.ts';
import { filledBody } from '../core/schedule/schedule-message.ts';
import { withoutValue } from '../core/text/mismatch.ts';
import { queueOfPlan } from '../engine/dispatch.ts';
import type { Engine, RegisteredTask } from '../engine/engine.ts';
import { unexpected } from '../engine/redact.ts';
import { LEAST_NEEDED_MS, timeNeeded } from '../engine/task/limits.ts';
import type { Delivery } from '../ports/broker.ts';
import { factsOf } from './arrival.ts';
import { deliver } from './deliver.ts';
import { Finished } from './finished.ts';
import { labelsOfDelivery } from './labels.ts';
import { ordersFor, ordersNow } from './orders.ts';
import type { Orders } from './orders.ts';
import { BatchOutbox } from './outbox.ts';
import { BatchPlaces } from './places.ts';
import { slotsFor } from './rate.ts';

/**
 * Works on a batch of messages and answers with the ids of those that return to their queue.
 *
 * Fresh messages run at once. Possible duplicates run after them, one by one, so that one that kills its sandbox does
 * not stop a neighbour. One that would find no time behind the fresh ones runs before them. Finished messages are deleted
 * before the duplicates behind, and before a delivery goes on with a further step.
 *
 * @param remainingMs returns the time left in this sandbox, in ms.
 */
export async function runBatch(
  engine: Engine,
  deliveries: readonly Delivery[],
  remainingMs: () => number,
): Promise<readonly string[]> {
  const returned: string[] = [];
  const outbox = new BatchOutbox(engine.broker, engine.clock);
  const wholeMs = remainingMs();
  const finished = new Finished(engine.deliveries, engine.clock);
  const places = new BatchPlaces(engine, remainingMs);
  const finish = async (one: Prepared): Promise<void> => {
    const disposition = await attempt(engine, { outbox, finished, places }, one, { remainingMs, wholeMs });
    if (await end(engine, one, disposition)) finished.add(one.delivery.receipt);
    else returned.push(one.delivery.messageId);
  };
  const all = await prepare(engine, deliveries, { returned, wholeMs });
  const fresh = all.filter((one) => !isSecond(one));
  const { before, behind } = inTurn(fresh, all.filter(isSecond), wholeMs);
  for (const starved of before) await outbox.during(() => finish(starved));
  await Promise.all(fresh.map((one) => outbox.during(() => finish(one))));
  if (behind.length > 0) await finished.deleteNow();
  for (const second of behind) await outbox.during(() => finish(second));
  await places.emptied();
  return returned;
}

/** Carries a disposition out, and returns whether the message may be deleted. */
async function end(engine: Engine, { delivery, message }: Received, disposition: Disposition): Promise<boolean> {
  const { log } = engine;
  switch (disposition.kind) {
    case 'ack':
      return true;
    case 'deadLetter':
      log.error('A message cannot be processed and goes to the dead-letter queue', {
        ...labelsOfDelivery(engine, delivery, message),
        reason: withoutValue(disposition.reason),
      });
      return engine.broker.deadLetter({ body: filledBody(delivery), reason: disposition.reason }).then(
        () => true,
        () => false,
      );
    case 'return':
      if (disposition.needsTime !== true) engine.meter?.count('returned');
      if (disposition.why !== undefined) {
        const { why, seconds } = disposition;
        const about = { ...labelsOfDelivery(engine, delivery, message), receives: delivery.receives, seconds };
        log.warn('A message could not be worked on for now and returns to its queue', {
          ...about,
          reason: withoutValue(why),
        });
      }
      if (disposition.seconds !== undefined) {
        await engine.deliveries
          .release({ receipts: [delivery.receipt], seconds: disposition.seconds })
          .catch(() => undefined);
      }
      return false;
  }
}

// --- internal ---

/** A delivery, with its message if that could be read. */
interface Received {
  readonly delivery: Delivery;
  readonly message?: Message | undefined;
}

/** A delivery as the batch knows it. */
interface Prepared extends Received {
  readonly message: Message;
  /** Those that were read for the batch. */
  readonly orders: Orders;
  /** Epoch ms of its slot, if its task has a rate limit. */
  readonly slotAt: number | undefined;
  readonly receives: number;
  /** The time that it should find before it is started. */
  readonly neededMs: number;
}

function isSecond({ delivery: { receives }, message }: Prepared): boolean {
  return isPossibleDuplicate({ receives, message });
}

/** Reads the messages; ends those that cannot be read, or are for another release. */
async function prepare(
  engine: Engine,
  deliveries: readonly Delivery[],
  { returned, wholeMs }: { readonly returned: string[]; readonly wholeMs: number },
): Promise<readonly Prepared[]> {
  const read: { readonly delivery: Delivery; readonly message: Message }[] = [];
  await Promise.all(
    deliveries.map(async (delivery) => {
      const message = await readMessage(engine, delivery);
      if (message instanceof Error || 'newer' in message) {
        const disposition = isRefusal(message)
          ? thrown(engine, { delivery }, wholeMs, message)
          : (onRead(message, delivery.receives) ?? RETURN);
        if (!(await end(engine, { delivery }, disposition))) returned.push(delivery.messageId);
      } else {
        noteDelay(engine, delivery, message);
        read.push({ delivery, message });
      }
    }),
  );
  if (read.length === 0) return [];
  try {
    const messages = read.map(({ message }) => message);
    const orders = await ordersFor(engine, messages);
    const slots = await slotsFor(engine, messages, wholeMs);
    return read.map(({ delivery, message }) => {
      const neededMs = message.kind === 'run' ? timeNeeded(engine.tasks.get(message.sig.task), message) : 0;
      return {
        delivery,
        message,
        orders,
        slotAt: slots.get(message),
        receives: delivery.receives,
        neededMs,
      };
    });
  } catch (error) {
    if (!isRefusal(error)) throw error;
    await Promise.all(read.map((one) => end(engine, one, thrown(engine, one, wholeMs, error))));
    returned.push(...read.map(({ delivery }) => delivery.messageId));
    return [];
  }
}

/** Judges a delivery that threw. Logs the error, unless the disposition says why. */
function thrown(engine: Engine, one: Received, wholeMs: number, error: unknown): Disposition {
  const { receives } = one.delivery;
  const disposition = onThrow(error, { receives, wholeMs, chance: engine.nonces.random() });
  if (disposition.kind === 'return' && disposition.why === undefined)
    engine.log.error('A message could not be worked on and returns to its queue', {
      ...labelsOfDelivery(engine, one.delivery, one.message),
      ...unexpected(error),
    });
  return disposition;
}

/** Reads a message of this engine, or of a Celery application. */
async function readMessage(engine: Engine, delivery: Delivery): Promise<Message | NewerMessage | Error> {
  const read = decodedOrError(filledBody(delivery), delivery.messageId);
  if (!(read instanceof Error)) return read;
  const { importCelery } = await import('./celery.ts');
  return importCelery(engine, delivery).then(
    (message) => message ?? read,
    (error: unknown) => (error instanceof Error ? error : read),
  );
}

/** Measures how long a message has waited beyond its own delay. */
function noteDelay({ meter, clock }: Engine, { sentAt }: Delivery, message: Message): void {
  const dueAt = message.kind === 'run' ? (message.notBefore ?? 0) : 0;
  if (sentAt !== undefined) meter?.waited(Math.max(0, clock.now() - Math.max(sentAt, dueAt)));
}

/** Returns whether another function runs the task of a message, which this one does not know. */
function isElsewhere(engine: Engine, message: Message, queue: string): boolean {
  if (message.kind !== 'run' || engine.tasks.has(message.sig.task)) return false;
  const right = queueOfPlan(engine, message.sig);
  return right !== undefined && right !== queue;
}

/** The means that the deliveries of a batch share. */
interface Shared {
  readonly outbox: BatchOutbox;
  readonly finished: Finished;
  readonly places: BatchPlaces;
}

/** Works on one message. After an error it returns to its queue. */
async function attempt(
  engine: Engine,
  { outbox, finished, places }: Shared,
  { delivery, message, orders, slotAt, neededMs }: Prepared,
  time: { readonly remainingMs: () => number; readonly wholeMs: number },
): Promise<Disposition> {
  const { remainingMs } = time;
  try {
    const { queue } = delivery.receipt;
    const now = await ordersNow(engine, message, orders);
    const { revoked, purges } = now;
    const facts: DeliveryFacts<Message, RegisteredTask> = {
      ...factsOf(engine, delivery, message),
      revoked,
      isPurged: isPurged(purges, message, { queue, sentAt: delivery.sentAt }),
      isElsewhere: isElsewhere(engine, message, queue),
      slotAt,
      time: {
        leftMs: remainingMs(),
        wholeMs: time.wholeMs,
        neededMs,
        leastMs: LEAST_NEEDED_MS,
      },
    };
    const beforeNextStep = (): Promise<void> => finished.deleteSometimes();
    const settled = new Set<string>();
    const means = { remainingMs, queue, beforeNextStep, places, settled };
    return await deliver({ engine, outbox, facts, step: 1, orders: now, ...means });
  } catch (error) {
    return thrown(engine, { delivery, message }, time.wholeMs, error);
  }
}
