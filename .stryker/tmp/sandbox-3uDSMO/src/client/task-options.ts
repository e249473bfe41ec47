import { rateInterval } from '../core/task/rate.ts';
import type { TaskOptions } from '../core/types/options.ts';
import {
  checkLimits,
  checkOptions,
  FLAG,
  isSeconds,
  LIMIT,
  optionsObject,
  RETRIES,
  SECONDS,
  TEXT,
} from '../core/values/option-checks.ts';
import type { OptionCheck } from '../core/values/option-checks.ts';

/**
 * Reads the options of a task.
 *
 * @throws InvalidOptions if one is unknown or has a wrong value: it says which, and what was expected.
 */
export function readTaskOptions(task: string, options: unknown): TaskOptions {
  const given = optionsObject(options, `the options of ${task}`);
  checkOptions(given, CHECKS, task);
  // Each has been checked against what its name stands for.
  const read = given as TaskOptions;
  checkLimits(read.softTimeLimit, read.timeLimit);
  rateInterval(read.rateLimit, task);
  return read;
}

// --- internal ---

const ERRORS: OptionCheck = {
  is: (value) => Array.isArray(value) && value.every((type) => typeof type === 'string' || typeof type === 'function'),
  want: 'a list of error classes or their names',
};

const CHECKS: Readonly<Record<string, OptionCheck>> = {
  bind: FLAG,
  maxRetries: RETRIES,
  autoretryFor: ERRORS,
  dontAutoretryFor: ERRORS,
  retryBackoff: {
    is: (value) => typeof value === 'boolean' || isSeconds(value),
    want: 'true, false, or a number of seconds',
  },
  retryBackoffMax: SECONDS,
  retryJitter: FLAG,
  defaultRetryDelay: SECONDS,
  timeLimit: LIMIT,
  softTimeLimit: LIMIT,
  ignoreResult: FLAG,
  trackStarted: FLAG,
  acksLate: FLAG,
  rateLimit: {
    is: (value) => typeof value === 'string' || typeof value === 'number',
    want: "'10/s', '100/m', '1000/h' or a number a second",
  },
  queue: TEXT,
  input: {
    is: (value) => typeof value === 'object' && value !== null && '~standard' in value,
    want: 'a Standard Schema',
  },
  resultExpires: SECONDS,
};
