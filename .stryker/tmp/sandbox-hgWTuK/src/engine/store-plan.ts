import { packPlan } from '../core/protocol/blocks.ts';
import type { Plan } from '../core/protocol/plan.ts';
import type { Payloads } from '../ports/payloads.ts';

/** Blocks written at a time. */
const CONCURRENCY = 16;

/** Keeps what is too large for messages in blocks, and answers with the plan that points to them. */
export async function storePlan(
  payloads: Payloads,
  { plan, base, until }: { readonly plan: Plan; readonly base: string; readonly until: number },
): Promise<Plan> {
  const { plan: packed, blocks } = packPlan(plan, base);
  for (let at = 0; at < blocks.length; at += CONCURRENCY) {
    await Promise.all(blocks.slice(at, at + CONCURRENCY).map((block) => payloads.putBlock({ ...block, until })));
  }
  return packed;
}
