import type { SignatureData, TaskData } from '../core/canvas/signature.ts';
import { InvalidOptions, NotRegistered } from '../core/errors/caller.ts';
import { placeProblem } from '../core/protocol/places.ts';
import { elementsOf, inlineItems } from '../core/protocol/plan.ts';
import type { Plan, PlanOptions, TaskPlan } from '../core/protocol/plan.ts';
import { MOST_STAMPS, SENT_STAMPS } from '../core/protocol/stamps.ts';
import { checkArguments } from '../core/task/parameters.ts';
import { rateInterval } from '../core/task/rate.ts';
import { nearest } from '../core/text/did-you-mean.ts';
import { checkLimits } from '../core/values/option-checks.ts';
import type { Engine, RegisteredTask } from '../engine/engine.ts';
import { validate } from '../engine/task/run-task.ts';

/**
 * Checks a canvas before any part of it is sent. Each task must have a function that runs it. The arguments of tasks
 * known here must fit, and pass their schemas as far as they are given.
 *
 * @param plan the plan of the canvas: it has the queue of each task, and its making has checked the depth.
 * @throws NotRegistered for a task that no function runs, InvalidArguments for arguments that do not fit,
 * InvalidOptions for time limits that do not fit.
 */
export async function checkCanvas(engine: Engine, data: SignatureData, plan: Plan): Promise<void> {
  checkPlan(engine, plan);
  const complete: Complete[] = [];
  check({ engine, complete }, data, 0);
  for (const { task, args } of complete) await validate(task, args);
}

/**
 * Checks the arguments of a canvas, as far as its tasks are known here: what can be checked without a cloud.
 *
 * @throws InvalidArguments for arguments that do not fit.
 */
export function checkArgumentsIn(engine: Engine, data: SignatureData): void {
  check({ engine, complete: [] }, data, 0);
}

/**
 * Checks the plan that a canvas is sent as. Each of its tasks must go to a queue that a function works on. The task's
 * soft time limit must be below its hard one, which may be the task's own.
 *
 * @throws NotRegistered for a task that no function runs, InvalidOptions for limits that do not fit,
 * and for a concurrency key without one.
 */
export function checkPlan(engine: Engine, plan: Plan, checked: Set<object> = new Set()): void {
  for (const link of plan.links ?? []) checkPlan(engine, link.plan, checked);
  if ('task' in plan) {
    checkLabels(plan.task, plan.options, checked);
    const known = engine.tasks.get(plan.task);
    const { softTimeLimit, timeLimit = known?.options.timeLimit } = plan.options ?? {};
    checkLimits(softTimeLimit, timeLimit);
    const problem = known && placeProblem(plan, known);
    if (problem !== undefined) throw problem;
    mustBeKnown(engine, plan.task, plan.options?.queue);
    return checkPriority(engine, plan);
  }
  for (const item of inlineItems(elementsOf(plan))) checkPlan(engine, item, checked);
}

// --- internal ---

/** The most that the headers and stamps of one task may weigh, in characters of JSON: every message carries them. */
const MAX_HEADERS_CHARACTERS = 32_768;

/** Members of a group share the headers of its call: they are measured once. */
function checkLabels(task: string, { headers, stamps }: PlanOptions = {}, checked: Set<object>): void {
  const isNew = headers !== undefined && !checked.has(headers);
  if (!isNew && stamps === undefined) return;
  if (headers !== undefined) checked.add(headers);
  const length = lengthOf(headers) + lengthOf(stamps);
  if (length > MAX_HEADERS_CHARACTERS) {
    const what = stamps === undefined ? 'headers' : 'headers and stamps';
    throw new InvalidOptions(
      `Cannot send ${task}: its ${what} have ${length} characters, and ${MAX_HEADERS_CHARACTERS} is the most. Pass large values as arguments.`,
    );
  }
  if (stamps === undefined || SENT_STAMPS.is(stamps)) return;
  throw new InvalidOptions(
    `Cannot send ${task}: its stamps and those of the canvases around it have more than ${MOST_STAMPS} values, which is the most. Stamp it with fewer.`,
  );
}

