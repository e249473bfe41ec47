import { readVisible } from '../client/results/read-result.ts';
import { keptFor } from '../core/protocol/lifetime.ts';
import type { Engine } from '../engine/engine.ts';

/** Ids that a reader looks at in one go. */
const AT_ONCE = 5;

/**
 * A client that reads while workflows run: a state that it has once seen as final must stay the same, as long as items
 * are kept.
 */
export class Reader {
  readonly problems: string[] = [];
  readonly #engine: Engine;
  readonly #ids: ReadonlySet<string>;
  /** Nothing expires before, in epoch ms. */
  readonly #keptUntil: number;
  readonly #final = new Map<string, string>();
  #next = 0;

  constructor(engine: Engine, ids: ReadonlySet<string>) {
    this.#engine = engine;
    this.#ids = ids;
    this.#keptUntil = keptFor(engine.clock.now());
  }

  /** Looks at some ids, each time at others. */
  async look(): Promise<void> {
    const ids = [...this.#ids];
    if (this.#next >= ids.length) this.#next = 0;
    const some = ids.slice(this.#next, (this.#next += AT_ONCE));
    for (const id of some) await this.#read(id);
  }

  /** Looks at all of them. */
  async lookAtAll(): Promise<void> {
    for (const id of this.#ids) await this.#read(id);
  }

  async #read(id: string): Promise<void> {
    const { outcome } = await readVisible(this.#engine, id);
    const before = this.#final.get(id);
    if (this.#engine.clock.now() >= this.#keptUntil) return;
    const now = outcome === undefined ? undefined : JSON.stringify([outcome.state, outcome.value]);
    if (before !== undefined && before !== now)
      this.problems.push(`a reader saw ${id} end as ${before}, and later as ${now ?? 'nothing'}`);
    if (now !== undefined) this.#final.set(id, now);
  }
}
