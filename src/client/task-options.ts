import { checksOf } from '../core/protocol/options.ts';
import { rateInterval } from '../core/task/rate.ts';
import type { TaskOptions } from '../core/types/options.ts';
import { checkedOptions, checkLimits } from '../core/values/option-checks.ts';

/**
 * Reads the options of a task.
 *
 * @throws InvalidOptions if one is unknown or has a wrong value: the message names it and the expected value.
 */
export function readTaskOptions(task: string, options: unknown): TaskOptions {
  const read = checkedOptions<TaskOptions>(options, CHECKS, task);
  checkLimits(read.softTimeLimit, read.timeLimit);
  rateInterval(read.rateLimit, task);
  return read;
}

// --- internal ---

const CHECKS = checksOf('task');
