import { addressOf, nodeKey, shardKey } from '../../core/protocol/address.ts';
import type { Address } from '../../core/protocol/address.ts';
import { idsAt, footprintOf } from '../../core/protocol/footprint.ts';
import type { Footprint } from '../../core/protocol/footprint.ts';
import { isStepOf, memberId } from '../../core/protocol/ids.ts';
import { LEAF_MEMBERS, SHARD_MEMBERS } from '../../core/protocol/join-tree.ts';
import { failuresOf, isOpen } from '../../core/protocol/outcome.ts';
import type { Cell, GroupSize, Leaf, Outcome, Standing, Tally } from '../../core/protocol/outcome.ts';
import { compact } from '../../core/values/compact.ts';
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
import type { Clock } from '../../ports/system.ts';
import { tallyOf } from '../tally.ts';
import { ExpiringMap } from './expiring-map.ts';
import { frozenCopy } from './frozen-copy.ts';

/** Outcomes and joins in memory. Each call does its work before it returns its promise, so calls never interleave. */
export class MemoryOutcomes implements Outcomes {
  readonly #items: ExpiringMap<Item>;
  readonly #nodes: ExpiringMap<Node>;

  constructor(clock: Pick<Clock, 'now'>) {
    this.#items = new ExpiringMap(clock);
    this.#nodes = new ExpiringMap(clock);
  }

  async commit({ address, attempt, decision, by, size, until }: Commit): Promise<Standing> {
    const item = this.#itemAt(address);
    const slot = address.slot ?? 0;
    const cell = item.cells[slot] ?? EMPTY_CELL;
    // @defect decisions-stay
    if (!isOpen(cell, attempt)) return standingOf(address, item);
    this.#items.set(keyOf(address), item, until);
    if (size !== undefined && address.slot !== undefined) item.size = Object.freeze(size);
    if ('kind' in decision) {
      // @defect rerun-clears-starts
      item.cells[slot] = frozenCopy({ next: { ...decision, ...by } });
      return standingOf(address, item);
    }
    item.cells[slot] = frozenCopy({ ...cell, outcome: { ...decision, ...by } });
    item.filled += 1;
    const failures = failuresOf(decision);
    item.failed ||= failures > 0;
    item.failures += failures;
    item.last = Object.freeze({ mid: by.mid, child: slot });
    return standingOf(address, item);
  }

  async countStart({ address, attempt, token, until }: CountStart): Promise<Standing> {
    const item = this.#itemAt(address);
    const slot = address.slot ?? 0;
    const cell = item.cells[slot] ?? EMPTY_CELL;
    const starts = cell.starts ?? [];
    // @defect count-start-once
    if (isOpen(cell, attempt) && !starts.includes(token)) {
      this.#items.set(keyOf(address), item, until);
      item.cells[slot] = frozenCopy({ ...cell, starts: [...starts, token] });
    }
    return standingOf(address, item);
  }

  async uncountStart({ address, token }: UncountStart): Promise<void> {
    const item = this.#itemAt(address);
    const slot = address.slot ?? 0;
    const cell = item.cells[slot] ?? EMPTY_CELL;
    // @defect uncount-own-start
    const starts = (cell.starts ?? []).filter((one) => one !== token);
    item.cells[slot] = frozenCopy({ ...cell, starts });
  }

  async claim({ address, attempt, by, claimedUntil, until }: Claim): Promise<Standing> {
    const item = this.#itemAt(address);
    const slot = address.slot ?? 0;
    const cell = item.cells[slot] ?? EMPTY_CELL;
    if (isOpen(cell, attempt) && cell.claim === undefined) {
      this.#items.set(keyOf(address), item, until);
      item.cells[slot] = frozenCopy({ ...cell, claim: { ...by, until: claimedUntil } });
    }
    return standingOf(address, item);
  }

  async forget({ address }: Addressed): Promise<Outcome | undefined> {
    const { cells } = this.#itemAt(address);
    const slot = address.slot ?? 0;
    const { outcome, ...cell } = cells[slot] ?? EMPTY_CELL;
    if (outcome === undefined) return undefined;
    const forgotten = frozenCopy({ ...cell, outcome: { ...outcome, forgotten: true as const } });
    cells[slot] = forgotten;
    return forgotten.outcome;
  }

