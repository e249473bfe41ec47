import { compact } from '../values/compact.ts';
import type { Position, Start } from './effect.ts';
import { keptFor, startOf } from './lifetime.ts';
import type { Draft, Frame, Input, PassedOn } from './message.ts';
import type { Origin } from './origin.ts';
import type { ParallelPlan, TaskPlan } from './plan.ts';

/** Members `lo` to `hi − 1` of a group. */
export interface Range {
  readonly lo: number;
  readonly hi: number;
}

/** Returns the message that runs one task; its delay and its end of life are counted from `origin.now`. */
export function newRun(
  origin: Origin,
  at: Position,
  plan: TaskPlan,
  input: Input | undefined,
  frames: readonly Frame[],
): Draft {
  const { links: _, ...sig } = plan;
  const { options } = sig;
  const notBefore = startOf(options, origin.now);
  const expires =
    options?.expiresAt ?? (options?.expires === undefined ? undefined : origin.now + options.expires * 1000);
  return {
    ...common(origin, at, input, frames),
    until: untilFrom(origin, notBefore),
    kind: 'run',
    sig,
    ...(notBefore > origin.now ? { notBefore } : {}),
    // Times before 1970 are over, too.
    ...(expires === undefined ? {} : { expires: Math.max(0, expires) }),
  };
}

/** Returns the time until which a message that is due at `notBefore` lives; both in epoch ms. */
export function untilFrom(origin: Origin, notBefore: number): number {
  return origin.itemsUntil ?? Math.max(origin.until, keptFor(notBefore));
}

/** Returns the message that has a worker start a range of a group's members. */
export function newRange(
  origin: Origin,
  { at, plan, input, frames }: Start & { plan: ParallelPlan },
  range: Range,
): Draft {
  const { links: _, ...sig } = plan;
  // The sender of a range is the parent of its members, even where the group has the sender's own id.
  const parent = compact({ parent: origin.sender });
  return { ...common(origin, at, input, frames), ...parent, kind: 'expand', sig, ...range };
}

/** Returns the message that has a worker start a whole canvas, so that submitting it is one send. */
export function newCanvas(origin: Origin, { at, plan, input, frames }: Start): Draft {
  return { ...common(origin, at, input, frames), kind: 'expand', sig: plan };
}

// --- internal ---

function common(
  origin: Origin,
  at: Position,
  input: Input | undefined,
  frames: readonly Frame[],
): Omit<Draft, 'kind' | 'sig'> {
  return {
    ...passedOn(origin, at.id),
    id: at.id,
    base: at.base,
    try: at.attempt,
    frames,
    ...(at.links.length === 0 ? {} : { links: at.links }),
    ...(origin.again ? { again: true as const } : {}),
    ...compact({ in: input, sent: origin.sent }),
  };
}

function passedOn(origin: Origin, id: string): PassedOn {
  const { root, depth, keep, tenant, traceparent, headers, stamps } = origin;
  const parent = origin.sender === id ? origin.parent : origin.sender;
  const until = origin.itemsUntil ?? origin.until;
  return compact({ depth, until, root, parent, keep, tenant, traceparent, headers, stamps });
}
