import { InvalidOptions } from '../core/errors/caller.ts';
import type { TaskContext } from '../core/types/context.ts';
import { currentRun } from '../engine/task/context.ts';

/**
 * Returns the context of the task that the calling code is part of. A bound task gets it as `ctx`.
 *
 * @throws InvalidOptions outside a task.
 *
 * @example
 * ```ts
 * const record = app.task('record', (key: string, value: unknown) => currentTask().ledger.append(key, value));
 * ```
 */
export function currentTask(): TaskContext {
  const run = currentRun();
  if (run === undefined) throw new InvalidOptions('Cannot find the current task: this code does not run in a task');
  return run.context;
}
