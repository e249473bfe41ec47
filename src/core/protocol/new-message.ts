import type { Flow, Position, Start } from './effect.ts';
import { startOf } from './lifetime.ts';
import type { Carried, Draft, Frame, Input } from './message.ts';
import type { ParallelPlan, TaskPlan } from './plan.ts';

/** How long the engine keeps a workflow's items after its latest eta: longer than any queue keeps a message (14 days). */
export const LIFETIME_MS: number = 15 * 86_400_000;

/** Members `lo` to `hi − 1` of a group. */
export interface Range {
  readonly lo: number;
  readonly hi: number;
}

/** The message that runs one task; its delay and its end of life are counted from `flow.now`. */
export function newRun(
  flow: Flow,
  at: Position,
  plan: TaskPlan,
  input: Input | undefined,
  frames: readonly Frame[],
): Draft {
  const { links: _, ...sig } = plan;
  const { options } = sig;
  const notBefore = startOf(options, flow.now);
  const expires =
    options?.expiresAt ?? (options?.expires === undefined ? undefined : flow.now + options.expires * 1000);
  return {
    ...common(flow, at, input, frames),
    until: untilFrom(flow, notBefore),
    kind: 'run',
    sig,
    ...(notBefore > flow.now ? { notBefore } : {}),
    // Times before 1970 are over, too.
    ...(expires === undefined ? {} : { expires: Math.max(0, expires) }),
  };
}

/** Until when a message lives that is due at `notBefore`; both in epoch ms. */
export function untilFrom(flow: Flow, notBefore: number): number {
  return flow.joinUntil ?? Math.max(flow.until, notBefore + LIFETIME_MS);
}

/** The message that has a worker start a range of a group's members. */
export function newRange(flow: Flow, { at, plan, input, frames }: Start & { plan: ParallelPlan }, range: Range): Draft {
  const { links: _, ...sig } = plan;
  // Whoever sends a range is the parent of its members, also where the group has the sender's own id.
  const parent = flow.sender === undefined ? {} : { parent: flow.sender };
  return { ...common(flow, at, input, frames), ...parent, kind: 'expand', sig, ...range };
}

/** The message that has a worker start a whole canvas, so that submitting it is one send. */
export function newCanvas(flow: Flow, { at, plan, input, frames }: Start): Draft {
  return { ...common(flow, at, input, frames), kind: 'expand', sig: plan };
}

// --- internal ---

function common(
  flow: Flow,
  at: Position,
  input: Input | undefined,
  frames: readonly Frame[],
): Omit<Draft, 'kind' | 'sig'> {
  return {
    ...carried(flow, at.id),
    id: at.id,
    base: at.base,
    try: at.attempt,
    frames,
    ...(at.links.length === 0 ? {} : { links: at.links }),
    ...(input === undefined ? {} : { in: input }),
    ...(flow.again ? { again: true as const } : {}),
  };
}

function carried(flow: Flow, id: string): Carried {
  const { root, depth, tenant, traceparent, headers } = flow;
  const parent = flow.sender === id ? flow.parent : flow.sender;
  return {
    depth,
    until: flow.joinUntil ?? flow.until,
    ...(root === undefined ? {} : { root }),
    ...(parent === undefined ? {} : { parent }),
    ...(tenant === undefined ? {} : { tenant }),
    ...(traceparent === undefined ? {} : { traceparent }),
    ...(headers === undefined ? {} : { headers }),
  };
}
