import { isChordalError } from '../core/errors/caller.ts';
import { decodeMessage, isNewer } from '../core/protocol/message-codec.ts';
import type { RunMessage } from '../core/protocol/message.ts';
import type { Engine } from '../engine/engine.ts';
import { loggable, reasonOf, withoutValue } from '../engine/redact.ts';
import { LEAST_NEEDED_MS, timeNeeded } from '../engine/task/limits.ts';
import type { Delivery } from '../ports/broker.ts';
import { deliver, isPossibleDuplicate } from './deliver.ts';
import type { Prepared } from './deliver.ts';
import { RETURN, RETURN_WHILE_DEPLOYED } from './delivery.ts';
import type { Disposition } from './delivery.ts';
import { BatchOutbox } from './outbox.ts';
import { slotsFor } from './rate.ts';
import { revokedScopes } from './revocations.ts';

/** Receives of an envelope of a later release before it is given up: deploys overlap. */
const NEWER_RECEIVES = 3;

/** Receives of a task in search of a sandbox with time for it, before it must do with a whole one. */
const ROOM_RECEIVES = 3;
/** How much of a sandbox's time may be over while it is still as good as whole, in ms. */
const BEGINNING_MS = 1000;

/**
 * Works on a batch of messages and answers with the ids of those that are to come back.
 *
 * Messages that nobody has worked on run at once; those that may have been run one by one, behind them, so that one that
 * kills its sandbox takes no neighbour along.
 *
 * @param remainingMs how much time is left in this sandbox, in ms.
 */
export async function runBatch(
  engine: Engine,
  deliveries: readonly Delivery[],
  remainingMs: () => number,
): Promise<readonly string[]> {
  const back: string[] = [];
  const outbox = new BatchOutbox(engine.broker, engine.clock);
  const wholeMs = remainingMs();
  const finish = async (prepared: Prepared): Promise<boolean> => {
    const verdict = await attempt(engine, outbox, prepared, wholeMs);
    const isDone = await end(engine, prepared.delivery, verdict);
    if (!isDone) back.push(prepared.delivery.messageId);
    return isDone;
  };
  const all = await prepare(engine, deliveries, remainingMs, back);
  const fresh = all.filter((one) => !isPossibleDuplicate(one));
  const suspects = all.filter(isPossibleDuplicate);
  const done = await Promise.all(fresh.map((one) => outbox.during(() => finish(one))));
  const finished = fresh.filter((_, index) => done[index]);
  if (suspects.length > 0 && finished.length > 0) {
    await engine.deliveries
      .finish({ receipts: finished.map(({ delivery }) => delivery.receipt) })
      .catch(() => undefined);
  }
  for (const suspect of suspects) await outbox.during(() => finish(suspect));
  return back;
}

// --- internal ---

/** Reads the messages; what cannot be read, and what is not for this release, is dealt with here. */
async function prepare(
  engine: Engine,
  deliveries: readonly Delivery[],
  remainingMs: () => number,
  back: string[],
): Promise<readonly Prepared[]> {
  const read: Omit<Prepared, 'revoked' | 'slotAt'>[] = [];
  await Promise.all(
    deliveries.map(async (delivery) => {
      const message = await readMessage(engine, delivery);
      if (message === 'back') back.push(delivery.messageId);
      else if (message !== 'done') {
        noteAge(engine, delivery, message);
        read.push({ delivery, message, remainingMs });
      }
    }),
  );
  if (read.length === 0) return [];
  const revoked = await revokedScopes(
    engine,
    read.map(({ message }) => message),
  );
  const slots = await slotsFor(
    engine,
    read.map(({ message }) => message),
  );
  return read.map((one) => {
    const slotAt = slots.get(one.message);
    return { ...one, revoked, ...(slotAt === undefined ? {} : { slotAt }) };
  });
}

/** A message that was to wait is as old as the time since then. */
function noteAge({ meter, clock }: Engine, { sentAt }: Delivery, message: Prepared['message']): void {
  const dueAt = message.kind === 'revoke' ? 0 : (message.notBefore ?? 0);
  if (sentAt !== undefined) meter?.waited(Math.max(0, clock.now() - Math.max(sentAt, dueAt)));
}

async function readMessage(engine: Engine, delivery: Delivery): Promise<Prepared['message'] | 'back' | 'done'> {
  let verdict: Disposition;
  try {
    const message = decodeMessage(delivery.body, delivery.messageId);
    if (!isNewer(message)) return message;
    if (delivery.receives < NEWER_RECEIVES) verdict = RETURN_WHILE_DEPLOYED;
    else
      verdict = {
        kind: 'deadLetter',
        reason: `InvalidMessage: Cannot read version ${message.newer} of the envelope: deploy the release that wrote it here too`,
      };
  } catch (error) {
    verdict = { kind: 'deadLetter', reason: reasonOf(error) };
  }
  return (await end(engine, delivery, verdict)) ? 'done' : 'back';
}

/** Works on one message if there is time; what throws comes back. */
async function attempt(engine: Engine, outbox: BatchOutbox, prepared: Prepared, wholeMs: number): Promise<Disposition> {
  const { message, delivery } = prepared;
  if (message.kind === 'run' && !hasTime(engine, prepared, message, wholeMs)) return { kind: 'return', seconds: 0 };
  try {
    return await deliver(engine, outbox, prepared);
  } catch (error) {
    // Of the user's code nothing comes out here, so it is what this release does not know where to send.
    if (isChordalError(error, 'CHORDAL_NOT_REGISTERED')) return RETURN_WHILE_DEPLOYED;
    if (!isChordalError(error, 'CHORDAL_SERVICE_UNAVAILABLE')) {
      engine.log.error('A message could not be worked on and comes back', {
        messageId: delivery.messageId,
        id: message.id,
        error: loggable(error),
      });
    }
    return RETURN;
  }
}

/** Whether there is time for a task; a whole sandbox has to do for one that has come back to be given more. */
function hasTime(engine: Engine, { delivery, remainingMs }: Prepared, message: RunMessage, wholeMs: number): boolean {
  const leftMs = remainingMs();
  const needed = timeNeeded(engine.tasks.get(message.sig.task), message);
  if (leftMs >= needed) return true;
  return delivery.receives > ROOM_RECEIVES && leftMs >= wholeMs - BEGINNING_MS && leftMs >= LEAST_NEEDED_MS;
}

/** Carries a verdict out; whether the message may be deleted. */
async function end(engine: Engine, { body, receipt }: Delivery, verdict: Disposition): Promise<boolean> {
  switch (verdict.kind) {
    case 'ack':
      return true;
    case 'deadLetter':
      engine.log.error('A message cannot be processed and goes to the dead-letter queue', {
        reason: withoutValue(verdict.reason),
      });
      return engine.broker.deadLetter({ body, reason: verdict.reason }).then(
        () => true,
        () => false,
      );
    case 'return':
      if (verdict.seconds !== undefined) {
        await engine.deliveries.release({ receipts: [receipt], seconds: verdict.seconds }).catch(() => undefined);
      }
      return false;
  }
}
