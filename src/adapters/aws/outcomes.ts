import { nodeKey } from '../../core/protocol/address.ts';
import type { Address } from '../../core/protocol/address.ts';
import { idsAt } from '../../core/protocol/footprint.ts';
import { isStepOf } from '../../core/protocol/ids.ts';
import { LEAF_MEMBERS, NODE_CHILDREN, SHARD_MEMBERS, shardCount } from '../../core/protocol/join-tree.ts';
import type { Cell, Leaf, Outcome, Standing, Tally } from '../../core/protocol/outcome.ts';
import type {
  Addressed,
  Claim,
  Climb,
  Commit,
  CountStart,
  Gather,
  OfBase,
  OfJoin,
  Outcomes,
  ReadMany,
  UncountStart,
} from '../../ports/outcomes.ts';
import { inParallel } from '../parallel.ts';
import { tallyOf } from '../tally.ts';
import { isExpired, readText } from './attributes.ts';
import type { Item, Key } from './attributes.ts';
import { cellOf, leafOf, nodeOf } from './outcome-codec.ts';
import type { At, ItemUpdate } from './outcomes-requests.ts';
import {
  countStartRequest,
  claimRequest,
  clearRequest,
  climbRequest,
  decideRequest,
  uncountStartRequest,
  firstChildOf,
  forgetRequest,
  leavesRequest,
  stepsRequest,
} from './outcomes-requests.ts';
import { Table } from './table.ts';
import type { TableOptions } from './table.ts';

/** Outcomes and joins in a DynamoDB table: one update for each write; a refused one answers with what stands. */
export class DynamoOutcomes implements Outcomes {
  readonly #table: Table;

  constructor(options: TableOptions) {
    this.#table = new Table(options);
  }

  async commit(params: Commit): Promise<Standing> {
    return standingOf(params.address, await this.#write(params.address, decideRequest(this.#at(), params)));
  }

  async countStart(params: CountStart): Promise<Standing> {
    return standingOf(params.address, await this.#write(params.address, countStartRequest(this.#at(), params)));
  }

  async uncountStart({ address, token }: UncountStart): Promise<void> {
    await this.#table.update(uncountStartRequest(this.#table.name, address, token));
  }

  async claim(params: Claim): Promise<Standing> {
    return standingOf(params.address, await this.#write(params.address, claimRequest(this.#at(), params)));
  }

  async forget({ address }: Addressed): Promise<Outcome | undefined> {
    const item = await this.#table.update(forgetRequest(this.#table.name, address));
    return item && cellOf(item, address.slot).outcome;
  }

  async read({ address }: Addressed): Promise<Standing> {
    return standingOf(address, (await this.#table.get(address, true)) ?? {});
  }

  async climb(params: Climb): Promise<Leaf> {
    const request = climbRequest(this.#at(), params);
    const key = { pk: request.Key.pk.S, sk: request.Key.sk.S };
    return nodeOf(await this.#write(key, request), firstChildOf(params.rung));
  }

  async gather({ join, n, mayLag = false, from = 0 }: Gather): Promise<readonly Cell[]> {
    const cells = Array.from({ length: n }, (): Cell => EMPTY_CELL);
    const shards = Array.from({ length: shardCount(n) }, (_, shard) => shard).slice(Math.floor(from / SHARD_MEMBERS));
    await inParallel(shards, PARALLEL_QUERIES, async (shard) => {
      for (const leaf of await this.#table.query(leavesRequest(this.#table.name, join, shard, !mayLag))) {
        const first = Number(readText(leaf, 'sk')?.slice(1)) * LEAF_MEMBERS;
        for (let slot = 0; slot < LEAF_MEMBERS && first + slot < n; slot += 1) cells[first + slot] = cellOf(leaf, slot);
      }
    });
    return cells;
  }

  async tally({ join }: OfJoin): Promise<Tally | undefined> {
    return tallyOf({
      leaves: async (shard) => {
        return (await this.#table.query(leavesRequest(this.#table.name, join, shard, false))).map(leafOf);
      },
      node: async (level, index) => {
        const item = await this.#table.get({ pk: nodeKey(join, level, index), sk: '-' }, false);
        if (item === undefined) return undefined;
        const first = index * NODE_CHILDREN;
        const children = (item['d']?.NS ?? []).map((child) => first + Number(child));
        return { node: nodeOf(item, first), children };
      },
    });
  }

  async steps({ base }: OfBase): Promise<readonly { readonly id: string; readonly cell: Cell }[]> {
    const items = await this.#table.query(stepsRequest(this.#table.name, base));
    return items.flatMap((item) => {
      const [id = ''] = idsAt({ pk: readText(item, 'pk') ?? '', sk: readText(item, 'sk') ?? '' });
      return isStepOf(base, id) ? [{ id, cell: cellOf(item, undefined) }] : [];
    });
  }

  async readMany({ addresses }: ReadMany): Promise<readonly Cell[]> {
    const items = await Promise.all(addresses.map((address) => this.#table.get(address, false)));
    return addresses.map(({ slot }, index) => cellOf(items[index] ?? {}, slot));
  }

  /** The item as it stands after a write, or, if the write was refused, as it stood. */
  async #write(key: Key, update: ItemUpdate): Promise<Item> {
    const first = await this.#table.updateOrFind(key, update);
    if ('item' in first) return first.item;
    const { standing } = first;
    if (standing === undefined || !isExpired(standing, this.#table.now())) return standing ?? {};
    await this.#table.put(clearRequest(this.#at(), standing, update));
    const second = await this.#table.updateOrFind(key, update);
    return ('item' in second ? second.item : second.standing) ?? {};
  }

  #at(): At {
    return { table: this.#table.name, now: this.#table.now() };
  }
}

// --- internal ---

const EMPTY_CELL: Cell = Object.freeze({});
/** A gather of 100,000 members is 782 queries. */
const PARALLEL_QUERIES = 32;

function standingOf({ slot }: Address, item: Item): Standing {
  const cell = cellOf(item, slot);
  return slot === undefined ? { cell } : { cell, leaf: leafOf(item) };
}
