import { optionsOf } from '../protocol/options.ts';
import type { TaskOptions } from '../types/options.ts';
import { compact } from '../values/compact.ts';

/** Values of the options of a task where neither the task nor its app says otherwise: Celery's. */
// The table has a default of its type for each of these.
export const TASK_DEFAULTS = compact(
  Object.fromEntries(optionsOf('task').map(([name, row]) => [name, row.default])),
) as DefaultOptions;

// --- internal ---

/** The others have no default: nothing is limited, checked or sent elsewhere. */
type DefaultOptions = Required<Omit<TaskOptions, 'timeLimit' | 'softTimeLimit' | 'rateLimit' | 'queue' | 'input'>>;
