import { InvalidMessage } from '../core/errors/caller.ts';
import { isWhole } from '../core/protocol/batch-order.ts';
import {
  isPossibleDuplicate,
  onArrival,
  onClaim,
  onCommit,
  onCutShort,
  onExpandError,
  onFound,
  onNoPlace,
  onPlace,
} from '../core/protocol/delivery.ts';
import type { Next } from '../core/protocol/delivery.ts';
import { ACK } from '../core/protocol/disposition.ts';
import type { Disposition } from '../core/protocol/disposition.ts';
import { keptFor, lastStart } from '../core/protocol/lifetime.ts';
import type { ExpandMessage, RunMessage } from '../core/protocol/message.ts';
import type { Standing } from '../core/protocol/outcome.ts';
import { placeOf } from '../core/protocol/places.ts';
import type { Plan } from '../core/protocol/plan.ts';
import { startRanges, startWhole } from '../core/protocol/start.ts';
import { compact } from '../core/values/compact.ts';
import { dispatch, route } from '../engine/dispatch.ts';
import type { RegisteredTask } from '../engine/engine.ts';
import { storePlan } from '../engine/store-plan.ts';
import { isLimited, limitsOf, timeNeededInline } from '../engine/task/limits.ts';
import { contextOf } from './arrival.ts';
import type { Arrival } from './arrival.ts';
import { commit } from './commit.ts';
import type { TaskDelivery } from './commit.ts';
import { interpret } from './interpret.ts';
import type { EffectContext } from './interpret.ts';
import { goOn, resume } from './next-step.ts';
import { limitsHere, observeDecision } from './observe.ts';
import { tellWaiting } from './progress.ts';
import { reportDecision, reportStartedAgain } from './report.ts';
import { revokeScope } from './revocations.ts';
import { prepareRun, runToDecision } from './run.ts';
import { check, claim, uncountStart } from './starts.ts';
import { keepIfUnrun } from './unrun.ts';
import { closeWindow } from './window.ts';

/**
 * Works on one message: asks the core for the next action, does its I/O, and asks again with the answer.
 *
 * @throws ServiceUnavailable or ConfigurationError if the cloud refuses: the message then returns to its queue.
 */
export async function deliver(arrival: Arrival): Promise<Disposition> {
  const { facts } = arrival;
  const { message } = facts;
  const next = onArrival(facts);
  if (next.kind === 'end') {
    if (next.disposition === ACK) await leaveLine(arrival);
    return next.disposition;
  }
  // @defect dead-are-worked-on
  if (message.kind === 'revoke') return revokeScope(contextOf(arrival, true), message);
  if (message.kind === 'expand') return expand({ ...arrival, facts: { ...facts, message } });
  if (next.kind === 'close') return endWindow({ ...arrival, facts: { ...facts, message } }, next.isForced);
  return work({ ...arrival, facts: { ...facts, message } }, next);
}

// --- internal ---

type Action = Next<RegisteredTask>;

/** The next action, and the committed state before it. */
interface Judged {
  readonly next: Action;
  readonly standing: Standing;
  /** Epoch ms at which the task's function was called, if it was. */
  readonly startedAt?: number;
}

const NOTHING: Standing = { cell: {} };

/** The end of one step: of the delivery, or a further step that belongs to it. */
type Ending = Disposition | Arrival<RunMessage>;

/**
 * Takes a message to its end, and with it the steps that run in the same delivery. Only then it is acknowledged: until
 * then it is the one message that goes on from what they decide.
 */
async function work(arrival: Arrival<RunMessage>, first: Action): Promise<Disposition> {
  return toEnd(await workOn(arrival, first));
}

async function toEnd(first: Ending): Promise<Disposition> {
  let ending = first;
  // @defect acknowledged-when-steps-are-done
  while (isStep(ending)) ending = await workOn(ending, onArrival(ending.facts));
  return ending;
}

function isStep(ending: Ending): ending is Arrival<RunMessage> {
  return 'engine' in ending;
}

/** Checks a possible duplicate first; then takes one step to its end. */
async function workOn(arrival: Arrival<RunMessage>, first: Action): Promise<Ending> {
  const { message, sentAt } = arrival.facts;
  const delivery = { ...contextOf(arrival, false), message, sentAt, seen: {} };
  if (first.kind !== 'check') return finish(arrival, delivery, first, NOTHING);
  const standing = await check(delivery, first.isCounted);
  try {
    const next = onFound(arrival.facts, standing);
    if (next.kind === 'run') reportStartedAgain(delivery, standing);
    return await finish(arrival, delivery, next, standing);
  } catch (error) {
    // @defect excused-starts-are-taken-back
    if (standing.cell.starts?.includes(delivery.origin.by.token) === true) await uncountStart(delivery);
    throw error;
  }
}

