import { compact } from '../values/compact.ts';
import type { Json } from '../values/json.ts';
import type { Items, Plan } from './plan.ts';
import { isStoredItems } from './plan.ts';

/**
 * Returns the part of a plan that makes it the same canvas as another: the tasks, their arguments, and their structure.
 * The time, queue and labels of the run do not count: a second request comes a little later, and in another trace.
 *
 * @example
 * ```ts
 * sameCanvas({ task: 'add', args: [1, 2], options: { countdown: 5 } }); // { task: 'add', args: [1, 2] }
 * ```
 */
export function sameCanvas(plan: Plan): Json {
  const links = plan.links?.map((link) => ({ on: link.on, plan: sameCanvas(link.plan) }));
  if ('task' in plan) {
    const { task, args, kwargs, stored, immutable, each, collect } = plan;
    return compact({ task, args, kwargs, stored, immutable, each, collect, links });
  }
  if ('seq' in plan) return compact({ seq: sameItems(plan.seq), links });
  return compact({ par: sameItems(plan.par), collect: plan.collect, tolerate: plan.tolerate, links });
}

// --- internal ---

function sameItems(items: Items): Json {
  return isStoredItems(items) ? items.stored : items.map(sameCanvas);
}
