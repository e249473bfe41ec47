import { NotRegistered } from '../core/errors.ts';
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
  const known = [...engine.tasks.keys()];
  const text = known.length === 0 ? 'no task is known here' : `known here are ${known.join(', ')}`;
  throw new NotRegistered(`Cannot send ${task} as no function runs a task of that name: ${text}`, { task, known });
}

