import { compact } from '../values/compact.ts';
import type { Json } from '../values/json.ts';
import type { PlanOptions } from './plan.ts';

/**
 * The labels that users put on tasks, for themselves and for queues. A message carries those of its canvas. A task's
 * own are in its options, and go to its retries, replacements, callbacks and launches, not to the next steps.
 */
export interface Baggage {
  readonly headers?: Readonly<Record<string, Json>>;
  readonly tenant?: string;
}

/** Returns a task's own labels over those that its message carries. */
export function withOwn(carried: Baggage, options: PlanOptions = {}): Baggage {
  const { tenant = carried.tenant } = options;
  const isBare = carried.headers === undefined && options.headers === undefined;
  return compact({ headers: isBare ? undefined : { ...carried.headers, ...options.headers }, tenant });
}
