import { optionsOf } from '../protocol/options.ts';
import type { EngineSettings } from '../types/app.ts';
import type { TaskOptions } from '../types/options.ts';
import { compact } from '../values/compact.ts';

/** Values of the options of a task where neither the task nor its app says otherwise: Celery's. */
// The table has a default of its type for each of these.
export const TASK_DEFAULTS = defaultsOf('task') as DefaultOptions;

/** The settings of an app that names none. */
// As above.
export const APP_DEFAULTS = defaultsOf('app') as unknown as EngineSettings;

// --- internal ---

function defaultsOf(scope: 'app' | 'task'): object {
  return compact(Object.fromEntries(optionsOf(scope).map(([name, row]) => [name, row.default])));
}

/** The others have no default: nothing is limited, checked or sent elsewhere. */
type DefaultOptions = Required<
  Omit<
    TaskOptions,
    'timeLimit' | 'softTimeLimit' | 'rateLimit' | 'concurrencyLimit' | 'concurrencyKey' | 'queue' | 'input'
  >
>;
