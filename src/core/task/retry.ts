import type { ErrorType, TaskOptions } from '../types/options.ts';
import { TASK_DEFAULTS } from './defaults.ts';

/** How many retries a task has; null: without end. */
export function retryLimit(options: TaskOptions, perCall: number | null | undefined): number | null {
  if (perCall !== undefined) return perCall;
  return options.maxRetries === undefined ? TASK_DEFAULTS.maxRetries : options.maxRetries;
}

/** Whether a retry is left after `retries` of them. */
export function hasRetryLeft(limit: number | null, retries: number): boolean {
  return limit === null || retries < limit;
}

/** Seconds before a retry that does not say. */
export function defaultRetryDelay(options: TaskOptions): number {
  return options.defaultRetryDelay ?? TASK_DEFAULTS.defaultRetryDelay;
}

/**
 * Seconds before an automatic retry: without backoff the task's delay, with backoff `factor × 2^retries` up to a most,
 * and with jitter a random whole part of that (Celery, `get_exponential_backoff_interval`).
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

/** Whether an error is retried without being asked. */
export function isRetriable(error: unknown, { autoretryFor = [], dontAutoretryFor = [] }: TaskOptions): boolean {
  return autoretryFor.some((type) => isOfType(error, type)) && !dontAutoretryFor.some((type) => isOfType(error, type));
}

// --- internal ---

function isOfType(error: unknown, type: ErrorType): boolean {
  if (typeof type !== 'string') return error instanceof type;
  return error instanceof Error && error.name === type;
}
