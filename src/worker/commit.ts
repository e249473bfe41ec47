import { InvalidMessage, isChordalError } from '../core/errors/caller.ts';
import { isRefusal } from '../core/errors/refusal.ts';
import { addressOf } from '../core/protocol/address.ts';
import { carrying } from '../core/protocol/baggage.ts';
import type { Carried } from '../core/protocol/baggage.ts';
import { effectsOfRerun, follow } from '../core/protocol/continue.ts';
import type { Effect } from '../core/protocol/effect.ts';
import { groupSize, stepsAround } from '../core/protocol/frames.ts';
import { replacementBase } from '../core/protocol/ids.ts';
import { keptCallOf, keptJson } from '../core/protocol/kept-call.ts';
import { keptFor, lastStart } from '../core/protocol/lifetime.ts';
import { isPlan } from '../core/protocol/message-shape.ts';
import type { Draft, RunMessage } from '../core/protocol/message.ts';
import { untilFrom } from '../core/protocol/new-message.ts';
import { decidedBy, ownershipOf } from '../core/protocol/outcome.ts';
import type { NextAttempt, Rerun, Result, RunFacts, Standing, Value } from '../core/protocol/outcome.ts';
import { withCeleryId } from '../core/protocol/plan.ts';
import type { Plan } from '../core/protocol/plan.ts';
import { mismatch } from '../core/text/mismatch.ts';
import type { Request } from '../core/types/context.ts';
import { compact } from '../core/values/compact.ts';
import { toFailure } from '../core/values/failure-record.ts';
import type { FailureRecord } from '../core/values/failure-record.ts';
import { isPlainObject } from '../core/values/json.ts';
import type { Json } from '../core/values/json.ts';
import type { Engine } from '../engine/engine.ts';
import { loadValue, ownArguments } from '../engine/inputs.ts';
import { storePlan } from '../engine/store-plan.ts';
import { keepValue } from '../engine/values.ts';
import { failureEffect, interpretToOne } from './interpret.ts';
import type { EffectContext } from './interpret.ts';
import { patiently } from './patience.ts';

/** The only message that follows from a decision, not yet sent, and what its sender has at hand. */
export interface OneLeft {
  readonly context: TaskDelivery;
  readonly draft: Draft;
}

/** One delivery of a task's message at work. */
export interface TaskDelivery extends EffectContext {
  readonly message: RunMessage;
  /** Epoch ms at which the message was sent, where its queue says so. */
  readonly sentAt?: number | undefined;
  /** Epoch ms at which the task's function was called, if it was. */
  readonly startedAt?: number | undefined;
  /** The parts of the run that its log line and the listeners need. */
  readonly seen: Seen;
}

/** The parts of a run that this delivery has seen. */
export interface Seen {
  /** The record of its error. */
  record?: FailureRecord | undefined;
  /** The error that it threw, as it was thrown. */
  thrown?: unknown;
  /** The facts of the call, if the function was called. */
  request?: Request | undefined;
  /** The headers for what follows from it. */
  carried?: Carried | undefined;
}

/** Commits a decision on the message's attempt, and answers with the committed state. An error is a failure of the task. */
export async function commit(delivery: TaskDelivery, decided: Result | Rerun | Error): Promise<Standing> {
  const { engine, message, origin } = delivery;
  const attempt = message.try;
  const decision = decided instanceof Error ? await failureOf(delivery, decided) : decided;
  const run = compact({ ...factsOf(delivery), call: await callKept(delivery) });
  const params = {
    address: addressOf(message.id),
    attempt,
    decision: 'kind' in decision ? { ...decision, attempt: attempt + 1, run } : { ...decision, run },
    by: origin.by,
    size: groupSize(message.frames),
    until: untilOf(delivery, decision),
  };
  // @defect commit-decides
  const standing = await patiently(delivery, () => engine.outcomes.commit(params));
  const ownership = ownershipOf(standing.cell, attempt, origin.by);
  if (ownership === 'sameMessage' || ownership === 'otherMessage') engine.meter?.count('duplicateRuns');
  return standing;
}

/**
 * Performs the decision of this message, and returns the message that is left to send, if it is all that follows. A resumed
 * delivery marks all its messages as possible duplicates.
 */
export async function continueFrom(
  delivery: TaskDelivery,
  standing: Standing,
  isResumed: boolean,
): Promise<OneLeft | undefined> {
  const { engine, message } = delivery;
  // Delays count from now on, not from when the task began.
  const origin = {
    ...carrying(delivery.origin, delivery.seen.carried ?? {}),
    // @defect resume-marks-what-it-sends
    again: isResumed || delivery.origin.again,
    now: engine.clock.now(),
  };
  const context = { ...delivery, origin };
  const decided = decidedBy(standing.cell, message);
  if (decided === undefined) return undefined;
  if (engine.celery !== undefined) {
    const { report } = await import('./celery.ts');
    await report(engine, message, decided);
  }
  const { id, base, links = [], try: attempt, frames } = message;
  const effects =
    'kind' in decided
      ? await rerunEffects(context, decided)
      : follow(origin, { at: { id, base, links, attempt }, outcome: decided, frames, standing });
  const draft = await interpretToOne(context, effects);
  return draft === undefined ? undefined : { context, draft };
}

