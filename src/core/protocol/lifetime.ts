import { isJoinFrame } from './frames.ts';
import type { Frame, RunMessage } from './message.ts';
import type { Items, Link, Plan, PlanOptions } from './plan.ts';
import { elementsOf, isStoredItems } from './plan.ts';

const DAY_MS = 86_400_000;

/** Longer than a message lives, in its queue and as a dead letter (14 days, the most that SQS allows). */
export const QUEUED_DAYS = 15;
const QUEUED_MS: number = QUEUED_DAYS * DAY_MS;

/**
 * How long the engine keeps items after the last use it can foresee: a retry may wait for half of it, and its message
 * may then lie in a queue for the other half.
 */
export const LIFETIME_MS: number = 2 * QUEUED_MS;
export const LIFETIME_DAYS: number = 2 * QUEUED_DAYS;

/** Returns until when a message may lie in a queue that is sent at `at`; both in epoch ms. */
export function queuedUntil(at: number): number {
  return at + QUEUED_MS;
}

/** Returns until when an item lives that is needed at `at`; both in epoch ms. */
export function keptFor(at: number): number {
  return at + LIFETIME_MS;
}

/**
 * Returns whether a retry at `notBefore`, which then lies in a queue for as long as it can, would outlive the items that
 * it needs: its group's other members, the steps behind it, or an input or arguments that are stored. Only its own items
 * are renewed by a retry.
 */
export function outlives(message: RunMessage, notBefore: number): boolean {
  const isAlone = message.frames.length === 0 && !needsItems(message);
  return !isAlone && endsTooLate(message.until, notBefore);
}

/** Returns whether a message needs items that were written before it: it lives as long as these, and no delivery renews them. */
export function needsItems({ in: input, sig, frames, links }: RunMessage): boolean {
  const isInputStored = input !== undefined && !('val' in input);
  return isInputStored || sig.stored !== undefined || areStored(links) || framesNeedItems(frames);
}

/** Returns whether what follows in these frames needs items that were written before: the other members of a group, steps, callbacks or arguments in blocks. */
export function framesNeedItems(frames: readonly Frame[]): boolean {
  return frames.some((frame) => isJoinFrame(frame) || areStored(frame.links) || isAnyStored(frame.steps));
}

/** Returns whether a replacement whose last task begins at `start` would outlive its group's other members, or the steps behind it. */
export function replacementOutlives({ frames, until }: Pick<RunMessage, 'frames' | 'until'>, start: number): boolean {
  return frames.length > 0 && endsTooLate(until, start);
}

/** The latest possible time (ECMAScript, Time Values), in epoch ms. */
export const LATEST_MS: number = 8.64e15;

/** The latest time at which a task may start: its items are kept beyond that. */
const LATEST_START_MS = LATEST_MS - 366 * 86_400_000;

/** Returns when a task with these options may run, if it is sent at `from`; both in epoch ms. */
export function startOf(options: Pick<PlanOptions, 'eta' | 'countdown'> | undefined, from: number): number {
  return Math.min(LATEST_START_MS, Math.max(options?.eta ?? 0, from + Math.max(0, options?.countdown ?? 0) * 1000));
}

/**
 * Returns when the last task of a plan that is sent at `from` may begin, in epoch ms, if every task before it took no
 * time. The items of the plan are kept for longer than that.
 */
export function lastStart(plan: Plan, from: number): number {
  const own = ownLastStart(plan, from);
  return (plan.links ?? []).reduce((latest, link) => Math.max(latest, lastStart(link.plan, own)), own);
}

// --- internal ---

function areStored(links: readonly Link[] = []): boolean {
  return links.some(({ plan }) => isAnyStored([plan]));
}

function isAnyStored(items: Items): boolean {
  if (isStoredItems(items)) return true;
  return items.some((plan) => {
    const isStored = 'task' in plan ? plan.stored !== undefined : isAnyStored(elementsOf(plan));
    return isStored || areStored(plan.links);
  });
}

function endsTooLate(until: number, start: number): boolean {
  // @defect retries-leave-time-to-lie
  return start > until - QUEUED_MS;
}

function ownLastStart(plan: Plan, from: number): number {
  if ('task' in plan) return startOf(plan.options, from);
  const items = elementsOf(plan);
  if (isStoredItems(items)) return from;
  if ('seq' in plan) return items.reduce((start, step) => lastStart(step, start), from);
  return items.reduce((latest, member) => Math.max(latest, lastStart(member, from)), from);
}
