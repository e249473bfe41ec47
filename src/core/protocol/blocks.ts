import { InvalidCanvas } from '../errors/caller.ts';
import { compact } from '../values/compact.ts';
import type { Json } from '../values/json.ts';
import { TABLE_BYTES } from './limits.ts';
import type { Items, Link, Plan, StoredItems, TaskPlan } from './plan.ts';
import { firstTaskOf, isStoredItems, MAX_ITEMS } from './plan.ts';

/** The most characters of JSON of a canvas that travels in messages and frames. */
const INLINE_CHARACTERS = 2048;
/** The most characters of a block, unless one element alone has more. */
const BLOCK_CHARACTERS = 64_000;

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
 * Packs a plan: every array and every argument list above 2 KB is moved to blocks, and a pointer takes its place. The
 * same applies to an array whose inner messages would carry more than that in their frames, even if the array itself is
 * small.
 *
 * @param base the id, or the base, that the blocks' keys begin with.
 * @param around characters that the frames around the plan carry already. They use up the 2 KB: nested replacements do
 * not add up.
 */
export function packPlan(plan: Plan, base: string, around: number = 0): PackedPlan {
  const blocks = new Blocks(base, Math.max(0, INLINE_CHARACTERS - around));
  return { plan: pack(blocks, plan).plan, blocks: blocks.all };
}

// --- internal ---

/** A plan as it travels, and how many characters the frames of a message inside of it carry at most. */
interface Packed {
  readonly plan: Plan;
  readonly carried: number;
}

/** An element that has been packed, as JSON. */
interface PackedItem {
  readonly text: string;
  readonly carried: number;
}

/** The blocks of one plan. Keys say where a block is kept, and are counted: the same plan again gives the same. */
class Blocks {
  readonly all: Block[] = [];
  /** Characters that arrays may weigh and still travel in frames. */
  readonly room: number;
  readonly #base: string;
  #count = 0;

  constructor(base: string, room: number) {
    this.#base = base;
    this.room = room;
  }

  add(text: string): string {
    const key = this.#nextKey(text.length);
    this.all.push({ key, text });
    return key;
  }

  /** Keeps elements in blocks of `per`, under keys that begin with the answer. */
  addItems(texts: readonly string[], per: number, largest: number): string {
    const stored = this.#nextKey(largest);
    for (let k = 0; k * per < texts.length; k += 1) {
      this.all.push({ key: `${stored}/${k}`, text: `[${texts.slice(k * per, (k + 1) * per).join(',')}]` });
    }
    return stored;
  }

  #nextKey(characters: number): string {
    const where = characters > TABLE_BYTES ? 'bucket' : 'table';
    return `${where}:${this.#base}/${this.#count++}`;
  }
}

function pack(blocks: Blocks, plan: Plan): Packed {
  const links =
    plan.links === undefined
      ? {}
      : { links: plan.links.map((link): Link => ({ ...link, plan: pack(blocks, link.plan).plan })) };
  if ('task' in plan) return { plan: { ...packTask(blocks, plan), ...links }, carried: 0 };
  const own = plan.links === undefined ? 0 : JSON.stringify(links).length;
  const isSequence = 'seq' in plan;
  const { items, carried } = packItems(blocks, isSequence ? plan.seq : plan.par, { own, isSequence });
  return { plan: { ...plan, ...links, ...(isSequence ? { seq: items } : { par: items }) }, carried };
}

function packTask(blocks: Blocks, task: TaskPlan): TaskPlan {
  const { args, kwargs, ...rest } = task;
  const text = JSON.stringify({ args, kwargs });
  return text.length <= INLINE_CHARACTERS ? task : { ...rest, stored: blocks.add(text) };
}

function packItems(
  blocks: Blocks,
  items: Items,
  { own, isSequence }: { readonly own: number; readonly isSequence: boolean },
): { readonly items: Items; readonly carried: number } {
  if (isStoredItems(items)) return { items, carried: own };
  if (items.length > MAX_ITEMS) throw tooMany(items.length);
  const packed = items.map((item): PackedItem => {
    const { plan, carried } = pack(blocks, item);
    return { text: JSON.stringify(plan), carried };
  });
  const texts = packed.map(({ text }) => text);
  const total = texts.reduce((sum, text) => sum + text.length + 1, 0);
  const carried = own + (isSequence ? carriedInSequence(packed) : carriedInside(packed));
  if (total <= blocks.room && carried <= blocks.room) return { items: texts.map(readBack), carried };
  return { items: store(blocks, items, texts, total), carried: own + carriedInside(packed) };
}

function tooMany(count: number): InvalidCanvas {
  return new InvalidCanvas(
    `Cannot send a canvas: a group or chain in it has ${count} signatures, and ${MAX_ITEMS} is the most. Use chunks.`,
  );
}

/**
 * Returns the most frame characters inside a group: the frame of a group, and of steps kept in blocks, has a constant
 * size.
 */
function carriedInside(items: readonly PackedItem[]): number {
  return items.reduce((most, { carried }) => Math.max(most, carried), 0);
}

/**
 * Returns the most frame characters inside a sequence: inside of a step, the frame of its chain carries the steps that
 * follow.
 */
function carriedInSequence(steps: readonly PackedItem[]): number {
  let [most, following] = [0, 0];
  for (const { text, carried } of steps.toReversed()) {
    most = Math.max(most, following + carried);
    following += text.length + 1;
  }
  return most;
}

function store(blocks: Blocks, items: readonly Plan[], texts: readonly string[], total: number): StoredItems {
  const longest = texts.reduce((most, text) => Math.max(most, text.length + 1), 1);
  const per = Math.max(1, Math.floor(BLOCK_CHARACTERS / longest));
  const stored = blocks.addItems(texts, per, Math.min(total, per * longest));
  const first = items.map(firstTaskOf).find((task) => task !== undefined);
  return compact({
    stored,
    n: items.length,
    per,
    first: first?.task ?? '',
    queue: first?.queue,
    priority: first?.priority,
  });
}

function readBack(text: string): Plan {
  const json: Json = JSON.parse(text) as Json;
  // It was a plan when packItems wrote it.
  return json as unknown as Plan;
}
