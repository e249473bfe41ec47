import { NotRegistered } from '../core/errors/caller.ts';
import { addressOf } from '../core/protocol/address.ts';
import { workflowOf } from '../core/protocol/ids.ts';
import type { RevokeMessage } from '../core/protocol/message.ts';
import { ANY_ATTEMPT, revokedBecause } from '../core/protocol/outcome.ts';
import { dispatch, route } from '../engine/dispatch.ts';
import type { Engine } from '../engine/engine.ts';

/**
 * The time that a revocation stands, in ms: a year. The work that it revokes may be held until any time ahead, and its
 * id may come into use again.
 */
const STANDS_MS = 366 * 86_400_000;

/**
 * Asks for an id, and everything inside it that has not run, to be revoked. The request is durable when this resolves. A
 * whole workflow then says REVOKED: the worker that carries the request out would commit the same.
 */
export async function sendRevocation(engine: Engine, id: string): Promise<void> {
  if (engine.anyQueue() === undefined) {
    throw new NotRegistered(`Cannot revoke ${id}: no function runs a task, so there is no queue for the request`, {
      task: id,
    });
  }
  const message: RevokeMessage = {
    kind: 'revoke',
    mid: engine.nonces.mid(),
    id,
    base: id,
    try: 0,
    frames: [],
    depth: 0,
    until: engine.clock.now() + STANDS_MS,
  };
  await dispatch(engine, { send: (messages) => engine.broker.send({ messages }) }, [route(engine, message)]);
  if (id !== workflowOf(id)) return;
  const run = { endedAt: Math.round(engine.clock.now()) };
  await engine.outcomes.commit({
    address: addressOf(id),
    attempt: ANY_ATTEMPT,
    decision: { ...revokedBecause('revoked'), run },
    by: { mid: message.mid, token: engine.nonces.token() },
    until: message.until,
  });
}
