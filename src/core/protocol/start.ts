import { compact } from '../values/compact.ts';
import type { Effect, LoadEffect, Resumption, Start } from './effect.ts';
import { chainFrame, groupFrame, isJoinFrame, isReplacement, plainPosition, positionOf } from './frames.ts';
import type { GroupFrame } from './frames.ts';
import { callbackId, memberId, stepId } from './ids.ts';
import type { ChainFrame, Frame, Input } from './message.ts';
import { newRange, newRun } from './new-message.ts';
import type { Range } from './new-message.ts';
import type { Origin } from './origin.ts';
import type { Link, ParallelPlan, Plan } from './plan.ts';
import { countOf, isStoredItems } from './plan.ts';

/**
 * Returns the effects that start `plan` at a position: a message for a task, the first step of a sequence, every member
 * of a group. A wide group goes by `expand` messages, each for a range of its members.
 */
export function startPlan(origin: Origin, { at, plan, input, frames }: Start): readonly Effect[] {
  const here = plan.links === undefined ? at : { ...at, links: [...at.links, ...plan.links] };
  if ('task' in plan) return [{ kind: 'send', message: newRun(origin, here, plan, input, frames) }];
  if ('seq' in plan) return startStep(origin, chainFrame(here, plan.seq), input, frames);
  const n = countOf(plan.par);
  const start = { at: here, plan, input, frames };
  if (n === 0) return afterJoin(origin, groupFrame(here, plan), frames);
  if (n <= origin.inlineMembers) return startRange(origin, start, { lo: 0, hi: n });
  return sendRanges(origin, start, { lo: 0, hi: n });
}

/**
 * Returns the same effects for a canvas that came as one message: a group that fits into one range is begun here, not
 * sent on.
 */
export function startWhole(origin: Origin, start: Start): readonly Effect[] {
  const { plan, at } = start;
  const n = 'par' in plan ? countOf(plan.par) : 0;
  if (!('par' in plan) || n === 0 || n > origin.rangeMembers) return startPlan(origin, start);
  const here = { ...at, links: [...at.links, ...(plan.links ?? [])] };
  return startRange(origin, { ...start, at: here, plan }, { lo: 0, hi: n });
}

/** Returns the effects that start the step a chain's frame points at. */
export function startStep(
  origin: Origin,
  frame: ChainFrame,
  input: Input | undefined,
  rest: readonly Frame[],
): readonly Effect[] {
  if (!isStoredItems(frame.steps)) return startStepWith(origin, frame, frame.steps.slice(0, 1), input, rest);
  const source = { items: frame.steps, lo: frame.i, hi: frame.i + 1 };
  return [{ kind: 'load', source, then: { kind: 'step', frame, input, rest } }];
}

/** Returns the effects that start a range of a group's members, for an `expand` message. */
export function startRange(
  origin: Origin,
  start: Start & { plan: ParallelPlan },
  { lo, hi }: Range,
): readonly Effect[] {
  const { at, plan, input, frames } = start;
  const frame = groupFrame(at, plan);
  if (!isStoredItems(plan.par)) return startMembers(origin, { frame, lo, input, frames }, plan.par.slice(lo, hi));
  return [{ kind: 'load', source: { items: plan.par, lo, hi }, then: { kind: 'members', frame, lo, input, frames } }];
}

/** Returns the same effects for a range of any size: one that is too wide for a message is split. */
export function startRanges(origin: Origin, start: Start & { plan: ParallelPlan }, range: Range): readonly Effect[] {
  if (range.hi - range.lo <= origin.rangeMembers) return startRange(origin, start, range);
  return sendRanges(origin, start, range);
}

/** Returns the effects that follow a load: the plans are here, go on. */
export function afterLoad(origin: Origin, { then }: LoadEffect, plans: readonly Plan[]): readonly Effect[] {
  if (then.kind === 'step') return startStepWith(origin, then.frame, plans, then.input, then.rest);
  return startMembers(origin, then, plans);
}

/**
 * Returns the effects that follow once every member of a group has an outcome: the step behind it is started with their
 * values; where nothing follows, the group itself is the value of its id.
 */
export function afterJoin(
  origin: Origin,
  frame: GroupFrame,
  frames: readonly Frame[],
  failures = 0,
): readonly Effect[] {
  const position = positionOf(frame);
  // The success callbacks of a group inside a collecting group need the values of all members, as they do elsewhere.
  // @defect links-need-all-values
  const at = failures > 0 ? { ...position, links: position.links.filter(({ on }) => on !== 'success') } : position;
  const { join, n } = frame;
  const [outer, ...rest] = frames;
  if (outer !== undefined && !isJoinFrame(outer) && !isReplacement(at)) {
    const input: Input = compact({ join, n, collect: frame.collect });
    const links = at.links.filter((link) => link.on === 'success');
    return [...startLinks(origin, at.id, links, input), ...startStep(origin, outer, input, rest)];
  }
  const values = { join, n, ...compact({ splice: frame.splice, collect: frame.splice && frame.collect }) };
  const result = frame.own === undefined ? { value: values } : { value: frame.own, added: { join, n } };
  const { celeryId } = frame;
  // The group around it tolerates, and tells its own callbacks, by all members that are in its values.
  // @defect failures-inside-count
  const inside = frame.splice === true && failures > 0 ? { failures } : {};
  return [
    {
      kind: 'settle',
      at,
      result: { state: 'SUCCESS', ...result, ...inside },
      frames,
      step: at.id,
      quiet: false,
      ...compact({ celeryId }),
    },
  ];
}

/** Returns the effects that start the callbacks of `id`, each a canvas of its own. */
export function startLinks(origin: Origin, id: string, links: readonly Link[], input: Input): readonly Effect[] {
  return links.flatMap(({ plan }, index) =>
    startPlan(origin, { at: plainPosition(callbackId(id, index)), plan, input, frames: [] }),
  );
}

// --- internal ---

function startStepWith(
  origin: Origin,
  frame: ChainFrame,
  plans: readonly Plan[],
  input: Input | undefined,
  rest: readonly Frame[],
): readonly Effect[] {
  const { steps, i } = frame;
  const isLast = isStoredItems(steps) ? i === steps.n - 1 : steps.length === 1;
  const at = isLast ? positionOf(frame) : plainPosition(stepId(frame.base, i));
  const next = { ...frame, i: i + 1, steps: isStoredItems(steps) ? steps : steps.slice(1) };
  const frames = isLast ? rest : [next, ...rest];
  return plans.flatMap((plan) => startPlan(origin, { at, plan, input, frames }));
}

function startMembers(
  origin: Origin,
  { frame, lo, input, frames }: Omit<Extract<Resumption, { readonly kind: 'members' }>, 'kind'>,
  members: readonly Plan[],
): readonly Effect[] {
  return members.flatMap((plan, offset) => {
    const x = lo + offset;
    const at = plainPosition(memberId(frame.join, x));
    return startPlan(origin, { at, plan, input, frames: [{ ...frame, x }, ...frames] });
  });
}

function sendRanges(origin: Origin, start: Start & { plan: ParallelPlan }, range: Range): readonly Effect[] {
  return rangesOf(range, origin.rangeMembers).map((part) => ({ kind: 'send', message: newRange(origin, start, part) }));
}

function rangesOf({ lo, hi }: Range, size: number): readonly Range[] {
  const from = Array.from({ length: Math.ceil((hi - lo) / size) }, (_, k) => lo + k * size);
  return from.map((start) => ({ lo: start, hi: Math.min(hi, start + size) }));
}
