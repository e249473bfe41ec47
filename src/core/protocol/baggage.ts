import { compact, unlessEmpty } from '../values/compact.ts';
import type { Json } from '../values/json.ts';
import type { PlanOptions, TaskPlan } from './plan.ts';
import type { Stamps } from './stamps.ts';

/**
 * The labels that users put on tasks, for themselves and for queues. A message carries those of its canvas. A task's
 * own are in its options, and go to its retries, replacements, callbacks and launches, not to the next steps.
 */
export interface Baggage {
  readonly headers?: Readonly<Record<string, Json>>;
  readonly stamps?: Stamps;
  readonly tenant?: string;
}

/** Returns a task's own labels over those that its message carries. */
export function withOwn(carried: Baggage, options: PlanOptions = {}): Baggage {
  const { tenant = carried.tenant } = options;
  const isBare = carried.headers === undefined && options.headers === undefined;
  const stamps = unlessEmpty({ ...carried.stamps, ...options.stamps });
  return compact({ headers: isBare ? undefined : { ...carried.headers, ...options.headers }, stamps, tenant });
}

/**
 * Returns whether a message of a tenant comes from the Scheduler, which names no tenant to the queue. Such a message is sent on once, and is
 * no longer marked as held: its revocation has been looked for, and a later one puts the gate up.
 */
export function lacksItsTenant(message: Baggage & { readonly held?: true; readonly sig: TaskPlan }): boolean {
  return message.held === true && withOwn(message, message.sig.options).tenant !== undefined;
}

/** Headers that code around a call or a task adds to what follows from it. */
export type Carried = Readonly<Record<string, string>>;

/** Returns what travels along, with further headers. The one of a trace is also in the envelope (W3C, Trace Context). */
export function carrying<T extends Baggage & { readonly traceparent?: string }>(travelling: T, carried: Carried): T {
  if (Object.keys(carried).length === 0) return travelling;
  const { traceparent = travelling.traceparent } = carried;
  return { ...travelling, headers: { ...travelling.headers, ...carried }, ...compact({ traceparent }) };
}
