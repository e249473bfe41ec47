import { planOf } from '../core/canvas/normalise.ts';
import type { CallBaggage } from '../core/canvas/normalise.ts';
import type { SignatureData } from '../core/canvas/signature.ts';
import { NotRegistered } from '../core/errors/caller.ts';
import { ToleranceExceeded } from '../core/errors/task.ts';
import { onceForAll } from '../core/protocol/continue.ts';
import { inlineItems } from '../core/protocol/plan.ts';
import type { Link, ParallelPlan, Plan, SequencePlan, TaskPlan } from '../core/protocol/plan.ts';
import { compact } from '../core/values/compact.ts';
import { toFailure } from '../core/values/failure-record.ts';
import type { Json } from '../core/values/json.ts';
import type { Engine } from '../engine/engine.ts';
import { currentRun, makeRun, ReplacementRequest, within } from '../engine/task/context.ts';
import type { CurrentRun } from '../engine/task/context.ts';
import { callFunction } from '../engine/task/run-task.ts';
import { batchOf, directCall } from '../engine/task/task-call.ts';
import type { TaskCall } from '../engine/task/task-call.ts';

/**
 * Runs a signature or canvas in this process, with the values and in the order of workers: no message, no queue, no
 * retry. It rejects with the error that the task threw.
 */
export async function runHere(engine: Engine, canvas: SignatureData): Promise<unknown> {
  const ended = await run(engine, planHere(engine, canvas), { input: [], links: [], ofGroup: [] });
  if (ended.ok) return ended.value;
  throw ended.thrown;
}

// --- internal ---

/** How a plan ended. */
type Ended =
  | {
      readonly ok: true;
      readonly value: unknown;
      /** How the members ended of a group whose values join those of the group around it. */
      readonly members?: readonly Ended[];
    }
  | { readonly ok: false; readonly thrown: unknown; readonly report: ErrorReport };

/** The argument of error callbacks: the call of the task, and its error. */
interface ErrorReport {
  readonly task: string;
  readonly errorType: string;
  readonly message: string;
  readonly args: readonly unknown[];
  readonly kwargs: Readonly<Record<string, unknown>>;
}

/** Where a plan stands: what its position, its input and its innermost frame are on a worker. */
interface Place {
  /** The value of the step before, if there is one. */
  readonly input: readonly unknown[];
  /** The callbacks of the chain whose last step it is. */
  readonly links: readonly Link[];
  /** The callbacks of the group whose member it is, for each member that fails. */
  readonly ofGroup: readonly Link[];
}

/** Returns the plan with its values as they are: one that is not sent needs no JSON. */
function planHere(engine: Engine, canvas: SignatureData, labels: CallBaggage = {}): Plan {
  // Only this module reads them, as values.
  return planOf(canvas, { labels, calledAt: engine.clock.now(), encode: (value) => value as Json });
}

/** Runs a plan, then its callbacks. Never rejects. */
async function run(engine: Engine, plan: Plan, around: Place): Promise<Ended> {
  const place = { ...around, links: [...around.links, ...(plan.links ?? [])] };
  if ('task' in plan) return runTaskHere(engine, plan, place);
  return 'seq' in plan ? runSteps(engine, plan, place) : runMembers(engine, plan, place);
}

async function runSteps(engine: Engine, { seq }: SequencePlan, { input, links, ofGroup }: Place): Promise<Ended> {
  const steps = inlineItems(seq);
  let given = input;
  for (const step of steps.slice(0, -1)) {
    const ended = await run(engine, step, { input: given, links: [], ofGroup: [] });
    if (!ended.ok) return tellOfFailure(engine, ended, [...links.filter(isOfFailure), ...ofGroup]);
    given = [ended.value];
  }
  const last = steps.at(-1);
  // It stands where the chain stands. An empty chain has nothing to run, nor to tell.
  return last === undefined ? { ok: true, value: undefined } : run(engine, last, { input: given, links, ofGroup });
}

async function runMembers(engine: Engine, plan: ParallelPlan, { input, links, ofGroup }: Place): Promise<Ended> {
  const member = { input, links: [], ofGroup: links.filter(({ on }) => on === 'failure') };
  // It fails only when all have ended, so that nothing still runs after the caller has its answer.
  const all = await Promise.all(inlineItems(plan.par).map((one) => run(engine, one, member)));
  const failed = all.find((one) => !one.ok);
  const ofFailure = [...links.filter(({ on }) => on === 'failureOnce'), ...ofGroup];
  if (failed !== undefined && plan.collect === undefined) return tellOfFailure(engine, failed, ofFailure);
  const members = all.flatMap((one) => (one.ok && one.members) || [one]);
  const failures = members.filter(({ ok }) => !ok).length;
  if (failures > (plan.tolerate ?? Infinity)) return tellOfFailure(engine, tooMany(plan, members.length), ofFailure);
  const values = members.map((one) => (one.ok ? one.value : undefined));
  if (failures === 0) await tellOfSuccess(engine, links, values);
  const value = plan.collect === undefined ? values : members.map(outcomeOf);
  return { ok: true, value, ...(plan.splice === undefined ? {} : { members }) };
}

