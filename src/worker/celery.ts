import { answerIn } from '../core/celery/external.ts';
import { groupsOf, placed } from '../core/celery/place.ts';
import { chordError, resultMeta } from '../core/celery/result-meta.ts';
import { failingIds, stepsOf } from '../core/celery/signatures.ts';
import { readCelery } from '../core/celery/wire.ts';
import type { CeleryMessage } from '../core/celery/wire.ts';
import { SerializationError } from '../core/errors/caller.ts';
import { isRefusal } from '../core/errors/refusal.ts';
import { isJoinFrame } from '../core/protocol/frames.ts';
import { keptFor, lastStart } from '../core/protocol/lifetime.ts';
import { MOST_ITEM_BYTES } from '../core/protocol/limits.ts';
import type { ChainFrame, Draft, Frame, Message, RunMessage } from '../core/protocol/message.ts';
import { newCanvas } from '../core/protocol/new-message.ts';
import type { Origin } from '../core/protocol/origin.ts';
import type { Outcome, Rerun } from '../core/protocol/outcome.ts';
import { isStoredItems } from '../core/protocol/plan.ts';
import type { Plan } from '../core/protocol/plan.ts';
import { startPlan } from '../core/protocol/start.ts';
import { reasonOf } from '../core/text/describe.ts';
import { allEnded } from '../core/values/all-ended.ts';
import { compact } from '../core/values/compact.ts';
import { toFailure } from '../core/values/failure-record.ts';
import type { Json } from '../core/values/json.ts';
import { loadPlans } from '../engine/blocks.ts';
import type { Engine } from '../engine/engine.ts';
import { loadValue } from '../engine/inputs.ts';
import { bytesOf } from '../engine/item-size.ts';
import type { Delivery } from '../ports/broker.ts';

/**
 * Returns a message of a Celery application as one of this engine; undefined if it is none. A second receive gives the
 * same message again. Its chord is joined here: the message takes its member's place in a group of this engine.
 *
 * @throws InvalidMessage, InvalidCanvas, InvalidOptions if it cannot be run. Its waiting callers in Celery get the error.
 * @throws ServiceUnavailable, ConfigurationError if the cloud refuses.
 */
export async function importCelery(engine: Engine, delivery: Delivery): Promise<Message | undefined> {
  const read = readCelery(delivery.body);
  if (read === undefined) return undefined;
  if ('refused' in read) {
    await failAll(engine, read.id === undefined ? [] : [read.id], read.refused);
    throw read.refused;
  }
  const answer = answerIn(read);
  if (answer !== undefined) return answer;
  sayUnused(engine, read);
  const steps = stepsOf(read);
  try {
    const groups = await savedGroups(engine, groupsOf(steps));
    const now = delivery.sentAt ?? engine.clock.now();
    const { at, plan, frames, blocks } = placed(steps, groups);
    const until = keptFor(lastStart(plan, now));
    await engine.payloads.putBlocks({ blocks, until });
    const origin = originOf(engine, read, { mid: delivery.messageId, until });
    const start = { at, plan, input: undefined, frames };
    const effects = startPlan(origin, start);
    const [only] = effects;
    const isOne = only?.kind === 'send' && effects.length === 1;
    // A first step that is kept in a block is sent by the worker that loads it.
    const draft: Draft = isOne ? only.message : newCanvas(origin, start);
    return { ...draft, mid: delivery.messageId };
  } catch (error) {
    if (isRefusal(error)) throw error;
    await failAll(engine, failingIds(steps), error);
    throw error;
  }
}

/** Tells a Celery application how an attempt of its task has ended. The steps and chords that wait for a task get its failure, too. */
export async function report(engine: Engine, message: RunMessage, decided: Outcome | Rerun): Promise<void> {
  const { celeryId, ignoreResult } = message.sig.options ?? {};
  const taskId = ignoreResult === true ? undefined : celeryId;
  if (!('kind' in decided)) return reportOutcome(engine, message, { decided, taskId });
  if (decided.kind === 'retry' && taskId !== undefined)
    await keep(engine, { taskId, rank: 2 * message.try, state: 'RETRY', value: null });
}

