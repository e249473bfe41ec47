import type { Message } from '../core/protocol/message.ts';
import type { Purges } from '../core/protocol/purge.ts';
import type { Engine } from '../engine/engine.ts';
import { GATE_MS, gateOf } from './gate.ts';
import { revokedScopes } from './revocations.ts';

/** The revoked scopes and the purges that some messages are judged by, as a sandbox saw them. */
export interface Orders {
  readonly revoked: readonly string[];
  readonly purges: Purges;
  /** Epoch ms. */
  readonly seenAt: number;
}

/** Reads the orders for some messages. */
export async function ordersFor(engine: Engine, messages: readonly Message[]): Promise<Orders> {
  const seenAt = engine.clock.now();
  const revoked = await revokedScopes(engine, messages);
  const { purges } = await gateOf(engine);
  return { revoked, purges, seenAt };
}

/**
 * Returns the orders for a message whose turn has come. It may have waited for minutes behind others of its batch: what was seen
 * longer ago than a sandbox looks at the gate is read again.
 */
export async function ordersNow(engine: Engine, message: Message, seen: Orders): Promise<Orders> {
  return engine.clock.now() - seen.seenAt < GATE_MS ? seen : ordersFor(engine, [message]);
}
