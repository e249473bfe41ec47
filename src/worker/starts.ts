import { addressOf } from '../core/protocol/address.ts';
import { claimedUntil } from '../core/protocol/outcome.ts';
import type { Standing } from '../core/protocol/outcome.ts';
import type { TaskDelivery } from './commit.ts';

/** Reads the committed state at a message's address, and counts this start in the same write if it is to count. */
export function check({ engine, message, origin }: TaskDelivery, isCounted: boolean): Promise<Standing> {
  const address = addressOf(message.id);
  const { by, until } = origin;
  if (!isCounted) return engine.outcomes.read({ address });
  return engine.outcomes.countStart({ address, attempt: message.try, token: by.token, until });
}

/** Takes back the start that this delivery has counted: its sandbox lived, and an error made the message return. */
export async function uncountStart({ engine, message, origin }: TaskDelivery): Promise<void> {
  const params = { address: addressOf(message.id), token: origin.by.token };
  await engine.outcomes.uncountStart(params).catch(() => undefined);
}

/** Takes the claim of a message, for a run of at most `limitMs` from `now` on. */
export function claim({ engine, message, origin }: TaskDelivery, now: number, limitMs: number): Promise<Standing> {
  const { by, until } = origin;
  const address = addressOf(message.id);
  return engine.outcomes.claim({ address, attempt: message.try, by, claimedUntil: claimedUntil(now, limitMs), until });
}
