import type { FunctionPollers } from '../../core/types/function-config.ts';

/** The settings that decide how fast a backlog is worked off. */
export interface RampSettings {
  /** Messages in a batch. Default 10. */
  readonly batchSize?: number;
  /** The most batches at once. Default: no limit of its own. */
  readonly concurrency?: number;
  /** Pollers of the function's own. Default: those that Lambda shares. */
  readonly pollers?: FunctionPollers;
  /** Sandboxes of the account at once. Default 1,000. */
  readonly account?: number;
  /** Writes a second that the table is warmed up for. Default 4,000, those of a new one. */
  readonly tableWrites?: number;
}

/** The limit that a backlog waited for longest; `tasks`: for none, as long as the tasks themselves took. */
export type HeldBy = 'pollers' | 'sandboxes' | 'table' | 'tasks';
