import { InvalidMessage } from '../core/errors/caller.ts';
import type { LoadSource } from '../core/protocol/effect.ts';
import { isPlan } from '../core/protocol/message-shape.ts';
import type { Plan } from '../core/protocol/plan.ts';
import { mismatch } from '../core/text/mismatch.ts';
import { parseJson } from '../core/values/json.ts';
import type { Payloads, PutBlocks } from '../ports/payloads.ts';

/** How much text of blocks a sandbox keeps read, in characters. */
const CACHE_CHARACTERS = 16_000_000;

const caches = new WeakMap<Payloads, BlockCache>();

/**
 * Writes blocks. Those of an id that comes into use again have other texts, so that what this process has read of them counts no
 * more: their first canvas was refused, or has expired.
 */
export async function putBlocks(payloads: Payloads, params: PutBlocks): Promise<void> {
  for (const { key } of params.blocks) caches.get(payloads)?.forget(key);
  await payloads.putBlocks(params);
}

/** The plans that a load asks for, in order; the blocks of a workflow never change, so a sandbox reads each once. */
export async function loadPlans(payloads: Payloads, source: LoadSource): Promise<readonly Plan[]> {
  const cache = caches.get(payloads) ?? new BlockCache(payloads);
  caches.set(payloads, cache);
  const { items, lo, hi } = source;
  const first = Math.floor(lo / items.per);
  const count = Math.floor((hi - 1) / items.per) - first + 1;
  const blocks = await Promise.all(Array.from({ length: count }, (_, k) => cache.get(`${items.stored}/${first + k}`)));
  const offset = first * items.per;
  const [only] = blocks;
  // A step is one of the many of a block.
  const all = only !== undefined && count === 1 ? only : blocks.flat();
  const plans = all.slice(lo - offset, hi - offset);
  if (plans.length === hi - lo) return plans;
  throw new InvalidMessage(
    `Cannot read elements ${lo} to ${hi - 1} of ${items.stored}: ${mismatch(`${hi - lo} plans`, String(plans.length))}`,
  );
}

// --- internal ---

function readPlans(text: string, key: string): readonly Plan[] {
  const json: unknown = parseJson(text, `block ${key}`);
  if (Array.isArray(json) && json.every(isPlan)) return json;
  throw new InvalidMessage(`Cannot read block ${key}: ${mismatch('a list of plans', text.slice(0, 100))}`);
}

/** Keeps the blocks used last, up to a total size. */
class BlockCache {
  readonly #payloads: Payloads;
  readonly #blocks = new Map<string, { readonly plans: Promise<readonly Plan[]>; size: number }>();
  #characters = 0;

  constructor(payloads: Payloads) {
    this.#payloads = payloads;
  }

  get(key: string): Promise<readonly Plan[]> {
    const kept = this.#blocks.get(key);
    if (kept === undefined) return this.#load(key);
    this.#blocks.delete(key);
    this.#blocks.set(key, kept);
    return kept.plans;
  }

  forget(key: string): void {
    this.#characters -= this.#blocks.get(key)?.size ?? 0;
    this.#blocks.delete(key);
  }

  #load(key: string): Promise<readonly Plan[]> {
    const block = { plans: this.#read(key), size: 0 };
    this.#blocks.set(key, block);
    block.plans.catch(() => this.#blocks.delete(key));
    return block.plans;
  }

  async #read(key: string): Promise<readonly Plan[]> {
    const text = await this.#payloads.getBlock({ key });
    const plans = readPlans(text, key);
    const block = this.#blocks.get(key);
    // It was written again meanwhile.
    if (block === undefined) return plans;
    this.#characters += text.length - block.size;
    block.size = text.length;
    for (const [oldest, { size }] of this.#blocks) {
      if (this.#characters <= CACHE_CHARACTERS || oldest === key) break;
      // It is still read: without it here, nothing would take its size back.
      if (size === 0) continue;
      this.forget(oldest);
    }
    return plans;
  }
}
