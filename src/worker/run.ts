import { planOf } from '../core/canvas/normalise.ts';
import type { SignatureData } from '../core/canvas/signature.ts';
import { isChordalError, TooDeep } from '../core/errors/caller.ts';
import { isRefusal } from '../core/errors/refusal.ts';
import { TimeLimitExceeded } from '../core/errors/task.ts';
import { addressOf } from '../core/protocol/address.ts';
import { withOwn } from '../core/protocol/baggage.ts';
import type { Baggage } from '../core/protocol/baggage.ts';
import { lastStart, outlives, QUEUED_DAYS, replacementOutlives } from '../core/protocol/lifetime.ts';
import { revokedBecause } from '../core/protocol/outcome.ts';
import type { Result, Rerun } from '../core/protocol/outcome.ts';
import type { Plan } from '../core/protocol/plan.ts';
import type { Attempt } from '../core/types/events.ts';
import { compact, mapRecord, unlessEmpty } from '../core/values/compact.ts';
import { toFailure } from '../core/values/failure-record.ts';
import { copyJson } from '../core/values/json.ts';
import type { Json } from '../core/values/json.ts';
import { fromJson } from '../core/values/serializer.ts';
import type { RegisteredTask } from '../engine/engine.ts';
import { loadArguments } from '../engine/inputs.ts';
import { requestOf } from '../engine/task/context.ts';
import { runTask } from '../engine/task/run-task.ts';
import type { RunLimits, RunResult } from '../engine/task/run-task.ts';
import { callOf } from '../engine/task/task-call.ts';
import type { TaskCall } from '../engine/task/task-call.ts';
import { failureOf, keep } from './commit.ts';
import type { TaskDelivery } from './commit.ts';
import { observed } from './observe.ts';
import { patiently } from './patience.ts';
import { tellStarted } from './progress.ts';
import { watchRevocation } from './revocations.ts';

/** The arguments of a run, read and decoded. */
export type Given = Pick<TaskCall, 'args' | 'kwargs' | 'headers' | 'stamps' | 'members'>;

/**
 * Reads all that a run needs, before it begins or claims: a refusal of the cloud is then not a failure of the task.
 * Returns the failure where the arguments are lost or are not values.
 */
export async function prepareRun(delivery: TaskDelivery, task: RegisteredTask): Promise<Given | Result> {
  try {
    const given = await argumentsOf(delivery);
    await tellStarted(delivery, task);
    return given;
  } catch (error) {
    if (!isChordalError(error) || isRefusal(error)) throw error;
    return failureOf(delivery, error);
  }
}

/** Runs a message's task once and returns its decision, with every value kept that the decision names. */
export async function runToDecision(
  delivery: TaskDelivery,
  task: RegisteredTask,
  { given, limits, isAgain }: { readonly given: Given; readonly limits: RunLimits; readonly isAgain: boolean },
): Promise<Result | Rerun | 'cutShort'> {
  const { engine, message } = delivery;
  const revoked = new AbortController();
  const done = new AbortController();
  const watching = watchRevocation(engine, message, revoked, done.signal);
  engine.meter?.count('runs', task.name);
  let result: RunResult;
  try {
    const call = callOf(message, { ...given, isAgain });
    delivery.seen.request = requestOf(call);
    delivery.seen.carried = call.carried;
    result = await observed(delivery, () => runTask(engine, task, call, { ...limits, revoked: revoked.signal }));
  } finally {
    done.abort('ended');
    await watching;
  }
  // The task was told to stop, and did not do its work.
  if (revoked.signal.aborted && (result.kind === 'failure' || result.kind === 'retry'))
    return revokedBecause('revoked', task.name);
  if (result.kind === 'failure' || result.kind === 'retry') {
    delivery.seen.record = result.record;
    delivery.seen.thrown = result.thrown;
  }
  if (result.kind === 'ignored') delivery.seen.record = result.record;
  return result.kind === 'cutShort' ? result.kind : toDecision(delivery, task, result);
}

/** Returns the outcome of a task that has come to a value. The value is kept. */
export async function succeeded(
  delivery: TaskDelivery,
  { options }: RegisteredTask,
  json: Json,
): Promise<Result & { readonly state: 'SUCCESS' }> {
  const { engine, message } = delivery;
  const isIgnored = message.sig.options?.ignoreResult ?? options.ignoreResult ?? false;
  const lifetime = options.resultExpires ?? engine.settings.resultExpires;
  return {
    state: 'SUCCESS',
    value: await keep(delivery, json),
    expiresAt: Math.ceil(Math.max(engine.clock.now() + lifetime * 1000, message.keep ?? 0) / 1000),
    ...(isIgnored ? { ignored: true } : {}),
  };
}

// --- internal ---

