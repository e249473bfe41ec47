import { addressOf } from '../core/protocol/address.ts';
import { inputOf } from '../core/protocol/message.ts';
import type { Input } from '../core/protocol/message.ts';
import { inlineItems, isStoredItems } from '../core/protocol/plan.ts';
import type { Items, Plan, TaskPlan } from '../core/protocol/plan.ts';
import type { Json } from '../core/values/json.ts';
import { loadPlans } from '../engine/blocks.ts';
import type { Engine } from '../engine/engine.ts';
import { loadInput, loadValue, ownArguments } from '../engine/inputs.ts';
import { keepValue } from '../engine/values.ts';

/** The workflow that stored things are copied into, and until when they live there, in epoch ms. */
export interface CopyInto {
  readonly id: string;
  readonly until: number;
}

/** Reads what a plan has in blocks, at every depth, and returns the plan with all of it inside. */
export function withoutBlocks(engine: Engine, plan: Plan): Promise<Plan> {
  return mapPlan(plan, async (part) => {
    if ('task' in part) return withArguments(engine, part);
    if ('seq' in part) return { ...part, seq: await loadItems(engine, part.seq) };
    return { ...part, par: await loadItems(engine, part.par) };
  });
}

/**
 * Copies the values that the groups of a plan point to, and returns the plan that points to the copies.
 *
 * @param plan has nothing in blocks.
 */
export function withCopiedValues(engine: Engine, plan: Plan, into: CopyInto): Promise<Plan> {
  return mapPlan(plan, async (part) => {
    if (!('par' in part) || part.own === undefined || 'inline' in part.own) return part;
    const token = engine.nonces.digest(JSON.stringify(part.own));
    return { ...part, own: await copyOf(engine, into, token, await loadValue(engine, part.own)) };
  });
}

/** Copies the input of a plan, if one of its first tasks takes it. */
export async function copiedInput(
  engine: Engine,
  plan: Plan,
  input: Input | undefined,
  into: CopyInto,
): Promise<Input | undefined> {
  if (input === undefined || !takesInput(plan)) return undefined;
  if ('val' in input) return input;
  return inputOf(await copyOf(engine, into, 'input', await loadInput(engine, input)));
}

/** Returns elements `lo` to `hi − 1`: those in the message, or in blocks. */
export async function loadItems(engine: Engine, items: Items, lo: number = 0, hi?: number): Promise<readonly Plan[]> {
  if (!isStoredItems(items)) return items.slice(lo, hi);
  return loadPlans(engine.payloads, { items, lo, hi: hi ?? items.n });
}

// --- internal ---

/** Changes each part of a plan, callbacks included, from the outside in. */
async function mapPlan(plan: Plan, change: (part: Plan) => Promise<Plan>): Promise<Plan> {
  const { links, ...changed } = await change(plan);
  const inside = (parts: readonly Plan[]): Promise<readonly Plan[]> =>
    Promise.all(parts.map((part) => mapPlan(part, change)));
  const whole = await within(changed, inside);
  if (links === undefined) return whole;
  const plans = await inside(links.map((link) => link.plan));
  return { ...whole, links: links.map((link, index) => ({ ...link, plan: plans[index] ?? link.plan })) };
}

async function within(plan: Plan, inside: (parts: readonly Plan[]) => Promise<readonly Plan[]>): Promise<Plan> {
  if ('task' in plan) return plan;
  if ('seq' in plan) return { ...plan, seq: await inside(inlineItems(plan.seq)) };
  return { ...plan, par: await inside(inlineItems(plan.par)) };
}

async function withArguments(engine: Engine, task: TaskPlan): Promise<TaskPlan> {
  if (task.stored === undefined) return task;
  const { stored: _, ...rest } = task;
  return { ...rest, ...(await ownArguments(engine, task)) };
}

function takesInput(plan: Plan): boolean {
  if ('task' in plan) return plan.immutable !== true;
  if ('par' in plan) return inlineItems(plan.par).some(takesInput);
  const [first] = inlineItems(plan.seq);
  return first !== undefined && takesInput(first);
}

/** Keeps a value in the new workflow. The same letter makes the same copies. */
async function copyOf(
  { payloads }: Engine,
  { id, until }: CopyInto,
  token: string,
  json: Json,
): ReturnType<typeof keepValue> {
  return keepValue(payloads, { address: addressOf(id), token, json, until });
}
