import { InvalidMessage, isChordalError } from '../core/errors/caller.ts';
import { isRefusal } from '../core/errors/refusal.ts';
import { addressOf } from '../core/protocol/address.ts';
import { effectsOfRerun as effectsOf, follow } from '../core/protocol/continue.ts';
import type { Effect, Flow } from '../core/protocol/effect.ts';
import { replacementBase } from '../core/protocol/ids.ts';
import { lastStart } from '../core/protocol/lifetime.ts';
import { isPlan } from '../core/protocol/message-shape.ts';
import type { RunMessage } from '../core/protocol/message.ts';
import { LIFETIME_MS } from '../core/protocol/new-message.ts';
import type { Cell, NextAttempt, Result, Standing, Rerun } from '../core/protocol/outcome.ts';
import { ownershipOf } from '../core/protocol/outcome.ts';
import type { Plan } from '../core/protocol/plan.ts';
import { toFailure } from '../core/values/failure-record.ts';
import type { FailureRecord } from '../core/values/failure-record.ts';
import type { Json } from '../core/values/json.ts';
import type { Outbox } from '../engine/dispatch.ts';
import type { Engine } from '../engine/engine.ts';
import { loadValue } from '../engine/inputs.ts';
import { interpret, failureEffect } from '../engine/interpret.ts';
import { storePlan } from '../engine/store-plan.ts';
import { keepValue } from '../engine/values.ts';
import { ACK, RETURN } from './delivery.ts';
import type { Disposition } from './delivery.ts';

/** One delivery of a task's message at work. */
export interface Work {
  readonly engine: Engine;
  readonly outbox: Outbox;
  readonly message: RunMessage;
  readonly flow: Flow;
}

/** Runs what a delivery still has to do; if the cloud refuses, the start that was counted for it is taken back. */
export async function excusing<T>(work: Work, isCounted: boolean, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    const { engine, message, flow } = work;
    if (isCounted)
      await engine.outcomes
        .uncountStart({ address: addressOf(message.id), token: flow.by.token })
        .catch(() => undefined);
    throw error;
  }
}

/** Commits what a run came to, and goes on from it if it is this delivery's. */
export async function commit(work: Work, decision: Result | Rerun): Promise<Disposition> {
  const { engine, message, flow } = work;
  const attempt = message.try;
  const made = 'kind' in decision ? { ...decision, attempt: attempt + 1 } : decision;
  const address = addressOf(message.id);
  const { by } = flow;
  const until = 'kind' in decision && decision.kind === 'retry' ? retryUntil(flow, decision) : flow.until;
  const standing = await engine.outcomes.commit({ address, attempt, decision: made, by, until });
  const ownership = ownershipOf(standing.cell, attempt, by);
  if (ownership === 'sameMessage' || ownership === 'otherMessage') engine.meter?.count('duplicateRuns');
  // Lost to another delivery of the same message: to acknowledge would delete the owner's message.
  if (ownership === 'sameMessage' || ownership === 'undecided') return RETURN;
  if (ownership === 'otherMessage') return ACK;
  if ('kind' in decision && decision.kind === 'retry') engine.meter?.count('retries');
  await proceed(work, standing);
  return ACK;
}

/** Whether this message's decision stands, in whichever delivery it was made; then it is carried on from here. */
function mayResume(cell: Cell, { mid, try: attempt }: Pick<RunMessage, 'mid' | 'try'>): boolean {
  const ownership = ownershipOf(cell, attempt, { mid, token: '' });
  return ownership === 'sameMessage' || isOwnRerun(cell, { mid, try: attempt });
}

/** What follows if the attempt has been decided: its owner resumes, everybody else stops. */
export async function settledBefore(work: Work, standing: Standing): Promise<Disposition | undefined> {
  if (mayResume(standing.cell, work.message)) return resume(work, standing);
  return ownershipOf(standing.cell, work.message.try, work.flow.by) === 'otherMessage' ? ACK : undefined;
}

/** Goes on from what this message has decided before: what is sent is marked, for its receivers to look first. */
async function resume(work: Work, standing: Standing): Promise<Disposition> {
  await proceed({ ...work, flow: { ...work.flow, again: true } }, standing);
  return ACK;
}

/** A failure as a result: its record is kept with the name of the task. */
export async function failed(work: Work, error: Error | FailureRecord): Promise<Result> {
  const record = error instanceof Error ? toFailure(error) : error;
  const json: Json = { ...record, task: work.message.sig.task };
  return { state: 'FAILURE', value: await keep(work, json) };
}

/**
 * Keeps a value of this delivery.
 *
 * @param beside tells it from the one value that a decision is about; nothing is ever kept under one key twice.
 */
export function keep({ engine, message, flow }: Work, json: Json, beside = ''): ReturnType<typeof keepValue> {
  const { by, until } = flow;
  return keepValue(engine.payloads, { address: addressOf(message.id), token: `${by.token}${beside}`, json, until });
}

// --- internal ---

/** What stands must still do so when the retry comes. */
function retryUntil({ until }: Flow, { notBefore }: Rerun & { kind: 'retry' }): number {
  return Math.max(until, notBefore + LIFETIME_MS);
}

/** The turn comes first: a replacement is carried out also under an outcome that somebody else has settled since. */
async function proceed(work: Work, standing: Standing): Promise<void> {
  const { engine, outbox, message } = work;
  // What follows is delayed from now on, not from when the task began.
  const flow = { ...work.flow, now: engine.clock.now() };
  const { outcome, next } = standing.cell;
  if (next !== undefined && isOwnRerun(standing.cell, message)) {
    await interpret(engine, outbox, flow, await rerunEffects(work, flow, next));
  } else if (outcome?.mid === message.mid) {
    const { id, base, links = [], try: attempt, frames } = message;
    const committed = { at: { id, base, links, attempt }, outcome, frames, standing };
    await interpret(engine, outbox, flow, follow(flow, committed));
  }
}

/** Whether the attempt after this message's was decided by it, and still has to be carried out. */
function isOwnRerun({ outcome, next }: Cell, { mid, try: attempt }: Pick<RunMessage, 'mid' | 'try'>): boolean {
  if (next === undefined || next.mid !== mid || next.attempt !== attempt + 1) return false;
  return outcome === undefined || next.kind === 'replace';
}

/** What a turn asks for; a replacement that is lost or damaged is a failure of the task. */
async function rerunEffects(work: Work, flow: Flow, next: NextAttempt): Promise<readonly Effect[]> {
  const { engine, message } = work;
  if (next.kind === 'retry') return effectsOf(flow, message, next);
  try {
    const plan = await replacementOf(engine, next);
    const until = Math.max(flow.until, lastStart(plan, flow.now) + LIFETIME_MS);
    const base = replacementBase(message.id, next.attempt);
    return effectsOf({ ...flow, until }, message, next, await storePlan(engine.payloads, { plan, base, until }));
  } catch (error) {
    if (!isChordalError(error) || isRefusal(error)) throw error;
    const { id, base, links = [], try: attempt, frames, sig } = message;
    return [await failureEffect(engine, flow, { at: { id, base, links, attempt }, frames, error, task: sig.task })];
  }
}

/** The committed replacement. */
async function replacementOf(engine: Engine, next: NextAttempt & { readonly kind: 'replace' }): Promise<Plan> {
  const json = await loadValue(engine, next.plan);
  if (isPlan(json)) return json;
  throw new InvalidMessage(
    `Cannot read a replacement as a plan: current value is ${JSON.stringify(json).slice(0, 100)}`,
  );
}
