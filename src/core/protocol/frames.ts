import { compact } from '../values/compact.ts';
import type { Position } from './effect.ts';
import { idOfBase } from './ids.ts';
import type { ChainFrame, Frame, JoinFrame } from './message.ts';
import type { GroupSize } from './outcome.ts';
import type { Items, Link, ParallelPlan } from './plan.ts';
import { countOf } from './plan.ts';

/** The frame of a group, before a member's index is put in. */
export type GroupFrame = Omit<JoinFrame, 'x'>;

/** Returns the frame of the chain of `steps` at a position, about to run its first step. */
export function chainFrame(at: Position, steps: Items): ChainFrame {
  return {
    steps,
    i: 0,
    base: at.base,
    ...compact({ try: at.attempt === 0 ? undefined : at.attempt }),
    ...linksOf(at.links),
  };
}

/** Returns the frame of the group `plan` at a position. */
export function groupFrame(at: Position, plan: ParallelPlan): GroupFrame {
  return {
    join: at.base,
    n: countOf(plan.par),
    ...compact({
      collect: plan.collect,
      tolerate: plan.tolerate,
      splice: plan.splice,
      own: plan.own,
      celeryId: plan.celeryId,
    }),
    ...linksOf(at.links),
  };
}

/** Returns whether a frame is a group's. */
export function isJoinFrame(frame: Frame): frame is JoinFrame {
  return 'join' in frame;
}

/** Returns the position of the chain or the group of a frame. */
export function positionOf(frame: ChainFrame | GroupFrame): Position {
  const [base, attempt] = 'join' in frame ? [frame.join, 0] : [frame.base, frame.try ?? 0];
  return { id: idOfBase(base), base, links: frame.links ?? [], attempt };
}

/** Returns the number of steps of a chain around a message or a group that is not its last step. */
export function stepsAround([frame]: readonly Frame[]): number | undefined {
  if (frame === undefined || isJoinFrame(frame)) return undefined;
  // The steps in a frame are those that are left; those in blocks are all of them.
  return 'stored' in frame.steps ? frame.steps.n : frame.i + frame.steps.length;
}

/** Returns the size of the group that a message is a member of. */
export function groupSize([frame, ...rest]: readonly Frame[]): GroupSize | undefined {
  if (frame === undefined || !isJoinFrame(frame)) return undefined;
  return compact({ members: frame.n, steps: stepsAround(rest) });
}

/** Returns a position known only by its id. */
export function plainPosition(id: string): Position {
  return { id, base: id, links: [], attempt: 0 };
}

/**
 * Returns whether the plan at this position replaces the task of this id. The id then has its own outcome even where a
 * step follows.
 */
export function isReplacement(at: Position): boolean {
  // @defect replacement-has-its-own-outcome
  return at.base !== at.id;
}

// --- internal ---

function linksOf(links: readonly Link[]): { readonly links?: readonly Link[] } {
  return links.length === 0 ? {} : { links };
}