async function argumentsOf({ engine, message }: TaskDelivery): Promise<Given> {
  const { sig, in: input } = message;
  const members: Attempt[] = [];
  const { args, kwargs } = await loadArguments(engine, sig, input, (decided) => members.push(...decided));
  return {
    members: unlessEmpty(members),
    args: args.map((arg, index) => fromJson(arg, `argument ${index + 1} of ${sig.task}`)),
    kwargs: mapRecord(kwargs, (value, key) => fromJson(value, `keyword argument ${key} of ${sig.task}`)),
    ...readLabels(withOwn(message, sig.options), sig.task),
  };
}

/** Reads the headers and stamps. They are the run's own, as its arguments are: changes to them do not reach a retry. */
function readLabels({ headers = {}, stamps = {} }: Baggage, task: string): Pick<TaskCall, 'headers' | 'stamps'> {
  return { headers: readRecord(headers, 'header', task), stamps: readRecord(stamps, 'stamp', task) };
}

function readRecord(record: Readonly<Record<string, Json>>, what: string, task: string): TaskCall['headers'] {
  return mapRecord(record, (value, key) => fromJson(copyJson(value), `${what} ${key} of ${task}`));
}

/** Returns the plan of a replacement, or of an addition to the chord, with the task's own labels. */
function planLabelled({ engine, message: { sig } }: TaskDelivery, data: SignatureData): Plan {
  const { headers, stamps, tenant } = sig.options ?? {};
  const own = readLabels(compact({ headers, stamps }), sig.task);
  const labels = compact({ headers: headers && own.headers, stamps: stamps && own.stamps, tenant });
  return planOf(data, { labels, calledAt: engine.clock.now() });
}

async function toDecision(
  delivery: TaskDelivery,
  task: RegisteredTask,
  result: Exclude<RunResult, { readonly kind: 'cutShort' }>,
): Promise<Result | Rerun> {
  switch (result.kind) {
    case 'success':
      return success(delivery, task, result);
    case 'failure':
      return failureOf(delivery, result.record);
    case 'ignored':
      return revokedBecause('ignored', task.name);
    case 'retry': {
      // @defect retries-end-before-items-do
      if (outlives(delivery.message, result.notBefore))
        return failureOf(delivery, tooFarAhead('retry', delivery.message, result.notBefore));
      const error =
        result.record === undefined ? {} : { error: await keep(delivery, { ...result.record, task: task.name }) };
      // Its parts are JSON.
      const { given } = result;
      const again = given === undefined ? {} : { given: await keep(delivery, given as unknown as Json, 'given') };
      return { kind: 'retry', notBefore: result.notBefore, ...error, ...again };
    }
    case 'replace':
      return replacement(delivery, () => planLabelled(delivery, result.data));
  }
}

function tooFarAhead(
  verb: 'retry' | 'replace',
  { id, until }: TaskDelivery['message'],
  start: number,
): TimeLimitExceeded {
  const [at, end] = [start, until].map((time) => new Date(time).toISOString());
  return new TimeLimitExceeded(
    `Cannot ${verb} ${id} at ${at}: the items of its canvas are kept until ${end}, and it must start ${QUEUED_DAYS} days before. Let it start sooner, or start a workflow of its own.`,
  );
}

async function success(
  delivery: TaskDelivery,
  task: RegisteredTask,
  result: RunResult & { kind: 'success' },
): Promise<Result | Rerun> {
  const { json, children, added } = result;
  if (added.length > 0) {
    const own = await keep(delivery, json, 'own');
    return replacement(delivery, () => ({ par: added.map((data) => planLabelled(delivery, data)), own }));
  }
  const outcome = await succeeded(delivery, task, json);
  return children.length === 0 ? outcome : { ...outcome, children: await keepChildren(delivery, children) };
}

/** Ids that an outcome holds itself: ten thousand would not fit into an item. */
const INLINE_CHILDREN = 20;

async function keepChildren(
  delivery: TaskDelivery,
  children: readonly string[],
): Promise<NonNullable<Result['children']>> {
  if (children.length <= INLINE_CHILDREN) return children;
  const { engine, message, origin } = delivery;
  const { by, until } = origin;
  const address = addressOf(message.id);
  const text = JSON.stringify(children);
  // The delivery's own key is its result's.
  const params = { address, token: `${by.token}children`, text, until };
  return { ref: await patiently(delivery, () => engine.payloads.putValue(params)) };
}

/** A replacement is committed as it was built: a second run may build another one. */
async function replacement(delivery: TaskDelivery, build: () => Plan): Promise<Result | Rerun> {
  const { engine, message } = delivery;
  if (message.depth >= engine.settings.maxDepth) {
    const text = `Cannot replace ${message.id} once more: ${message.depth} launches and replacements led to it, which is the most`;
    return failureOf(delivery, new TooDeep(text));
  }
  let plan: Plan;
  try {
    plan = build();
  } catch (error) {
    return failureOf(delivery, toFailure(error));
  }
  const start = lastStart(plan, engine.clock.now());
  if (replacementOutlives(message, start)) return failureOf(delivery, tooFarAhead('replace', message, start));
  // A plan is JSON in all its parts.
  return { kind: 'replace', plan: await keep(delivery, plan as unknown as Json) };
}
