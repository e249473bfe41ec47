import { packPlan } from '../core/protocol/blocks.ts';
import type { Plan } from '../core/protocol/plan.ts';
import type { Payloads } from '../ports/payloads.ts';
import { putBlocks } from './blocks.ts';

/** Keeps values that are too large for messages in blocks, and answers with the plan that points to them. */
export async function storePlan(
  payloads: Payloads,
  {
    plan,
    base,
    until,
    around,
  }: { readonly plan: Plan; readonly base: string; readonly until: number; readonly around?: number },
): Promise<Plan> {
  const { plan: packed, blocks } = packPlan(plan, base, around);
  if (blocks.length > 0) await putBlocks(payloads, { blocks, until });
  return packed;
}
