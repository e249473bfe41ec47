import { TimeLimitExceeded, ToleranceExceeded } from '../errors/task.ts';
import { compact } from '../values/compact.ts';
import { toFailure } from '../values/failure-record.ts';
import type { ClimbEffect, Effect, Position, SettleEffect } from './effect.ts';
import { isJoinFrame, isReplacement, positionOf } from './frames.ts';
import { memberId, replacementBase, workflowOf } from './ids.ts';
import { firstRung, leafSize, nextRung, slotOf } from './join-tree.ts';
import { LIFETIME_DAYS, needsItems } from './lifetime.ts';
import type { FailureNotice, Frame, JoinFrame, RunMessage } from './message.ts';
import { inputOf } from './message.ts';
import { untilFrom } from './new-message.ts';
import type { Origin } from './origin.ts';
import type { Leaf, NextAttempt, Outcome, Result, Standing } from './outcome.ts';
import { ANY_ATTEMPT, failuresOf, ownershipOf } from './outcome.ts';
import type { Link, Plan } from './plan.ts';
import { afterJoin, startLinks, startPlan, startStep } from './start.ts';

/** The outcome committed at an id, and everything that waits for it. */
export interface Committed {
  readonly at: Position;
  readonly outcome: Outcome;
  readonly frames: readonly Frame[];
  readonly standing: Standing;
  /** The step, inside the chain at this id, whose failure this is. */
  readonly step?: string;
  /** Its error callbacks have been started by the member that failed. */
  readonly quiet?: boolean;
}

/**
 * Returns the effects that follow from a committed outcome: callbacks, then the next step, the climb of a join, or the
 * failure of the enclosing canvas.
 */
export function follow(origin: Origin, committed: Committed): readonly Effect[] {
  const { at, outcome, frames, standing } = committed;
  const callbacks = [...failureNote(committed), ...callbackEffects(origin, committed)];
  const [frame, ...rest] = frames;
  if (frame === undefined) return callbacks;
  if (isJoinFrame(frame)) {
    // @defect members-end-before-items-do
    if (isLate(origin)) return [...callbacks, asSeen(origin, failOutward(at.id, lateFailure(at.id), frame, rest))];
    const { leaf } = standing;
    const climb = leaf === undefined ? [] : climbLeaf(origin, frame, rest, leaf);
    // @defect collecting-join-takes-failures
    const failed = outcome.state !== 'SUCCESS' && frame.collect === undefined;
    return [
      ...callbacks,
      ...(climb.length > 0
        ? climb
        : failAtOnce(origin, { frame, rest, failures: failuresOf(outcome) }, leaf, slotOf(frame.x))),
      // @defect failure-goes-outward
      ...(failed ? [failOutward(at.id, outcome, frame, rest)] : []),
    ];
  }
  // @defect next-gets-what-was-committed
  if (outcome.state === 'SUCCESS') return [...callbacks, ...startStep(origin, frame, inputOf(outcome.value), rest)];
  return [...callbacks, settleAt(positionOf(frame), outcome, rest, { step: at.id, quiet: false, failedId: at.id })];
}

/** Returns the effects that follow from a settled id: its owner continues, and any other message stops. */
export function afterSettle(origin: Origin, effect: SettleEffect, standing: Standing): readonly Effect[] {
  const { outcome } = standing.cell;
  const ownership = ownershipOf(standing.cell, ANY_ATTEMPT, origin.by);
  // @defect only-the-owner-continues
  if (outcome === undefined || (ownership !== 'thisDelivery' && ownership !== 'sameMessage')) return [];
  return follow(origin, { ...effect, outcome, standing });
}

/** Returns the effects that follow from a rung of a climb: only the message that completed the node continues. */
export function afterClimb(origin: Origin, effect: ClimbEffect, node: Leaf): readonly Effect[] {
  const { frame, rest, rung } = effect;
  if (node.filled !== rung.children || !isLastWriter(origin, node, rung.child))
    return failAtOnce(origin, effect, node, rung.child);
  return climbTo(origin, { frame, rest, rung: nextRung(frame.n, rung), child: node });
}

