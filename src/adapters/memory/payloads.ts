import { UnknownResult } from '../../core/errors/result.ts';
import type { BlockKey, Payloads, PutBlocks, PutValue, ValueRef } from '../../ports/payloads.ts';
import type { Clock } from '../../ports/system.ts';
import { ExpiringMap } from './expiring-map.ts';

/** Values and blocks in memory. */
export class MemoryPayloads implements Payloads {
  readonly #values: ExpiringMap<string>;
  readonly #blocks: ExpiringMap<string>;

  constructor(clock: Pick<Clock, 'now'>) {
    this.#values = new ExpiringMap(clock);
    this.#blocks = new ExpiringMap(clock);
  }

  async putValue({ address, token, text, until }: PutValue): Promise<string> {
    // @defect values-of-deliveries-apart
    const ref = `memory:${address.id}/${token}`;
    this.#values.set(ref, text, until);
    return ref;
  }

  async getValue({ ref }: ValueRef): Promise<string> {
    const id = ref.slice(ref.indexOf(':') + 1, ref.lastIndexOf('/'));
    return this.#values.get(ref) ?? missing('value', ref, id);
  }

  async removeValue({ ref }: ValueRef): Promise<void> {
    this.#values.delete(ref);
  }

  async putBlocks({ blocks, until }: PutBlocks): Promise<void> {
    for (const { key, text } of blocks) this.#blocks.set(key, text, until);
  }

  async getBlock({ key }: BlockKey): Promise<string> {
    return this.#blocks.get(key) ?? missing('block', key, idOfBlock(key));
  }

  /** The ids whose blocks are kept, and until when. */
  blocks(): readonly { readonly id: string; readonly until: number }[] {
    return this.#blocks.entries().map(({ key, until }) => ({ id: idOfBlock(key), until }));
  }
}

// --- internal ---

function idOfBlock(key: string): string {
  return key.slice(key.indexOf(':') + 1).replace(/\/.*$/, '');
}

function missing(what: string, key: string, taskId: string): never {
  throw new UnknownResult(`Cannot read a ${what}: there is none at ${key}. It was removed, or it expired.`, {
    taskId,
  });
}
