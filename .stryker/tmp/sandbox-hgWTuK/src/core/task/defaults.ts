import type { TaskOptions } from '../types/options.ts';

/** What the options of a task are where neither the task nor its app says otherwise: Celery's values. */
export const TASK_DEFAULTS: DefaultOptions = {
  bind: false,
  maxRetries: 3,
  autoretryFor: [],
  dontAutoretryFor: [],
  retryBackoff: false,
  retryBackoffMax: 600,
  retryJitter: true,
  defaultRetryDelay: 180,
  ignoreResult: false,
  trackStarted: false,
  acksLate: true,
};

// --- internal ---

/** The others have no default: nothing is limited, checked or sent elsewhere. */
type DefaultOptions = Required<
  Omit<TaskOptions, 'timeLimit' | 'softTimeLimit' | 'rateLimit' | 'queue' | 'input' | 'resultExpires'>
>;