/** Returns the effects that carry out a committed retry or replacement. */
export function effectsOfRerun(
  origin: Origin,
  message: RunMessage,
  next: NextAttempt,
  replacement?: Plan,
): readonly Effect[] {
  if (next.kind === 'retry') {
    const {
      mid: _mid,
      again: _again,
      slot: _slot,
      waits: _waits,
      next: _next,
      told: _told,
      held: _held,
      notBefore: _notBefore,
      sent: _sent,
      ...same
    } = message;
    const due = next.notBefore > origin.now ? { notBefore: next.notBefore } : {};
    const again = origin.again ? { again: true as const } : {};
    // Arguments that the task gave were stored for this retry.
    const own = next.given === undefined ? message : { ...message, sig: { task: message.sig.task } };
    const until = needsItems(own) ? message.until : untilFrom(origin, next.notBefore);
    // Code around the task may have added headers.
    const { headers, traceparent } = origin;
    const labels = compact({ headers, traceparent });
    return [{ kind: 'send', message: { ...same, ...labels, ...again, ...due, until, try: next.attempt } }];
  }
  if (replacement === undefined) return [];
  const { id, frames, links = [] } = message;
  const at = {
    id,
    base: replacementBase(id, next.attempt),
    links: links.map(onceForAll),
    // @defect replacement-is-an-attempt
    attempt: next.attempt,
  };
  return startPlan({ ...origin, depth: origin.depth + 1 }, { at, plan: replacement, input: undefined, frames });
}

/** Returns the callback of a task for what replaces it: it is told once, however many tasks that is. */
export function onceForAll(link: Link): Link {
  return link.on === 'failure' ? { ...link, on: 'failureOnce' } : link;
}

// --- internal ---

/**
 * Returns whether a member goes on behind the lifetime of its group: its write may have emptied the leaf, and a climb
 * would start a node anew. That holds for a resumed delivery, too: its write may have come late.
 */
function isLate({ itemsUntil, now }: Origin): boolean {
  return itemsUntil !== undefined && itemsUntil < now;
}

/** Returns the failure of a group that has lost its members' outcomes, whether it collects failures or not. */
function lateFailure(id: string): Pick<Outcome, 'state' | 'value' | 'failedId'> {
  const error = new TimeLimitExceeded(
    `Cannot end the group of ${id}: it was kept for ${LIFETIME_DAYS} days after its latest eta, and no longer.`,
  );
  const { stack: _, ...record } = toFailure(error);
  return { state: 'FAILURE', value: { inline: record } };
}

function climbLeaf(origin: Origin, frame: JoinFrame, rest: readonly Frame[], leaf: Leaf): readonly Effect[] {
  if (leaf.filled !== leafSize(frame.n, frame.x) || !isLastWriter(origin, leaf, slotOf(frame.x))) return [];
  return climbTo(origin, { frame, rest, rung: firstRung(frame.n, frame.x), child: leaf });
}

/** Returns whether this message wrote to a leaf or a node last, as this child of it. */
function isLastWriter({ by }: Origin, { last }: Leaf, child: number): boolean {
  // @defect last-writer-climbs
  return last?.mid === by.mid && last.child === child;
}

function climbTo(
  origin: Origin,
  {
    frame,
    rest,
    rung,
    child,
  }: Pick<ClimbEffect, 'frame' | 'rest'> & {
    readonly rung: ClimbEffect['rung'] | undefined;
    readonly child: Leaf;
  },
): readonly Effect[] {
  const { failed, failures = 0 } = child;
  if (rung !== undefined) return [{ kind: 'climb', frame, rest, rung, failed, failures }];
  if (failed && frame.collect === undefined) return [];
  // @defect tolerance-is-checked
  if (failures > (frame.tolerate ?? Infinity)) return [failOfTooMany(frame, rest)];
  const { x: _, ...group } = frame;
  return afterJoin(origin, group, rest, failures);
}

/**
 * Fails a group as soon as more members than it tolerates are seen to have failed: by the writer that brought an item
 * above that number. It only saves time. When all members have ended, the root decides. A delivery that resumes fails it
 * again: it may have settled the group before, and then it goes on from there.
 */
