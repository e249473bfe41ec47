import { addressOf } from '../core/protocol/address.ts';
import { ACK } from '../core/protocol/disposition.ts';
import type { Disposition } from '../core/protocol/disposition.ts';
import { restOf, workflowOf } from '../core/protocol/ids.ts';
import { queuedUntil } from '../core/protocol/lifetime.ts';
import type { Message, RevokeMessage } from '../core/protocol/message.ts';
import { ANY_ATTEMPT, revokedBecause } from '../core/protocol/outcome.ts';
import { gateUntil, revocablesOf, revokedBy } from '../core/protocol/revocation.ts';
import type { Engine } from '../engine/engine.ts';
import { gateOf } from './gate.ts';
import type { EffectContext } from './interpret.ts';

/** How often a task that runs for longer is looked up, in ms. */
const WATCH_MS = 5000;

/**
 * Reads the revoked scopes of the workflows of some messages, and which of their stamps are revoked. They are read only while the gate is up, which is checked
 * once a second, or for messages that were held for so long that the gate may have come down.
 */
export async function revokedScopes(
  engine: Pick<Engine, 'records' | 'clock'>,
  messages: readonly Message[],
): Promise<readonly string[]> {
  const { records, clock } = engine;
  const now = clock.now();
  const isUp = (await gateOf(engine)).upUntil > now;
  const looked = messages.filter((message) => isUp || ('held' in message && message.held));
  const workflows = new Set(looked.flatMap(revocablesOf));
  return workflows.size === 0 ? [] : records.revoked({ workflows: [...workflows] });
}

/** Aborts `controller` when a running message is revoked; ends with `done`. */
export async function watchRevocation(
  engine: Engine,
  message: Message,
  controller: AbortController,
  done: AbortSignal,
): Promise<void> {
  for (;;) {
    await engine.clock.sleep(WATCH_MS, done);
    if (done.aborted) return;
    const scope = revokedBy(await revokedScopes(engine, [message]).catch(() => []), message);
    if (scope !== undefined) return controller.abort(new Error(`The task was revoked with ${scope}`));
  }
}

/**
 * Carries out a revocation. A whole workflow is settled first, and marked only if REVOKED then stands; a narrower scope
 * is marked, and the workers decide. The rest of a workflow that has failed is marked in the same way.
 */
export async function revokeScope({ engine, origin }: EffectContext, { id }: RevokeMessage): Promise<Disposition> {
  const { by, until } = origin;
  const mark = async (scope: string): Promise<Disposition> => {
    await engine.records.revoke({ scope, until, gateUntil: gateUntil(queuedUntil(engine.clock.now())) });
    return ACK;
  };
  if (id === workflowOf(id)) {
    const decision = { ...revokedBecause('revoked'), run: { endedAt: Math.round(engine.clock.now()) } };
    const address = addressOf(id);
    const { cell } = await engine.outcomes.commit({ address, attempt: ANY_ATTEMPT, decision, by, until });
    const { outcome } = cell;
    if (outcome?.state === 'SUCCESS') return ACK;
    // A workflow that has ended by a failure, or the expiry of a member, has an outcome already. Each message that is
    // left of it is decided by itself: its other members have outcomes of their own.
    // @defect ended-is-not-marked
    if (outcome?.state !== 'REVOKED' || (outcome.failedId ?? id) !== id) return mark(restOf(id));
  }
  return mark(id);
}
