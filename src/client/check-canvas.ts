import { NotRegistered } from '../core/errors.ts';
import { nearest } from '../core/nearest.ts';
import { checkArguments } from '../core/parameters.ts';
import { rateInterval } from '../core/rate.ts';
import type { SignatureData, TaskData } from '../core/signature.ts';
import type { Engine } from '../worker/engine.ts';

/**
 * Checks a canvas before anything of it is sent: that somebody runs each task, and that the arguments of those known
 * here fit.
 *
 * @throws NotRegistered for a task that nobody runs, InvalidArguments for arguments that do not fit.
 */
export function checkCanvas(engine: Engine, data: SignatureData): void {
  check(engine, data, 0);
}

// --- internal ---

/** Names that an error lists. */
const LISTED = 30;

/** @param given how many arguments will still be prepended: 1 behind a step, 0 at the start. */
function check(engine: Engine, data: SignatureData, given: number): void {
  for (const callback of [...(data.options.link ?? []), ...(data.options.linkError ?? [])]) check(engine, callback, 1);
  switch (data.kind) {
    case 'task':
      return checkTask(engine, data, given);
    case 'chain':
      return data.steps.forEach((step, index) => check(engine, step, index === 0 ? given : 1));
    case 'group':
      return data.members.forEach((member) => check(engine, member, given));
    case 'chord':
      data.header.forEach((member) => check(engine, member, given));
      return check(engine, data.body, 1);
    case 'map':
    case 'starmap':
    case 'chunks':
      return mustBeKnown(engine, data.task.task, data.options.queue ?? data.task.options.queue);
  }
}

function checkTask(engine: Engine, { task, args, kwargs, immutable, options }: TaskData, given: number): void {
  mustBeKnown(engine, task, options.queue);
  const known = engine.tasks.get(task);
  if (known === undefined) return;
  rateInterval(known.options.rateLimit, task);
  const before = immutable ? 0 : given;
  // What the step before will return is not known yet; that there is one is.
  const all = [...Array.from({ length: before }, () => 'the result of the step before'), ...args];
  checkArguments({ task, parameters: known.parameters, args: all, kwargs });
}

function mustBeKnown(engine: Engine, task: string, queue: string | undefined): void {
  if (queue !== undefined || engine.queueOf(task) !== undefined) return;
  const known = engine.taskNames();
  throw new NotRegistered(`Cannot send ${task} as no function runs a task of that name: ${whatIsKnown(task, known)}`, {
    task,
    known,
  });
}

function whatIsKnown(task: string, known: readonly string[]): string {
  if (known.length === 0) return 'no task is known here';
  const meant = nearest(task, known);
  const more = known.length > LISTED ? ` and ${known.length - LISTED} more` : '';
  const list = `known here are ${known.slice(0, LISTED).join(', ')}${more}`;
  return meant === undefined ? list : `did you mean ${meant}? ${list}`;
}