async function finish(
  arrival: Arrival<RunMessage>,
  delivery: TaskDelivery,
  first: Action,
  found: Standing,
): Promise<Ending> {
  if (first.kind === 'place') return inPlace(arrival, delivery, first);
  const { facts } = arrival;
  let { next, standing, startedAt }: Judged = { next: first, standing: found };
  if (next.kind === 'claim' || next.kind === 'run')
    ({ next, standing, startedAt } = await runNow(arrival, delivery, next));
  if (next.kind !== 'commit') return conclude(arrival, delivery, next, standing);
  const done = { ...delivery, startedAt };
  standing = await commit(done, next.decision);
  observeDecision(delivery, next.decision, standing, startedAt ?? delivery.engine.clock.now());
  // The listeners do not hold the workflow up, and what follows needs no place.
  const told = [reportDecision(done, standing), keepIfUnrun(done, standing)];
  const telling = Promise.all([...told, arrival.place?.leave(), leaveLine(arrival)]);
  try {
    return await conclude(arrival, delivery, onCommit(facts, standing), standing);
  } finally {
    await telling;
  }
}

/** Takes a place for the run, and goes on in it; a message without one is sent again. The place is left in any case. */
async function inPlace(
  arrival: Arrival<RunMessage>,
  delivery: TaskDelivery,
  { task, place }: Action & { readonly kind: 'place' },
): Promise<Ending> {
  const { engine, facts, places } = arrival;
  const { message, time } = facts;
  // Its claim would be lost with what it has begun, if it were cut short.
  const mayWaitHere = task.options.acksLate !== false || isLimited(task, message);
  const neededMs = mayWaitHere ? timeNeededInline(task, message, time.wholeMs) : undefined;
  const got = await places.take({ place, mid: message.mid, waits: message.waits, neededMs });
  const now = engine.clock.now();
  if ('afterMs' in got) {
    engine.meter?.count('waits', task.name);
    const waiting = onNoPlace({ ...facts, now }, got);
    if (waiting.told !== message.told) await tellWaiting(delivery, place, waiting.waits ?? now);
    return forward(arrival, waiting);
  }
  try {
    const placed = { ...arrival, facts: { ...facts, now, hasPlace: true as const }, place: got };
    return await workOn(placed, onPlace(placed.facts));
  } finally {
    await got.leave();
  }
}

/** Gives up the turn of a message that has ended without a run: revoked, purged or too late. Others need not wait for it. */
async function leaveLine({ engine, facts: { message, tasks }, place }: Arrival): Promise<void> {
  if (message.kind !== 'run' || message.next !== true || place !== undefined) return;
  const task = tasks.get(message.sig.task);
  const wanted = task && placeOf(message.sig, task);
  // One that keeps its turn loses it when it does not come back.
  if (wanted !== undefined)
    await engine.places.leave({ key: wanted.key, tokens: [], mid: message.mid }).catch(() => undefined);
}

/** Carries out what follows when nothing is left to decide. */
async function conclude(
  arrival: Arrival<RunMessage>,
  delivery: TaskDelivery,
  next: Action,
  standing: Standing,
): Promise<Ending> {
  switch (next.kind) {
    case 'continue':
      // @defect resumes-hand-over
      if (!next.isResumed) return (await goOn(arrival, delivery, standing)) ?? ACK;
      await resume(arrival, delivery, standing);
      return ACK;
    case 'forward':
      return forward(arrival, next.message);
    case 'end':
      return next.disposition;
    default:
      return ACK;
  }
}

/** Sends a message again, under its nonce, and with it the duty to go on from what it decides. */
async function forward({ engine, outbox }: Arrival, message: RunMessage): Promise<Disposition> {
  await dispatch(engine, outbox, [route(engine, message)]);
  return ACK;
}

/** Ends a window of debounced calls: the canvas of the last call is started like that of any message. */
async function endWindow(arrival: Arrival<RunMessage>, isForced: boolean): Promise<Disposition> {
  const next = await closeWindow(arrival, isForced);
  if (next.kind !== 'start') return work(arrival, next);
  return expand({ ...arrival, facts: { ...arrival.facts, message: next.message } });
}

