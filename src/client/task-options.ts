import { InvalidOptions } from '../core/errors.ts';
import type { TaskOptions } from '../core/option-types.ts';
import { rateInterval } from '../core/rate.ts';
import { checkLimits } from './options.ts';

/**
 * Reads the options of a task.
 *
 * @throws InvalidOptions if one is unknown or has a wrong value: it says which, and what was expected.
 */
export function readTaskOptions(task: string, options: unknown): TaskOptions {
  if (typeof options !== 'object' || options === null) {
    throw new InvalidOptions(`Cannot read the options of ${task} as an object: current value is ${String(options)}`);
  }
  for (const [key, value] of Object.entries(options)) {
    const check = CHECKS[key];
    if (check === undefined) {
      throw new InvalidOptions(`Cannot use ${key} as an option of ${task}: there is none of that name; known are ${Object.keys(CHECKS).join(', ')}`);
    }
    if (value !== undefined && !check.is(value)) {
      throw new InvalidOptions(`Cannot use ${key} of ${task} as ${check.want}: current value is ${String(value)}`);
    }
  }
  // Each has been checked against what its name stands for.
  const read = options as TaskOptions;
  checkLimits(read.softTimeLimit, read.timeLimit);
  rateInterval(read.rateLimit, task);
  return read;
}

// --- internal ---

interface Check {
  readonly is: (value: unknown) => boolean;
  readonly want: string;
}

const FLAG: Check = { is: (value) => typeof value === 'boolean', want: 'true or false' };
const SECONDS: Check = { is: isSeconds, want: 'a number of seconds, at least 0' };
const LIMIT: Check = { is: (value) => isSeconds(value) && value > 0, want: 'a number of seconds above 0' };
const ERRORS: Check = {
  is: (value) => Array.isArray(value) && value.every((type) => typeof type === 'string' || typeof type === 'function'),
  want: 'a list of error classes or their names',
};

const CHECKS: Readonly<Record<string, Check>> = {
  bind: FLAG,
  maxRetries: { is: (value) => value === null || (isSeconds(value) && Number.isInteger(value)), want: 'a whole number of at least 0, or null for no end' },
  autoretryFor: ERRORS,
  dontAutoretryFor: ERRORS,
  retryBackoff: { is: (value) => typeof value === 'boolean' || isSeconds(value), want: 'true, false, or a number of seconds' },
  retryBackoffMax: SECONDS,
  retryJitter: FLAG,
  defaultRetryDelay: SECONDS,
  timeLimit: LIMIT,
  softTimeLimit: LIMIT,
  ignoreResult: FLAG,
  trackStarted: FLAG,
  acksLate: FLAG,
  rateLimit: { is: (value) => typeof value === 'string' || typeof value === 'number', want: "'10/s', '100/m', '1000/h' or a number a second" },
  queue: { is: (value) => typeof value === 'string' && value !== '', want: 'the name of a queue' },
  input: { is: (value) => typeof value === 'object' && value !== null && '~standard' in value, want: 'a Standard Schema' },
  resultExpires: SECONDS,
};

function isSeconds(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}
