import { UnknownResult } from '../../core/errors/result.ts';
import type { Address } from '../../core/protocol/address.ts';
import type { Payloads } from '../../ports/payloads.ts';
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

  async putValue(params: {
    readonly address: Address;
    readonly token: string;
    readonly text: string;
    readonly until: number;
  }): Promise<string> {
    // @defect values-of-deliveries-apart
    const ref = `memory:${params.address.id}/${params.token}`;
    this.#values.set(ref, params.text, params.until);
    return ref;
  }

  async getValue({ ref }: { readonly ref: string }): Promise<string> {
    const id = ref.slice(ref.indexOf(':') + 1, ref.lastIndexOf('/'));
    return this.#values.get(ref) ?? missing('value', ref, id);
  }

  async removeValue({ ref }: { readonly ref: string }): Promise<void> {
    this.#values.delete(ref);
  }

  async putBlock(params: { readonly key: string; readonly text: string; readonly until: number }): Promise<void> {
    this.#blocks.set(params.key, params.text, params.until);
  }

  async getBlock({ key }: { readonly key: string }): Promise<string> {
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
  throw new UnknownResult(`Cannot read a ${what} as text: there is none under ${key}; it was removed, or it expired`, {
    taskId,
  });
}