function lengthOf(record: object | undefined): number {
  return record === undefined ? 0 : JSON.stringify(record).length;
}

/** A task whose arguments are all known. */
interface Complete {
  readonly task: RegisteredTask;
  readonly args: readonly unknown[];
}

/** The findings of a check: the tasks whose input their schemas can check here. */
interface Check {
  readonly engine: Engine;
  readonly complete: Complete[];
}

/** Names that an error lists. */
const LISTED = 30;

/** @param given how many arguments will still be prepended: 1 behind a step, 0 at the start. */
function check(to: Check, data: SignatureData, given: number): void {
  let current = data;
  let before = given;
  // A chord whose body is a chord is not deeper because of that.
  for (; current.kind === 'chord'; current = current.body, before = 1) {
    checkCallbacks(to, current);
    for (const member of current.header) check(to, member, before);
  }
  checkCallbacks(to, current);
  if (current.kind === 'task') return checkTask(to, current, before);
  if (current.kind === 'chain') current.steps.forEach((step, index) => check(to, step, index === 0 ? before : 1));
  if (current.kind === 'group') current.members.forEach((member) => check(to, member, before));
}

function checkCallbacks(to: Check, { options: { link = [], linkError = [] } }: SignatureData): void {
  for (const callback of [...link, ...linkError]) check(to, callback, 1);
}

function checkTask({ engine, complete }: Check, data: TaskData, given: number): void {
  const { task, args, kwargs, immutable, untyped: isUntyped = false } = data;
  const known = engine.tasks.get(task);
  if (known === undefined) return;
  rateInterval(known.options.rateLimit, task);
  const before = immutable ? 0 : given;
  // The result of the step before is not known yet; it is known that there is one.
  const all = [...Array.from({ length: before }, () => 'the result of the step before'), ...args];
  checkArguments({ task, parameters: known.parameters, args: all, kwargs, isUntyped });
  if (before === 0 && known.options.input !== undefined) complete.push({ task: known, args });
}

/** Refuses a high priority by name where there is no queue for it. Numbers are Celery's, of messages for other brokers too. */
function checkPriority(
  engine: Engine,
  { task, options: { priority, queue = engine.queueOf(task) } = {} }: TaskPlan,
): void {
  if (priority !== 'high' || queue === undefined || engine.highQueueOf(queue) !== undefined) return;
  throw new InvalidOptions(
    `Cannot send ${task} with the priority high: there is no queue for it beside ${queue}. Make its app with highPriority: true, or one of the tasks of its function with priority: 'high', and deploy it.`,
  );
}

function mustBeKnown(engine: Engine, task: string, queue: string | undefined): void {
  const goesTo = queue ?? engine.queueOf(task);
  if (goesTo !== undefined) {
    if (engine.hasQueue(goesTo)) return;
    throw new NotRegistered(
      `Cannot send ${task} to the queue ${goesTo}: no function has a queue of that name. A queue has the name of a file in handlers/.`,
      { task, known: engine.taskNames() },
    );
  }
  // A task that is registered here but that no function runs is not proposed.
  const known = engine.taskNames().filter((name) => engine.queueOf(name) !== undefined);
  throw new NotRegistered(`Cannot send ${task}: no function runs a task of that name. ${knownTasks(task, known)}`, {
    task,
    known,
  });
}

function knownTasks(task: string, known: readonly string[]): string {
  if (known.length === 0)
    return 'No task is known here. Set the variables of .chordal/dev.env, which `chordal dev` writes, or the outputs of the deployed stack, CHORDAL_ROUTES too.';
  const meant = nearest(task, known);
  const more = known.length > LISTED ? ` and ${known.length - LISTED} more` : '';
  const list = `Known tasks: ${known.slice(0, LISTED).join(', ')}${more}.`;
  return meant === undefined ? list : `Did you mean ${meant}? ${list}`;
}