function tooMany({ tolerate = 0 }: ParallelPlan, members: number): Ended & { ok: false } {
  const thrown = new ToleranceExceeded(
    `Cannot go on behind a group: more than ${tolerate} of its ${members} members have failed, and ${tolerate} is the most that it tolerates.`,
  );
  const { errorType, message } = toFailure(thrown);
  return { ok: false, thrown, report: { task: '', errorType, message, args: [], kwargs: {} } };
}

/** Returns how a member ended, as the body of a chord that collects sees it. */
function outcomeOf(ended: Ended, index: number): object {
  if (ended.ok) return { ok: true, value: ended.value };
  const { errorType, message, task } = ended.report;
  return { ok: false, error: { errorType, message, failedTask: task, failedTaskId: '', index } };
}

async function runTaskHere(engine: Engine, plan: TaskPlan, { input, links, ofGroup }: Place): Promise<Ended> {
  const { task, kwargs = {}, options: { headers, stamps } = {} } = plan;
  const args = [...(plan.immutable === undefined ? input : []), ...(plan.args ?? [])];
  try {
    const value = await callTask(engine, plan, args);
    if (value instanceof ReplacementRequest) {
      const replacement = planHere(engine, value.replacement.data, compact({ headers, stamps }));
      return await run(engine, replacement, { input: [], links: links.map(onceForAll), ofGroup });
    }
    await tellOfSuccess(engine, links, value);
    return { ok: true, value };
  } catch (thrown) {
    const { errorType, message } = toFailure(thrown);
    const failed = { ok: false, thrown, report: { task, errorType, message, args, kwargs } } as const;
    return tellOfFailure(engine, failed, [...links.filter(isOfFailure), ...ofGroup]);
  }
}

/** Calls the function of a task. Returns its value, or the request to be replaced. */
async function callTask(engine: Engine, plan: TaskPlan, args: readonly unknown[]): Promise<unknown> {
  const task = engine.tasks.get(plan.task);
  if (task === undefined) {
    const known = [...engine.tasks.keys()];
    throw new NotRegistered(
      `Cannot run ${plan.task} here: its code is not in this program. Known tasks: ${known.join(', ')}.`,
      { task: plan.task, known },
    );
  }
  const { kwargs = {}, untyped, options: { headers = {}, stamps = {} } = {} } = plan;
  const around = currentRun();
  const from = around === undefined ? {} : callFrom(around);
  const more = { batch: batchOf(plan), isUntyped: untyped === true, headers, stamps, ...from };
  const call = directCall(engine.nonces.uuid(engine.clock.now()), args, kwargs, more);
  const run = makeRun(engine, task, call, around?.context.signal ?? new AbortController().signal, around);
  // As Celery's `raise self.replace(…)`, a replacement may be thrown.
  return within(run, () => callFunction(engine, task, run)).catch((thrown: unknown) => {
    if (thrown instanceof ReplacementRequest) return thrown;
    throw thrown;
  });
}

async function tellOfSuccess(engine: Engine, links: readonly Link[], value: unknown): Promise<void> {
  await tell(
    engine,
    links.filter(({ on }) => on === 'success'),
    value,
  );
}

async function tellOfFailure<E extends Ended & { ok: false }>(
  engine: Engine,
  failed: E,
  links: readonly Link[],
): Promise<E> {
  await tell(engine, links, { taskId: '', failedTaskId: '', rootId: '', ...failed.report });
  return failed;
}

/** Runs callbacks, each with the same argument. Their ends are not part of any result. */
async function tell(engine: Engine, links: readonly Link[], value: unknown): Promise<void> {
  for (const { plan } of links) await run(engine, plan, { input: [value], links: [], ofGroup: [] });
}

function isOfFailure({ on }: Link): boolean {
  return on !== 'success';
}

/** A direct call inside a task that a worker runs is part of that run. */
function callFrom({ call: { rootId, id, message, isAgain } }: CurrentRun): Partial<TaskCall> {
  return { rootId, parentId: id, message, isAgain };
}
