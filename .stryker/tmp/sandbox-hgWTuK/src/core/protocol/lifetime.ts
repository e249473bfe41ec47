import type { Plan, PlanOptions } from './plan.ts';
import { isStoredItems } from './plan.ts';

/** How long the engine keeps items after the last use it can foresee: longer than any queue keeps a message (14 days). */
export const LIFETIME_MS: number = 15 * 86_400_000;

/** Returns until when an item lives that is needed at `at`; both in epoch ms. */
export function keptFor(at: number): number {
  return at + LIFETIME_MS;
}

/** The latest time that there is (ECMAScript, Time Values), in epoch ms. */
export const LATEST_MS: number = 8.64e15;

/** Nothing starts later: what is kept for it is kept beyond that. */
const LATEST_START_MS = LATEST_MS - 366 * 86_400_000;

/** From when a task with these options may run, if it is sent at `from`; both in epoch ms. */
export function startOf(options: Pick<PlanOptions, 'eta' | 'countdown'> | undefined, from: number): number {
  return Math.min(LATEST_START_MS, Math.max(options?.eta ?? 0, from + (options?.countdown ?? 0) * 1000));
}

/**
 * When the last task of a plan that is sent at `from` may begin, in epoch ms, if every task before it took no time: what
 * is kept for the plan is kept for longer than that.
 */
export function lastStart(plan: Plan, from: number): number {
  const own = ownLastStart(plan, from);
  return (plan.links ?? []).reduce((latest, link) => Math.max(latest, lastStart(link.plan, own)), own);
}

// --- internal ---

function ownLastStart(plan: Plan, from: number): number {
  if ('task' in plan) return startOf(plan.options, from);
  const items = 'seq' in plan ? plan.seq : plan.par;
  if (isStoredItems(items)) return from;
  if ('seq' in plan) return items.reduce((start, step) => lastStart(step, start), from);
  return items.reduce((latest, member) => Math.max(latest, lastStart(member, from)), from);
}
