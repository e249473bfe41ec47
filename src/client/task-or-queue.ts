import { NotRegistered } from '../core/errors/caller.ts';
import { describe } from '../core/text/describe.ts';
import { nearest } from '../core/text/did-you-mean.ts';
import type { Engine } from '../engine/engine.ts';

/** A queue, and its tasks by name. */
export interface NamedQueue {
  readonly queue: string;
  readonly tasks: readonly string[];
  /** The task, if the name was that of a task. */
  readonly task?: string;
}

/**
 * Returns the queue of a task or of that name. A name that is both is the task's.
 *
 * @param to the purpose, as in `pause`
 * @throws NotRegistered if it is neither
 */
export function taskOrQueue(engine: Pick<Engine, 'taskNames' | 'queueOf'>, name: unknown, to: string): NamedQueue {
  const known = engine.taskNames().filter((task) => engine.queueOf(task) !== undefined);
  const queues = [...new Set(known.map((task) => engine.queueOf(task)))].filter((queue) => queue !== undefined);
  const tasksOf = (queue: string): readonly string[] => known.filter((task) => engine.queueOf(task) === queue);
  if (typeof name === 'string') {
    const queue = engine.queueOf(name);
    if (queue !== undefined) return { queue, tasks: tasksOf(queue), task: name };
    if (queues.includes(name)) return { queue: name, tasks: tasksOf(name) };
  }
  const near = typeof name === 'string' ? nearest(name, [...known, ...queues]) : undefined;
  const hint = near === undefined ? '' : ` Did you mean ${near}?`;
  throw new NotRegistered(
    `Cannot ${to} ${describe(name)}: there is no task and no queue of that name.${hint} Known tasks: ${known.join(', ')}. Known queues: ${queues.join(', ')}.`,
    { task: String(name), known },
  );
}