/** Tells a Celery application the values of the group that has replaced its task. */
export async function reportSettled(engine: Engine, taskId: string, outcome: Outcome | undefined): Promise<void> {
  if (outcome?.state !== 'SUCCESS') return;
  await keep(engine, { taskId, rank: FINAL, ...(await readable(engine, outcome)) });
}

/** Tells a Celery application that a plan has failed before it could be sent. */
export async function reportUnsendable(engine: Engine, draft: Draft, error: Error): Promise<void> {
  if (engine.celery === undefined || draft.kind === 'revoke') return;
  const { sig, frames } = draft;
  const waiting = [...(await stepsBehind(engine, frames)), ...(await bodiesBehind(engine, frames))];
  await failAll(engine, [...idsOf(sig), ...waiting], error);
}

// --- internal ---

/** The options that each log has been told of. */
const named = new WeakMap<Engine['log'], Set<string>>();

/** Logs each option of Celery that has no effect, once in a sandbox. */
function sayUnused({ log }: Engine, { unused, headers: { task } }: CeleryMessage): void {
  const known = named.get(log) ?? new Set();
  named.set(log, known);
  for (const option of unused.filter((one) => !known.has(one))) {
    known.add(option);
    log.warn(`A Celery application sets the option ${option}, which has no effect here`, { task });
  }
}

async function reportOutcome(
  engine: Engine,
  { id, try: attempt, frames }: RunMessage,
  { decided, taskId }: { readonly decided: Outcome; readonly taskId: string | undefined },
): Promise<void> {
  const { state } = decided;
  const hasFailed = state !== 'SUCCESS';
  const steps = hasFailed ? await stepsBehind(engine, frames) : [];
  const bodies = hasFailed ? await bodiesBehind(engine, frames) : [];
  if (taskId === undefined && steps.length + bodies.length === 0) return;
  const told = await readable(engine, { state, value: decided.value });
  const { value } = told;
  if (taskId !== undefined)
    await keep(engine, { taskId, rank: 2 * attempt + 1, ...told, children: idsOf(nextOf(frames)) });
  await allEnded(steps.map((step) => keep(engine, { taskId: step, rank: FINAL, ...told })));
  await failBodies(engine, bodies, chordError(taskId ?? id, value));
}

/** Returns an outcome in the form that Celery gets. A lost value is a failure there: its readers would wait for ever. */
async function readable(
  engine: Engine,
  { state, value }: Pick<Outcome, 'state' | 'value'>,
): Promise<Pick<Kept, 'state' | 'value'>> {
  try {
    return { state, value: await loadValue(engine, value) };
  } catch (error) {
    if (isRefusal(error)) throw error;
    return { state: 'FAILURE', value: toFailure(error) };
  }
}

interface Kept {
  readonly taskId: string;
  readonly rank: number;
  readonly state: Outcome['state'] | 'RETRY';
  readonly value: Json;
  readonly children?: readonly string[];
}

/** Keeps a result. One that is too large for an item is a failure there: its readers would wait for ever. */
async function keep({ celery, clock }: Engine, { rank, state, value, ...given }: Kept): Promise<void> {
  const { taskId } = given;
  const facts = { ...given, now: clock.now() };
  const meta = resultMeta(state, value, facts);
  const bytes = bytesOf(JSON.stringify(meta));
  const fitting = bytes <= MOST_ITEM_BYTES ? meta : resultMeta('FAILURE', toFailure(tooLarge(taskId, bytes)), facts);
  await celery?.keep({ taskId, rank, meta: fitting });
}