  async read({ address }: Addressed): Promise<Standing> {
    return standingOf(address, this.#itemAt(address));
  }

  async climb({ join, rung, mid, failed, failures = 0, size, until }: Climb): Promise<Leaf> {
    const key = nodeKey(join, rung.level, rung.node);
    const node = this.#nodes.get(key) ?? { children: new Set(), failed: false, failures: 0 };
    // @defect child-counts-once
    if (!node.children.has(rung.child)) {
      // @defect children-are-named
      node.children.add(rung.child);
      node.failed ||= failed;
      node.failures += failures;
      if (size !== undefined) node.size = Object.freeze(size);
      node.last = Object.freeze({ mid, child: rung.child });
      this.#nodes.set(key, node, until);
    }
    return leafOf(node.children.size, node);
  }

  async gather({ join, n }: Gather): Promise<readonly Cell[]> {
    // @defect gather-finds-all
    return Array.from({ length: n }, (_, index) => this.#cellAt(addressOf(memberId(join, index))));
  }

  async tally({ join }: OfJoin): Promise<Tally | undefined> {
    const leavesOfShard = SHARD_MEMBERS / LEAF_MEMBERS;
    return tallyOf({
      leaves: async (shard) =>
        Array.from({ length: leavesOfShard }, (_, index) =>
          this.#items.get(`${shardKey(join, shard)} c${shard * leavesOfShard + index}`),
        ).flatMap((item) => (item === undefined ? [] : leafOf(item.filled, item))),
      node: async (level, index) => {
        const node = this.#nodes.get(nodeKey(join, level, index));
        return node && { node: leafOf(node.children.size, node), children: [...node.children] };
      },
    });
  }

  async steps({ base }: OfBase): Promise<readonly { readonly id: string; readonly cell: Cell }[]> {
    return this.#items.entries().flatMap(({ key, value: { cells } }) => {
      const space = key.indexOf(' ');
      const [id = ''] = idsAt({ pk: key.slice(0, space), sk: key.slice(space + 1) });
      return isStepOf(base, id) ? [{ id, cell: cells[0] ?? EMPTY_CELL }] : [];
    });
  }

  async readMany({ addresses }: ReadMany): Promise<readonly Cell[]> {
    return addresses.map((address) => this.#cellAt(address));
  }

  /** Returns everything that there is of every id. */
  traces(): readonly Footprint[] {
    return this.#items.entries().flatMap(({ key, value: { cells }, until }) => {
      const space = key.indexOf(' ');
      const ids = idsAt({ pk: key.slice(0, space), sk: key.slice(space + 1) });
      return ids.flatMap((id, slot) => footprintOf(id, cells[slot] ?? EMPTY_CELL, until) ?? []);
    });
  }

  #itemAt(address: Address): Item {
    return this.#items.get(keyOf(address)) ?? { cells: [], filled: 0, failed: false, failures: 0 };
  }

  #cellAt(address: Address): Cell {
    return this.#items.get(keyOf(address))?.cells[address.slot ?? 0] ?? EMPTY_CELL;
  }
}

// --- internal ---

interface Progress {
  failed: boolean;
  failures: number;
  size?: GroupSize;
  last?: { readonly mid: string; readonly child: number };
}

/** A task's item, which has one cell, or a leaf. */
interface Item extends Progress {
  readonly cells: Cell[];
  filled: number;
}

interface Node extends Progress {
  readonly children: Set<number>;
}

const EMPTY_CELL: Cell = Object.freeze({});

function keyOf({ pk, sk }: Address): string {
  return `${pk} ${sk}`;
}

function standingOf({ slot }: Address, item: Item): Standing {
  const cell = item.cells[slot ?? 0] ?? EMPTY_CELL;
  return Object.freeze(slot === undefined ? { cell } : { cell, leaf: leafOf(item.filled, item) });
}

function leafOf(filled: number, { failed, failures, size, last }: Progress): Leaf {
  return Object.freeze(compact({ filled, failed, failures: failures === 0 ? undefined : failures, size, last }));
}
