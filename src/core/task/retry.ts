import { isChordalError } from '../errors/caller.ts';
import type { ErrorType, TaskOptions } from '../types/options.ts';
import { errorTypeOf } from '../values/failure-record.ts';
import { TASK_DEFAULTS } from './defaults.ts';

/** Returns how many retries a task has; null: no limit. */
export function retryLimit(options: TaskOptions, perCall: number | null | undefined): number | null {
  if (perCall !== undefined) return perCall;
  return options.maxRetries === undefined ? TASK_DEFAULTS.maxRetries : options.maxRetries;
}

/** Returns whether a retry is left after `retries` of them. */
export function hasRetryLeft(limit: number | null, retries: number): boolean {
  return limit === null || retries < limit;
}

/** Returns the seconds before a retry that gives no delay. */
export function defaultRetryDelay(options: TaskOptions): number {
  return options.defaultRetryDelay ?? TASK_DEFAULTS.defaultRetryDelay;
}

/**
 * Returns the seconds before an automatic retry: without backoff the task's delay, with backoff `factor × 2^retries` up
 * to a maximum, and with jitter a random whole part of that (Celery, `get_exponential_backoff_interval`).
 *
 * @param random at least 0 and below 1.
 */
export function autoretryDelay(options: TaskOptions, retries: number, random: number): number {
  const { retryBackoff, retryBackoffMax, retryJitter } = { ...TASK_DEFAULTS, ...options };
  if (retryBackoff === false) return defaultRetryDelay(options);
  const factor = retryBackoff === true ? 1 : retryBackoff;
  const delay = Math.min(retryBackoffMax, factor * 2 ** Math.min(retries, 1000));
  return retryJitter ? Math.floor(random * (delay + 1)) : delay;
}

/**
 * Returns whether an error is retried automatically: the options name its type as its record does, or one of its
 * classes. A refusal by this library, which every attempt meets again, is retried only where the options name it
 * itself, not a class above it.
 */
export function isRetriable(error: unknown, { autoretryFor = [], dontAutoretryFor = [] }: TaskOptions): boolean {
  const isMetAgain = MET_AGAIN.some((code) => isChordalError(error, code));
  const isAsked = (type: ErrorType): boolean => (isMetAgain ? isItself(error, type) : isOfType(error, type));
  return autoretryFor.some(isAsked) && !dontAutoretryFor.some((type) => isOfType(error, type));
}

/** Returns whether an error is an expected end of a task: its options name its type, or one of its classes. */
export function isExpected(error: unknown, { throws = [] }: TaskOptions): boolean {
  return throws.some((type) => isOfType(error, type));
}

// --- internal ---

const MET_AGAIN = [
  'CHORDAL_INVALID_ARGUMENTS',
  'CHORDAL_INVALID_CANVAS',
  'CHORDAL_INVALID_OPTIONS',
  'CHORDAL_SERIALIZATION',
  'CHORDAL_CANVAS_TOO_DEEP',
  'CHORDAL_TOO_DEEP',
  'CHORDAL_WOULD_BLOCK',
] as const;

function isOfType(error: unknown, type: ErrorType): boolean {
  return typeof type === 'string' ? errorTypeOf(error) === type : error instanceof type;
}

function isItself(error: unknown, type: ErrorType): boolean {
  return errorTypeOf(error) === (typeof type === 'string' ? type : type.name);
}
