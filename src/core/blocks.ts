import type { Json } from './json.ts';
import type { Items, Link, Plan, TaskPlan } from './plan.ts';
import { countOf, firstTaskOf, isStoredItems } from './plan.ts';

/** What a canvas may weigh and still travel in messages and frames, in characters of JSON. */
const INLINE_CHARACTERS = 2048;
/** What a block weighs at most, unless one element alone weighs more. */
const BLOCK_CHARACTERS = 64_000;
/** From here on the bucket is cheaper than the table. */
const TABLE_CHARACTERS = 8192;

/** An array that is kept once and pointed to. */
export interface Block {
  readonly key: string;
  readonly text: string;
}

/** A plan whose messages have a constant size, and the blocks it points to. */
export interface PackedPlan {
  readonly plan: Plan;
  readonly blocks: readonly Block[];
}

/**
 * Packs a plan: every array and every argument list above 2 KB is moved to blocks, and a pointer takes its place.
 *
 * @param base what the blocks' keys begin with: the id, or the base, of what is started.
 */
export function packPlan(plan: Plan, base: string): PackedPlan {
  const blocks: Block[] = [];
  let count = 0;
  const nextKey = (text: number): string => `${text > TABLE_CHARACTERS ? 'bucket' : 'table'}:${base}/${count++}`;
  const pack = (inner: Plan): Plan => {
    const links =
      inner.links === undefined ? {} : { links: inner.links.map((link): Link => ({ ...link, plan: pack(link.plan) })) };
    if ('task' in inner) return { ...packTask(inner), ...links };
    if ('seq' in inner) return { ...inner, ...links, seq: packItems(inner.seq) };
    return { ...inner, ...links, par: packItems(inner.par) };
  };
  const packTask = (task: TaskPlan): TaskPlan => {
    const { args, kwargs, ...rest } = task;
    const text = JSON.stringify({ args, kwargs });
    if (text.length <= INLINE_CHARACTERS) return task;
    const key = nextKey(text.length);
    blocks.push({ key, text });
    return { ...rest, stored: key };
  };
  const packItems = (items: Items): Items => {
    if (isStoredItems(items)) return items;
    const texts = items.map((item) => JSON.stringify(pack(item)));
    const total = texts.reduce((sum, text) => sum + text.length + 1, 0);
    if (total <= INLINE_CHARACTERS) return texts.map(readBack);
    const longest = texts.reduce((most, text) => Math.max(most, text.length + 1), 1);
    const per = Math.max(1, Math.floor(BLOCK_CHARACTERS / longest));
    const stored = nextKey(Math.min(total, per * longest));
    for (let k = 0; k * per < texts.length; k += 1) {
      blocks.push({ key: `${stored}/${k}`, text: `[${texts.slice(k * per, (k + 1) * per).join(',')}]` });
    }
    const first = items.map(firstTaskOf).find((task) => task !== undefined);
    return {
      stored,
      n: countOf(items),
      per,
      first: first?.task ?? '',
      ...(first?.queue === undefined ? {} : { queue: first.queue }),
    };
  };
  return { plan: pack(plan), blocks };
}

// --- internal ---

function readBack(text: string): Plan {
  const json: Json = JSON.parse(text) as Json;
  // It was a plan when it was written, three lines above.
  return json as unknown as Plan;
}
