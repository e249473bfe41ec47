import { isChordalError } from '../core/errors/caller.ts';
import { WorkerLostError } from '../core/errors/task.ts';
import { addressOf } from '../core/protocol/address.ts';
import { decodeDead } from '../core/protocol/message-codec.ts';
import type { Message, RunMessage } from '../core/protocol/message.ts';
import { LIFETIME_MS } from '../core/protocol/new-message.ts';
import type { Outbox } from '../engine/dispatch.ts';
import type { Engine } from '../engine/engine.ts';
import { loggable, withoutValue } from '../engine/redact.ts';
import type { Delivery } from '../ports/broker.ts';
import { commit, failed, settledBefore } from './commit.ts';
import { expand } from './deliver.ts';
import { ACK, flowOf } from './delivery.ts';
import type { Disposition } from './delivery.ts';
import { revokeScope } from './revocations.ts';

/** What SQS gives no reason for. */
const GIVEN_UP = 'its queue gave it up: it was received too often or was too old';

/**
 * Settles what dead messages leave open, as their heir, and keeps a record of each with the reason. It answers with the
 * ids of those that are to come back.
 */
export async function buryBatch(engine: Engine, deliveries: readonly Delivery[]): Promise<readonly string[]> {
  const outbox: Outbox = { send: (messages) => engine.broker.send({ messages }) };
  const back: string[] = [];
  await Promise.all(
    deliveries.map(async (delivery) => {
      if (!(await bury(engine, outbox, delivery))) back.push(delivery.messageId);
    }),
  );
  return back;
}

// --- internal ---

/** Whether a dead message is settled and on record. */
async function bury(engine: Engine, outbox: Outbox, delivery: Delivery): Promise<boolean> {
  const { body, messageId, reason = GIVEN_UP } = delivery;
  const { clock, records, log } = engine;
  try {
    const message = readable(body, messageId);
    const verdict = message === undefined ? ACK : await settle(engine, outbox, message, reason);
    if (verdict.kind === 'return') return false;
    const at = clock.now();
    const why = verdict.kind === 'deadLetter' ? verdict.reason : reason;
    const letter = { at, id: message?.id ?? messageId, reason: why, body };
    await records.bury({ letter, until: at + LIFETIME_MS });
    log.warn('A dead message was buried', { id: letter.id, reason: withoutValue(why) });
    engine.meter?.count('deadLetters');
    return true;
  } catch (error) {
    if (!isChordalError(error, 'CHORDAL_SERVICE_UNAVAILABLE'))
      log.error('A dead message could not be buried', { messageId, error: loggable(error) });
    return false;
  }
}

function readable(body: string, messageId: string): Message | undefined {
  try {
    return decodeDead(body, messageId);
  } catch {
    return undefined;
  }
}

async function settle(engine: Engine, outbox: Outbox, message: Message, reason: string): Promise<Disposition> {
  if (message.kind === 'revoke') return revokeScope(engine, outbox, message);
  if (message.kind === 'run') return settleRun(engine, outbox, message, reason);
  const verdict = await expand(engine, outbox, message, { again: true, mayWait: false });
  return verdict.kind === 'deadLetter' ? failWhole(engine, outbox, message, verdict.reason) : verdict;
}

/** A decision of the dead message's own is carried on; where there is none, the task has failed. */
async function settleRun(engine: Engine, outbox: Outbox, message: RunMessage, reason: string): Promise<Disposition> {
  const work = { engine, outbox, message, flow: flowOf(engine, message, { again: false, mayWait: false }) };
  const settled = await settledBefore(work, await engine.outcomes.read({ address: addressOf(message.id) }));
  if (settled !== undefined) return settled;
  const error = new WorkerLostError(
    `Cannot run ${message.sig.task} (${message.id}): its message ended in the dead-letter queue: ${reason}`,
  );
  return commit(work, await failed(work, error));
}

/** What cannot be started fails where it stands. */
async function failWhole(
  engine: Engine,
  outbox: Outbox,
  message: Message & { kind: 'expand' },
  reason: string,
): Promise<Disposition> {
  const { lo: _lo, hi: _hi, sig: _sig, in: _in, ...rest } = message;
  const run: RunMessage = { ...rest, kind: 'run', sig: { task: 'expand' } };
  const work = { engine, outbox, message: run, flow: flowOf(engine, message, { again: true, mayWait: false }) };
  const verdict = await commit(work, await failed(work, new WorkerLostError(`Cannot start ${message.id}: ${reason}`)));
  return verdict.kind === 'return' ? verdict : { kind: 'deadLetter', reason };
}
