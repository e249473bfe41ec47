import { compact } from '../values/compact.ts';
import type { Json } from '../values/json.ts';
import type { Value } from './outcome.ts';
import type { Priority } from './priority.ts';
import type { Stamps } from './stamps.ts';

/**
 * The work to run, in the normal form that messages and blocks carry: a task, a sequence or a parallel group.
 *
 * Chains and groups are already flattened, a chord is a group followed by a step, chunks are a group of starmaps, and
 * values are marked JSON. A plan contains no ids: they follow from its position.
 */
export type Plan = TaskPlan | SequencePlan | ParallelPlan;

/** One task to run, or one function to be called for every item. */
export interface TaskPlan {
  readonly task: string;
  readonly args?: readonly Json[];
  readonly kwargs?: Readonly<Record<string, Json>>;
  /** Where args and kwargs are kept, if they are too large for a message. */
  readonly stored?: string;
  /** Ignores the value of the step before it. */
  readonly immutable?: true;
  /** It was made by name or from JSON, where no types have checked its arguments: a missing one is refused. */
  readonly untyped?: true;
  /** Call the function once per item of the only argument: with the item (`map`) or with its elements (`starmap`). */
  readonly each?: 'map' | 'starmap';
  /** Of such a task: its value has what became of each item. */
  readonly collect?: true;
  /** Of such a task: how many items it works on at once; absent: one. */
  readonly concurrency?: number;
  /** Of such a task: it shows how many items are done. */
  readonly progress?: true;
  readonly options?: PlanOptions;
  readonly links?: readonly Link[];
}

/** Steps that run one after another. */
export interface SequencePlan {
  readonly seq: Items;
  readonly links?: readonly Link[];
}

/** Members that run at once; the next step sees their values in this order. */
export interface ParallelPlan {
  readonly par: Items;
  /** Whether the next step gets every member's outcome, even a failure. */
  readonly collect?: true;
  /** How many members may fail, of a group that collects; absent: any number. */
  readonly tolerate?: number;
  /** The values join those of the enclosing group, in this member's place. */
  readonly splice?: true;
  /** The value of the task that added these members to its chord: it is the id's, and theirs come behind the header's. */
  readonly own?: Value;
  /** The id under which a Celery application reads the values, where they are those of a task that it has sent. */
  readonly celeryId?: string;
  readonly links?: readonly Link[];
}

/** The elements of a sequence or a group: inline, or kept in blocks of `per` elements each. */
export type Items = readonly Plan[] | StoredItems;

/** Elements kept in blocks `stored/0`, `stored/1`, … */
export interface StoredItems {
  readonly stored: string;
  readonly n: number;
  readonly per: number;
  /** The name of the first task in it, and its queue if it says one. */
  readonly first: string;
  readonly queue?: string;
  /** Its priority, if it says one. */
  readonly priority?: Priority;
}

/**
 * A callback: started once when the outcome it waits for has been committed. A group's `failure` callbacks start for
 * every member that fails; its `failureOnce` callbacks, and those of a task that was replaced, once for the whole.
 */
export interface Link {
  readonly on: 'success' | 'failure' | 'failureOnce';
  readonly plan: Plan;
}

/** The options of a task as a message carries them; times in seconds, instants in epoch milliseconds. */
export interface PlanOptions {
  readonly countdown?: number;
  readonly eta?: number;
  readonly expires?: number;
  readonly expiresAt?: number;
  readonly queue?: string;
  readonly priority?: Priority;
  readonly tenant?: string;
  readonly headers?: Readonly<Record<string, Json>>;
  readonly stamps?: Stamps;
  readonly ignoreResult?: boolean;
  /** `null`: no limit. */
  readonly maxRetries?: number | null;
  readonly timeLimit?: number;
  readonly softTimeLimit?: number;
  /** The id under which a Celery application that sent the canvas reads the result. */
  readonly celeryId?: string;
  readonly inline?: boolean;
  readonly concurrencyLimit?: number;
  readonly concurrencyKey?: string;
}

/** Members of a group, or steps of a chain, at most. */
export const MAX_ITEMS = 1_000_000;

/** Returns whether the elements are kept in blocks. */
export function isStoredItems(items: Items): items is StoredItems {
  return 'stored' in items;
}

/** Returns the steps of a sequence, or the members of a group. */
export function elementsOf(plan: SequencePlan | ParallelPlan): Items {
  return 'seq' in plan ? plan.seq : plan.par;
}

/** Returns the elements that are in the plan itself: none of those in blocks. */
export function inlineItems(items: Items): readonly Plan[] {
  return isStoredItems(items) ? [] : items;
}

/** Returns how many elements there are. */
export function countOf(items: Items): number {
  return isStoredItems(items) ? items.n : items.length;
}

/** Returns a plan whose value a Celery application reads under an id: that of the task which the plan replaces. */
export function withCeleryId(plan: Plan, celeryId: string | undefined): Plan {
  if (celeryId === undefined) return plan;
  if ('task' in plan) return { ...plan, options: { ...plan.options, celeryId } };
  if ('par' in plan) return { ...plan, celeryId };
  if (isStoredItems(plan.seq)) return plan;
  const last = plan.seq.length - 1;
  return { ...plan, seq: plan.seq.map((step, index) => (index === last ? withCeleryId(step, celeryId) : step)) };
}

/** A task, with its queue and its priority if it says them. */
export interface FirstTask {
  readonly task: string;
  readonly queue?: string;
  readonly priority?: Priority;
}

/** Returns the first task that `plan` runs: it decides which queue carries the plan. */
export function firstTaskOf(plan: Plan): FirstTask | undefined {
  if ('task' in plan) {
    const { queue, priority } = plan.options ?? {};
    return { task: plan.task, ...compact({ queue, priority }) };
  }
  const items = elementsOf(plan);
  if (isStoredItems(items)) {
    const { first: task, queue, priority } = items;
    return task === '' ? undefined : { task, ...compact({ queue, priority }) };
  }
  for (const item of items) {
    const first = firstTaskOf(item);
    if (first !== undefined) return first;
  }
  return undefined;
}
