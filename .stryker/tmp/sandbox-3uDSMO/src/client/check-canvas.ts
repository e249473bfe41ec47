import type { SignatureData, TaskData } from '../core/canvas/signature.ts';
import { NotRegistered } from '../core/errors/caller.ts';
import { isStoredItems } from '../core/protocol/plan.ts';
import type { Plan } from '../core/protocol/plan.ts';
import { checkArguments } from '../core/task/parameters.ts';
import { rateInterval } from '../core/task/rate.ts';
import { nearest } from '../core/text/did-you-mean.ts';
import { checkLimits } from '../core/values/option-checks.ts';
import type { Engine, RegisteredTask } from '../engine/engine.ts';
import { validate } from '../engine/task/run-task.ts';

/**
 * Checks a canvas before anything of it is sent: that somebody runs each task, and that the arguments of those known
 * here fit, and pass their schemas as far as they are given.
 *
 * @param plan what the canvas is to be sent as: it says which queue each task goes to, and has shown that nothing nests
 * too deep.
 * @throws NotRegistered for a task that nobody runs, InvalidArguments for arguments that do not fit, InvalidOptions for
 * time limits that do not.
 */
export async function checkCanvas(engine: Engine, data: SignatureData, plan: Plan): Promise<void> {
  checkPlan(engine, plan);
  const complete: Complete[] = [];
  check({ engine, complete }, data, 0);
  for (const { task, args } of complete) await validate(task, args);
}

/**
 * Checks what a canvas is sent as: that each task of it goes to a queue that somebody works on, and that its soft time
 * limit is below its hard one, which may be the task's own.
 *
 * @throws NotRegistered for a task that nobody runs, InvalidOptions for limits that do not fit.
 */
export function checkPlan(engine: Engine, plan: Plan): void {
  for (const link of plan.links ?? []) checkPlan(engine, link.plan);
  if ('task' in plan) {
    const { softTimeLimit, timeLimit = engine.tasks.get(plan.task)?.options.timeLimit } = plan.options ?? {};
    checkLimits(softTimeLimit, timeLimit);
    return mustBeKnown(engine, plan.task, plan.options?.queue);
  }
  const items = 'seq' in plan ? plan.seq : plan.par;
  if (!isStoredItems(items)) items.forEach((item) => checkPlan(engine, item));
}

// --- internal ---

/** A task whose arguments are all known. */
interface Complete {
  readonly task: RegisteredTask;
  readonly args: readonly unknown[];
}

/** What a check finds out: whose input its schema can judge here. */
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
  // A chord whose body is a chord is no deeper for it.
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
  // What the step before will return is not known yet; that there is one is.
  const all = [...Array.from({ length: before }, () => 'the result of the step before'), ...args];
  checkArguments({ task, parameters: known.parameters, args: all, kwargs, isUntyped });
  if (before === 0 && known.options.input !== undefined) complete.push({ task: known, args });
}

function mustBeKnown(engine: Engine, task: string, queue: string | undefined): void {
  const goesTo = queue ?? engine.queueOf(task);
  if (goesTo !== undefined) {
    if (engine.hasQueue(goesTo)) return;
    throw new NotRegistered(
      `Cannot send ${task} to the queue ${goesTo}: no function has a queue of that name; it is the name of a file in handlers/`,
      { task, known: engine.taskNames() },
    );
  }
  // A task that is registered here and that no function runs is none to propose.
  const known = engine.taskNames().filter((name) => engine.queueOf(name) !== undefined);
  throw new NotRegistered(`Cannot send ${task} as no function runs a task of that name: ${whatIsKnown(task, known)}`, {
    task,
    known,
  });
}

function whatIsKnown(task: string, known: readonly string[]): string {
  if (known.length === 0)
    return 'no task is known here; set what `chordal dev` prints, or what the deployed stack puts out, CHORDAL_ROUTES too';
  const meant = nearest(task, known);
  const more = known.length > LISTED ? ` and ${known.length - LISTED} more` : '';
  const list = `known here are ${known.slice(0, LISTED).join(', ')}${more}`;
  return meant === undefined ? list : `did you mean ${meant}? ${list}`;
}
