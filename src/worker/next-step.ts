import { addressOf } from '../core/protocol/address.ts';
import { isFirstRun, isWanted, mayRunInline, onNextStep } from '../core/protocol/inline.ts';
import type { RunDraft } from '../core/protocol/inline.ts';
import type { RunMessage } from '../core/protocol/message.ts';
import type { Standing } from '../core/protocol/outcome.ts';
import { dispatch } from '../engine/dispatch.ts';
import type { Routed } from '../engine/dispatch.ts';
import { LEAST_NEEDED_MS, timeNeeded, timeNeededInline } from '../engine/task/limits.ts';
import { contextOf, factsOf } from './arrival.ts';
import type { Arrival } from './arrival.ts';
import { continueFrom } from './commit.ts';
import type { OneLeft, TaskDelivery } from './commit.ts';
import { routeOne } from './interpret.ts';
import { ordersNow } from './orders.ts';
import { isLimitedNow } from './rate.ts';

/**
 * Carries out what a delivery has decided. Everything that follows is then settled or sent, except a step that this
 * delivery is to run itself: it is returned, and belongs to the message that was received.
 */
export async function goOn(
  arrival: Arrival<RunMessage>,
  delivery: TaskDelivery,
  standing: Standing,
): Promise<Arrival<RunMessage> | undefined> {
  const left = await continueFrom(delivery, standing, false);
  if (left === undefined) return undefined;
  const routed = await routeOne(left.context, left.draft);
  if (routed === undefined) return undefined;
  const { draft } = left;
  if (
    isFirstRun(draft) &&
    !isLimitedNow(arrival.engine, draft.sig.task) &&
    mayRunInline(draft, { ...factsFor(arrival, draft), isOwnQueue: routed.queue === arrival.queue })
  )
    return nextArrival(arrival, draft);
  // @defect acknowledged-when-durable
  await send(left, routed);
  return undefined;
}

/**
 * Carries out what a message had decided before it came back. Steps that its earlier delivery ran are its own: it goes on
 * from the last one that is decided. The step behind that one is handed over: it is sent under the same nonce, so a
 * message goes on from its decision, whether its sender or its receiver makes it.
 */
export async function resume(arrival: Arrival<RunMessage>, delivery: TaskDelivery, standing: Standing): Promise<void> {
  let at = arrival;
  let left = await continueFrom(delivery, standing, true);
  while (left !== undefined && isFirstRun(left.draft)) {
    const next = stepOf(at, left.draft);
    const { message, by } = next.facts;
    const found = await lookAt(next);
    const judged = found === undefined ? 'handOver' : onNextStep(found.cell, message, by);
    if (judged === 'stop') return;
    if (found === undefined || judged === 'handOver') return handOver(left, message.mid);
    at = next;
    left = await continueFrom({ ...contextOf(next, true), message, seen: {} }, found, true);
  }
  if (left !== undefined) await handOver(left);
}

// --- internal ---

function factsFor(
  { engine, facts, step, remainingMs }: Arrival<RunMessage>,
  draft: RunDraft,
): Omit<Parameters<typeof mayRunInline>[1], 'isOwnQueue'> {
  const { tasks, settings } = engine;
  const neededMs = timeNeededInline(tasks.get(draft.sig.task), draft, facts.time.wholeMs);
  return { ...facts, steps: step, maxSteps: settings.inlineSteps, time: { leftMs: remainingMs(), neededMs } };
}

/** Returns the next step as a part of this delivery: the message is the received one's, and the token is its own. */
function stepOf(arrival: Arrival<RunMessage>, draft: RunDraft): Arrival<RunMessage> {
  const { engine, facts, step } = arrival;
  // @defect inline-belongs-to-the-received-message
  const message: RunMessage = { ...draft, mid: facts.by.mid };
  const next = { ...factsOf(engine, { receives: 1 }, message), message };
  return { ...arrival, facts: next, step: step + 1, place: undefined };
}

/** Returns the next step, to be judged like a message that has just arrived. */
async function nextArrival(arrival: Arrival<RunMessage>, draft: RunDraft): Promise<Arrival<RunMessage>> {
  const { engine, remainingMs } = arrival;
  await arrival.beforeNextStep();
  const next = stepOf(arrival, draft);
  const { message } = next.facts;
  const { wholeMs } = arrival.facts.time;
  const neededMs = timeNeeded(engine.tasks.get(message.sig.task), message);
  const time = { leftMs: remainingMs(), wholeMs, neededMs, leastMs: LEAST_NEEDED_MS };
  const orders = await ordersNow(engine, message, arrival.orders);
  return { ...next, orders, facts: { ...next.facts, revoked: orders.revoked, time } };
}

/**
 * Returns what stands at a step that an earlier delivery may have run. Where steps are not run inline it is not read: the
 * receiver of the step reads it.
 */
async function lookAt({ engine, facts: { message } }: Arrival<RunMessage>): Promise<Standing | undefined> {
  if (!isWanted(message, engine.tasks.get(message.sig.task))) return undefined;
  return engine.outcomes.read({ address: addressOf(message.id) });
}

/** Sends the message that follows. */
async function handOver({ context, draft }: OneLeft, mid?: string): Promise<void> {
  // @defect handed-over-under-its-nonce
  const routed = await routeOne(context, mid === undefined ? draft : { ...draft, mid });
  if (routed !== undefined) await send({ context }, routed);
}

function send({ context }: Pick<OneLeft, 'context'>, routed: Routed): Promise<void> {
  return dispatch(context.engine, context.outbox, [routed]);
}
