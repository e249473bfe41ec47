import { checksOf } from '../core/protocol/options.ts';
import { rateInterval } from '../core/task/rate.ts';
import type { TaskOptions } from '../core/types/options.ts';
import { checkLimits, checkOptions, optionsObject } from '../core/values/option-checks.ts';

/**
 * Reads the options of a task.
 *
 * @throws InvalidOptions if one is unknown or has a wrong value: the message names it and the expected value.
 */
export function readTaskOptions(task: string, options: unknown): TaskOptions {
  const given = optionsObject(options, `the options of ${task}`);
  checkOptions(given, CHECKS, task);
  // Each value has passed the check of its name.
  const read = given as TaskOptions;
  checkLimits(read.softTimeLimit, read.timeLimit);
  rateInterval(read.rateLimit, task);
  return read;
}

// --- internal ---

const CHECKS = checksOf('task');
