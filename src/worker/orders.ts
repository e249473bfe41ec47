import type { Message } from '../core/protocol/message.ts';
import type { Purges } from '../core/protocol/purge.ts';
import { revocablesOf } from '../core/protocol/revocation.ts';
import type { Engine } from '../engine/engine.ts';
import { gateOf, isFresh } from './gate.ts';
import { revokedScopes } from './revocations.ts';

/** The revoked scopes and the purges that some messages are judged by, as a sandbox saw them. */
export interface Orders {
  readonly revoked: readonly string[];
  readonly purges: Purges;
  /** The workflows and stamps that were looked for. */
  readonly scopes: ReadonlySet<string>;
  /** Epoch ms. */
  readonly seenAt: number;
}

/** Nothing has been looked for. */
export const NO_ORDERS: Orders = {
  revoked: [],
  purges: { tasks: {}, queues: {} },
  scopes: new Set(),
  seenAt: Number.NEGATIVE_INFINITY,
};

/** Reads the orders for some messages. */
export async function ordersFor(engine: Engine, messages: readonly Message[]): Promise<Orders> {
  const seenAt = engine.clock.now();
  const revoked = await revokedScopes(engine, messages);
  const { purges } = await gateOf(engine);
  return { revoked, purges, scopes: new Set(messages.flatMap(revocablesOf)), seenAt };
}

/**
 * Returns the orders for a message whose turn has come. It may have waited for minutes behind others of its batch, or have stamps of its
 * own: what was not seen, or longer ago than a sandbox looks at the gate, is read.
 */
export async function ordersNow(engine: Engine, message: Message, seen: Orders): Promise<Orders> {
  const isKnown = isFresh(seen.seenAt, engine.clock.now());
  return isKnown && revocablesOf(message).every((scope) => seen.scopes.has(scope))
    ? seen
    : ordersFor(engine, [message]);
}