/** Returns a failure as a result: its record is kept with the name of the task. */
export async function failureOf(delivery: TaskDelivery, error: Error | FailureRecord): Promise<Result> {
  const record = error instanceof Error ? toFailure(error) : error;
  delivery.seen.record = record;
  delivery.seen.thrown ??= error instanceof Error ? error : undefined;
  const json: Json = { ...record, task: delivery.message.sig.task };
  return { state: 'FAILURE', value: await keep(delivery, json), ...compact({ ignored: isErrorIgnored(delivery) }) };
}

/**
 * Keeps a value of this delivery.
 *
 * @param suffix distinguishes further values from the decision's own. Keys are never reused.
 */
export function keep(delivery: TaskDelivery, json: Json, suffix = ''): ReturnType<typeof keepValue> {
  const { engine, message, origin } = delivery;
  const { by, until } = origin;
  const params = { address: addressOf(message.id), token: `${by.token}${suffix}`, json, until };
  return patiently(delivery, () => keepValue(engine.payloads, params));
}

// --- internal ---

/** Returns true if clients get neither the value nor the error of the task. */
function isErrorIgnored({ engine, message: { sig } }: TaskDelivery): true | undefined {
  const { ignoreResult, storeErrorsEvenIfIgnored = true } = engine.tasks.get(sig.task)?.options ?? {};
  const isIgnored = sig.options?.ignoreResult ?? ignoreResult ?? false;
  return isIgnored && !storeErrorsEvenIfIgnored ? true : undefined;
}

/** Returns the facts of the run, whole and in order: the clocks of a queue and of a sandbox differ. */
function factsOf({ engine, message, sentAt, startedAt }: TaskDelivery): RunFacts {
  const endedAt = Math.round(engine.clock.now());
  const began = startedAt === undefined ? undefined : Math.min(endedAt, Math.round(startedAt));
  // A message that has waited for a place was sent again each time.
  const due = sentAt === undefined ? undefined : (message.waits ?? Math.max(sentAt, message.notBefore ?? 0));
  return compact({
    task: message.sig.task,
    attempt: message.try === 0 ? undefined : message.try,
    queuedAt: due === undefined ? undefined : Math.min(began ?? endedAt, Math.round(due)),
    startedAt: began,
    endedAt,
    steps: stepsAround(message.frames),
  });
}

/** Keeps how the task was called, if its options say so. It is lost with the item that names it, and decides nothing. */
async function callKept(delivery: TaskDelivery): Promise<Value | undefined> {
  const { engine, message } = delivery;
  if (engine.tasks.get(message.sig.task)?.options.keepArguments !== true) return undefined;
  return keep(delivery, keptJson(keptCallOf(message)), 'call');
}

/** The item of a retry must still stand when the retry comes. */
function untilOf({ origin }: TaskDelivery, decision: Result | Rerun): number {
  if (!('kind' in decision) || decision.kind !== 'retry') return origin.until;
  return Math.max(origin.until, keptFor(decision.notBefore));
}

/** Returns the effects of a rerun; a replacement that is lost or damaged is a failure of the task. */
async function rerunEffects(delivery: TaskDelivery, next: NextAttempt): Promise<readonly Effect[]> {
  const { engine, message, origin } = delivery;
  try {
    if (next.kind === 'retry') return effectsOfRerun(origin, await againOf(delivery, next), next);
    const plan = withCeleryId(await replacementOf(engine, next), message.sig.options?.celeryId);
    const until = Math.max(origin.until, keptFor(lastStart(plan, origin.now)));
    const base = replacementBase(message.id, next.attempt);
    const stored = await storePlan(engine.payloads, {
      plan,
      base,
      until,
      around: JSON.stringify(message.frames).length,
    });
    return effectsOfRerun({ ...origin, until }, message, next, stored);
  } catch (error) {
    if (!isChordalError(error) || isRefusal(error)) throw error;
    const { id, base, links = [], try: attempt, frames, sig } = message;
    return [await failureEffect(delivery, { at: { id, base, links, attempt }, frames, error, task: sig.task })];
  }
}

/**
 * Returns the message of the next attempt as its retry has it: with other arguments, if the task gave some. Large ones are
 * stored under a key that follows from the attempt, so that a second delivery writes the same.
 */
async function againOf(
  { engine, message, origin }: TaskDelivery,
  { given, notBefore, attempt }: NextAttempt & { readonly kind: 'retry' },
): Promise<RunMessage> {
  // @defect retries-have-what-they-were-given
  if (given === undefined) return message;
  const json = await loadValue(engine, given);
  const { args, kwargs } = isPlainObject(json) ? json : {};
  const own = await ownArguments(engine, message.sig);
  const { args: _args, kwargs: _kwargs, stored: _stored, ...sig } = message.sig;
  const plan = {
    ...sig,
    args: Array.isArray(args) ? args : own.args,
    kwargs: isPlainObject(kwargs) ? kwargs : own.kwargs,
  };
  const base = replacementBase(message.id, attempt);
  const packed = await storePlan(engine.payloads, { plan, base, until: untilFrom(origin, notBefore) });
  const { in: input, ...rest } = message;
  // They are all arguments: also what the step before it returned.
  const kept = Array.isArray(args) ? {} : compact({ in: input });
  return { ...rest, ...kept, sig: 'task' in packed ? packed : plan };
}

/** Loads the committed replacement. */
async function replacementOf(engine: Engine, next: NextAttempt & { readonly kind: 'replace' }): Promise<Plan> {
  // @defect replacement-as-committed
  const json = await loadValue(engine, next.plan);
  if (isPlan(json)) return json;
  throw new InvalidMessage(`Cannot read a replacement: ${mismatch('a plan', JSON.stringify(json).slice(0, 100))}`);
}
