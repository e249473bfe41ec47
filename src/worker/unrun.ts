import { isChordalError } from '../core/errors/caller.ts';
import type { NotRegistered } from '../core/errors/caller.ts';
import { encodeMessage } from '../core/protocol/message-codec.ts';
import type { Message, RunMessage } from '../core/protocol/message.ts';
import type { Origin } from '../core/protocol/origin.ts';
import { ownershipOf } from '../core/protocol/outcome.ts';
import type { Standing } from '../core/protocol/outcome.ts';
import { reasonOf } from '../core/text/describe.ts';
import { withoutValue } from '../core/text/mismatch.ts';
import type { Engine } from '../engine/engine.ts';
import { unexpected } from '../engine/redact.ts';
import { keepDeadLetter } from './dead-letter.ts';
import { labelsOfMessage } from './labels.ts';

/** A delivery that has committed a decision. */
interface Decided {
  readonly engine: Engine;
  readonly message: RunMessage;
  readonly origin: Pick<Origin, 'by'>;
  readonly seen: { readonly thrown?: unknown };
}

/** Keeps the message of a task that this delivery has failed because its function does not know it. Never throws. */
export async function keepIfUnrun({ engine, message, origin, seen }: Decided, { cell }: Standing): Promise<void> {
  const { thrown } = seen;
  // A task that has run may throw such an error, too.
  if (engine.tasks.has(message.sig.task) || !isChordalError(thrown, 'CHORDAL_NOT_REGISTERED')) return;
  if (ownershipOf(cell, message.try, origin.by) === 'thisDelivery') await keepUnrun(engine, message, thrown);
}

/**
 * Keeps work that has failed because no function runs its task, as a dead letter: `chordal dlq redrive` submits it again, once a release
 * has the task. Never throws: the failure stands without it.
 */
export async function keepUnrun(engine: Engine, message: Message, error: NotRegistered): Promise<void> {
  const { log } = engine;
  const about = { ...labelsOfMessage(engine, message), reason: withoutValue(error.message) };
  try {
    await keepDeadLetter(engine, { id: message.id, reason: reasonOf(error), body: encodeMessage(message) });
    log.error('Work that no function runs has failed, and is kept as a dead letter', about);
  } catch (cause) {
    log.error('Work that no function runs has failed, and is not kept', { ...about, ...unexpected(cause) });
  }
}
