import type { OptionCheck } from '../values/option-checks.ts';

/**
 * Where an option may be given: to an app, to a task, to a task that a Python worker runs, to a call, which is a
 * signature or `applyAsync`, or to `applyAsync` alone.
 */
export type Scope = 'app' | 'task' | 'external' | 'call' | 'applyAsync';

/** An option, with all its facts in every scope. */
export interface Option {
  readonly scopes: readonly Scope[];
  /** The check of its value. */
  readonly check: OptionCheck;
  /** Its name in Celery's signature dictionary, if it has one there. */
  readonly celery?: string;
  /** The check of its value in Celery's signature dictionary, if that is less strict than `check`. */
  readonly celeryCheck?: OptionCheck;
  /** The check of its value in a message, if a task's message carries it. */
  readonly wire?: OptionCheck;
  /** Its value if neither the call, the task nor the app sets it; none: nothing is limited, checked or sent elsewhere. */
  readonly default?: unknown;
  /** One line for the reference. */
  readonly doc: string;
}