function tooLarge(taskId: string, bytes: number): SerializationError {
  return new SerializationError(
    `Cannot keep the result of ${taskId} for Celery: it takes ${bytes} bytes, and the most is ${MOST_ITEM_BYTES}. Return the place where the value is kept, or set ignore_result.`,
    { path: 'value' },
  );
}

/** The rank of a final result, above that of every attempt. */
const FINAL = Number.MAX_SAFE_INTEGER;

async function savedGroups(
  { celery }: Engine,
  groups: readonly string[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const saved = new Map<string, readonly string[]>();
  for (const group of groups) {
    const members = await celery?.membersOf({ group });
    if (members !== undefined) saved.set(group, members);
  }
  return saved;
}

function originOf(
  { nonces, clock, fanOut }: Engine,
  { id, headers }: CeleryMessage,
  { mid, until }: { readonly mid: string; readonly until: number },
): Origin {
  const { root_id: root, parent_id: parent } = headers;
  const lineage = compact({
    root: typeof root === 'string' && root !== id ? root : undefined,
    sender: typeof parent === 'string' ? parent : undefined,
  });
  const by = { mid, token: nonces.token() };
  return { by, again: false, now: clock.now(), depth: 0, until, ...fanOut, ...lineage };
}

async function failAll(engine: Engine, ids: readonly string[], error: unknown): Promise<void> {
  await failBodies(engine, ids, toFailure(error));
}

async function failBodies(engine: Engine, ids: readonly string[], value: Json): Promise<void> {
  await allEnded(ids.map((taskId) => keep(engine, { taskId, rank: FINAL, state: 'FAILURE', value })));
}

/** Returns the ids of the steps behind a message in its chain: they fail as it does, and none of them ever reports. */
async function stepsBehind(engine: Engine, frames: readonly Frame[]): Promise<readonly string[]> {
  const ids: string[] = [];
  for (const frame of frames) {
    if (isJoinFrame(frame)) break;
    ids.push(...(await idsOfSteps(engine, frame)));
  }
  return ids;
}

/**
 * Returns the ids of the bodies that wait for a member: they fail with it, and no message of theirs will ever report.
 * A group that collects takes the failure.
 */
async function bodiesBehind(engine: Engine, frames: readonly Frame[]): Promise<readonly string[]> {
  const ids: string[] = [];
  for (const [index, frame] of frames.entries()) {
    if (!isJoinFrame(frame)) continue;
    if (frame.collect === true) break;
    if (frame.celeryId !== undefined) ids.push(frame.celeryId);
    const next = frames[index + 1];
    if (next === undefined || isJoinFrame(next)) continue;
    ids.push(...(await idsOfSteps(engine, next)));
  }
  return ids;
}

/**
 * Returns the ids of Celery in the steps of a chain that are left. A lost block has none: the report goes on without them, because the
 * message would only come back and find no block again.
 */
async function idsOfSteps({ payloads, log }: Engine, { steps, i }: ChainFrame): Promise<readonly string[]> {
  // Those in blocks are all of it; those in a frame are the rest.
  if (!isStoredItems(steps)) return steps.flatMap(idsOf);
  try {
    return (await loadPlans(payloads, { items: steps, lo: i, hi: steps.n })).flatMap(idsOf);
  } catch (error) {
    if (isRefusal(error)) throw error;
    log.error('Cannot tell Celery of the steps behind a failure: they cannot be read', { reason: reasonOf(error) });
    return [];
  }
}

function nextOf([frame]: readonly Frame[]): Plan | undefined {
  return frame === undefined || isJoinFrame(frame) || isStoredItems(frame.steps) ? undefined : frame.steps[0];
}

/** Returns the ids of Celery in a plan that is at hand. */
function idsOf(plan: Plan | undefined): readonly string[] {
  if (plan === undefined) return [];
  if ('task' in plan) return plan.options?.celeryId === undefined ? [] : [plan.options.celeryId];
  const items = 'seq' in plan ? plan.seq : plan.par;
  return isStoredItems(items) ? [] : items.flatMap(idsOf);
}