function failAtOnce(
  origin: Origin,
  { frame, rest, failures: added }: Pick<ClimbEffect, 'frame' | 'rest' | 'failures'>,
  item: Leaf | undefined,
  child: number,
): readonly Effect[] {
  if (item === undefined) return [];
  const { tolerate = Infinity } = frame;
  const { failures = 0 } = item;
  // @defect as-many-as-tolerated-may-fail
  if (failures <= tolerate) return [];
  // @defect too-many-fail-at-once
  const isMine = (isLastWriter(origin, item, child) && failures - added <= tolerate) || origin.again;
  return isMine ? [asSeen(origin, failOfTooMany(frame, rest))] : [];
}

/** Marks a settlement of a resumed delivery: an earlier delivery may have had no reason for it. */
function asSeen({ again }: Origin, effect: SettleEffect): SettleEffect {
  return again ? { ...effect, isUnforeseen: true } : effect;
}

function failOfTooMany(frame: JoinFrame, rest: readonly Frame[]): SettleEffect {
  const { join, x, n, tolerate = 0 } = frame;
  const error = new ToleranceExceeded(
    `Cannot go on behind the group ${join}: more than ${tolerate} of its ${n} members have failed, and ${tolerate} is the most that it tolerates. The log has the error of each.`,
  );
  const { stack: _, ...record } = toFailure(error);
  return failOutward(memberId(join, x), { state: 'FAILURE', value: { inline: record } }, frame, rest);
}

/** Passes a member's failure on to its group, or to the chain that continues from the group. */
function failOutward(
  id: string,
  outcome: Pick<Outcome, 'state' | 'value' | 'failedId'>,
  frame: JoinFrame,
  rest: readonly Frame[],
): SettleEffect {
  const group = positionOf(frame);
  const [outer, ...beyond] = rest;
  if (outer !== undefined && !isJoinFrame(outer) && !isReplacement(group)) {
    const chain = positionOf(outer);
    const links = [...chain.links, ...group.links.filter((link) => link.on === 'failureOnce')];
    return settleAt({ ...chain, links }, outcome, beyond, { step: chain.id, quiet: false, failedId: id });
  }
  return settleAt(group, outcome, rest, { step: group.id, quiet: true, failedId: id });
}

function settleAt(
  at: Position,
  { state, value, failedId }: Result,
  frames: readonly Frame[],
  from: { readonly step: string; readonly quiet: boolean; readonly failedId: string },
): SettleEffect {
  const result = { state, value, failedId: failedId ?? from.failedId };
  return { kind: 'settle', at, result, frames, step: from.step, quiet: from.quiet };
}

/** A workflow that fails is listed; a failure inside it is found from there. */
function failureNote({ at: { id }, outcome }: Committed): readonly Effect[] {
  // @defect failures-are-listed
  return outcome.state === 'FAILURE' && id === workflowOf(id) ? [{ kind: 'note', id }] : [];
}

function callbackEffects(origin: Origin, { at, outcome, frames, step, quiet }: Committed): readonly Effect[] {
  if (outcome.state === 'SUCCESS') {
    // @defect callbacks-of-success
    const links = at.links.filter((link) => link.on === 'success');
    return startLinks(origin, at.id, links, inputOf(outcome.value));
  }
  const links = outcome.state === 'REVOKED' ? toldOfRevocation(at, outcome) : toldOfFailure(at, frames, quiet === true);
  const failure: FailureNotice = {
    taskId: step ?? at.id,
    failedTaskId: outcome.failedId ?? at.id,
    rootId: origin.root ?? at.id,
    error: outcome.value,
    ...(origin.call === undefined ? {} : { call: origin.call }),
  };
  return startLinks(origin, at.id, links, { failure });
}

/**
 * Returns the callbacks to tell of a revocation. An id that is revoked or expires has not failed, so its own callbacks
 * are not told, as in Celery. The callbacks of an enclosing id that fails because of it are told.
 */
function toldOfRevocation({ links }: Position, { failedId }: Outcome): readonly Link[] {
  return failedId === undefined ? [] : links.filter(({ on }) => on === 'failureOnce');
}

function toldOfFailure({ links }: Position, [frame]: readonly Frame[], isQuiet: boolean): readonly Link[] {
  const inherited = frame !== undefined && isJoinFrame(frame) ? (frame.links ?? []) : [];
  return [
    ...links.filter(({ on }) => on === 'failureOnce' || (on === 'failure' && !isQuiet)),
    ...inherited.filter(({ on }) => on === 'failure'),
  ];
}
