import { WorkerLostError } from '../core/errors/task.ts';
import { addressOf } from '../core/protocol/address.ts';
import { commit, failed, settledBefore } from './commit.ts';
import type { Work } from './commit.ts';
import { ACK, RETURN } from './delivery.ts';
import type { Disposition } from './delivery.ts';

/** How much longer than its limit a run holds its claim, in ms. */
const CLAIM_MARGIN_MS = 10_000;

/**
 * Claims the only run of an `acksLate: false` task. It answers nothing if the claim is this delivery's; otherwise what
 * becomes of the message: the claim's holder may still be running it, or has died, and then the task failed.
 */
export async function claimRun(work: Work, limitMs: number): Promise<Disposition | undefined> {
  const { engine, message, flow } = work;
  const { by, until } = flow;
  const now = engine.clock.now();
  const claimedUntil = now + limitMs + CLAIM_MARGIN_MS;
  const address = addressOf(message.id);
  const standing = await engine.outcomes.claim({ address, attempt: message.try, by, claimedUntil, until });
  const settled = await settledBefore(work, standing);
  if (settled !== undefined) return settled;
  const { claim } = standing.cell;
  if (claim === undefined || (claim.mid === by.mid && claim.token === by.token)) return undefined;
  if (claim.mid !== by.mid) return ACK;
  if (now < claim.until) return RETURN;
  const text = `Cannot run ${message.sig.task} (${message.id}) again: its only run ended without an outcome`;
  return commit(work, await failed(work, new WorkerLostError(text)));
}
