import { InvalidOptions, NotRegistered } from '../core/errors/caller.ts';
import { addressOf } from '../core/protocol/address.ts';
import { workflowOf } from '../core/protocol/ids.ts';
import type { RevokeMessage } from '../core/protocol/message.ts';
import { ANY_ATTEMPT, revokedBecause } from '../core/protocol/outcome.ts';
import { gateUntil } from '../core/protocol/revocation.ts';
import { stampKey } from '../core/protocol/stamps.ts';
import { describe } from '../core/text/describe.ts';
import { mismatch } from '../core/text/mismatch.ts';
import { fromHere } from '../core/values/from-here.ts';
import { dispatch, route } from '../engine/dispatch.ts';
import type { Engine } from '../engine/engine.ts';

/**
 * The time that a revocation stands, in ms: a year. The work that it revokes may be held until any time ahead, and its
 * id may come into use again.
 */
export const STANDS_MS: number = 366 * 86_400_000;

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
  await fromHere(dispatch(engine, engine.broker, [route(engine, message)]));
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

/**
 * Revokes the tasks that carry one of these stamps and that a worker receives while the revocation stands: workers look stamps
 * up while the gate is up. It is durable when this resolves.
 *
 * @param stamps for each name a value, or a list of values.
 * @param standsMs how long it stands, in ms.
 * @throws InvalidOptions if there is no stamp, or a value that no task can be revoked by.
 */
export async function revokeStamps(
  { records, clock }: Pick<Engine, 'records' | 'clock'>,
  stamps: Readonly<Record<string, unknown>>,
  standsMs: number,
): Promise<void> {
  const keys = Object.entries(stamps).flatMap(([name, values]) => [values].flat().map((value) => keyOf(name, value)));
  if (keys.length === 0)
    throw new InvalidOptions(
      'Cannot revoke by stamp: no stamp is given. Give a name and a value, as { customer: 42 }.',
    );
  const until = clock.now() + standsMs;
  await Promise.all([...new Set(keys)].map((scope) => records.revoke({ scope, until, gateUntil: gateUntil(until) })));
}

// --- internal ---

function keyOf(name: string, value: unknown): string {
  const key = value === undefined ? undefined : stampKey(name, value);
  if (key !== undefined) return key;
  const want = 'a text, a number, true, false or null; with its name at most about 800 characters';
  throw new InvalidOptions(`Cannot revoke by the stamp ${describe(name)}: ${mismatch(want, describe(value))}`);
}