/**
 * Runs the task, with its claim if it needs one, and returns the next action and the committed state. All that the cloud may
 * refuse is read before the claim is taken.
 */
async function runNow(
  { facts, remainingMs, step, queue, place }: Arrival<RunMessage>,
  delivery: TaskDelivery,
  { kind, task }: Action & { readonly kind: 'claim' | 'run' },
): Promise<Judged> {
  if (task.external !== undefined) {
    const { workOnExternal } = await import('./external.ts');
    return { ...(await workOnExternal(delivery, task, task.external, queue)), standing: NOTHING };
  }
  // Only the others of its batch may have used some of the sandbox's time: that of reading its own input is its own.
  const isWholeOne = isWhole(remainingMs(), facts.time.wholeMs);
  const given = await prepareRun(delivery, task);
  if ('state' in given) return { next: { kind: 'commit', decision: given }, standing: NOTHING };
  if (kind === 'claim') {
    const now = delivery.engine.clock.now();
    const standing = await claim(delivery, now, limitsOf(task, facts.message, remainingMs()).hardMs);
    const next = onClaim(facts, standing, { task, now });
    // @defect claim-tells-what-stands
    if (next.kind !== 'run') return { next, standing };
  }
  const limits = limitsHere(delivery.engine, limitsOf(task, facts.message, remainingMs()));
  const isAgain = isPossibleDuplicate(facts);
  const startedAt = delivery.engine.clock.now();
  // The claim of a task that starts once is its only start.
  const isPart = !isLimited(task, facts.message) && kind === 'run' && !isWholeOne;
  const watch = place?.runs;
  const decision = await runToDecision(delivery, task, { given, limits: { ...limits, isPart, watch }, isAgain });
  if (decision === 'cutShort') {
    // Its sandbox lives: the start that was counted does not count.
    if (isAgain) await uncountStart(delivery);
    return { next: onCutShort(facts, step), standing: NOTHING };
  }
  return { next: { kind: 'commit', decision }, standing: NOTHING, startedAt };
}

/** Starts a canvas, or a range of a group's members. All that a possible duplicate sends is marked. */
async function expand(arrival: Arrival<ExpandMessage>): Promise<Disposition> {
  const { facts } = arrival;
  const { id, base, links = [], try: attempt, in: input, frames, lo, hi } = facts.message;
  try {
    const { context, plan } = await prepareCanvas(arrival);
    const start = { at: { id, base, links, attempt }, plan, input, frames };
    if (lo === undefined || hi === undefined) await interpret(context, startWhole(context.origin, start));
    else if (!('par' in plan)) throw new InvalidMessage('Cannot expand a range: the canvas is not a group.');
    else await interpret(context, startRanges(context.origin, { ...start, plan }, { lo, hi }));
    return ACK;
  } catch (error) {
    const next = onExpandError(facts, error);
    if (next === undefined) throw error;
    return endUnstarted(arrival, next);
  }
}

/**
 * Returns the canvas of a message, and the context to start it in. A schedule writes its message long before it sends it:
 * what is too large for messages is stored now, and lives from now on.
 */
async function prepareCanvas(
  arrival: Arrival<ExpandMessage>,
): Promise<{ readonly context: EffectContext; readonly plan: Plan }> {
  const { engine, facts } = arrival;
  const { sig: plan, base, until } = facts.message;
  // @defect expansion-marks-what-it-sends
  const begun = contextOf(arrival, facts.dead !== undefined || isPossibleDuplicate(facts));
  const { sent = facts.sentAt } = facts.message;
  // @defect canvases-keep-their-age
  const context = { ...begun, origin: { ...begun.origin, ...compact({ sent }) } };
  if (until > 0) return { context, plan };
  const lives = keptFor(lastStart(plan, facts.now));
  const stored = await storePlan(engine.payloads, { plan, base, until: lives });
  return { context: { ...context, origin: { ...context.origin, until: lives } }, plan: stored };
}

/** Ends the message of a canvas that cannot be started; where it is dead, the canvas fails. */
async function endUnstarted(arrival: Arrival<ExpandMessage>, next: Action): Promise<Disposition> {
  const { lo: _lo, hi: _hi, sig: _sig, in: _in, ...rest } = arrival.facts.message;
  const message: RunMessage = { ...rest, kind: 'run', sig: { task: 'expand' } };
  const failing = { ...arrival, facts: { ...arrival.facts, message } };
  return toEnd(await finish(failing, { ...contextOf(failing, true), message, seen: {} }, next, NOTHING));
}
