/**
 * The arithmetic of a join: where a member's outcome lives, and how many writes lead from it to the root.
 *
 * A leaf is one item with the outcomes of 8 members. Leaves are children of nodes of up to 200, and nodes of nodes, so
 * that no item grows with the group and no partition takes the writes of more than 128 members.
 */

/** Members in one leaf: their outcomes fit in one write unit of 1 KB. */
export const LEAF_MEMBERS = 8;
/** Members in one partition, and so in one Query of a gather. */
export const SHARD_MEMBERS = 128;
/** Children of one node. */
export const NODE_CHILDREN = 200;

/** The place of a member in its join. */
export interface Seat {
  /** The base of the group. */
  readonly join: string;
  /** The member's index in the group. */
  readonly index: number;
}

/** Where one write of a climb goes: the node, and which child it marks as complete. */
export interface Rung {
  readonly level: number;
  readonly node: number;
  readonly child: number;
  /** How many children the node waits for. */
  readonly children: number;
}

/** Returns the leaf that holds member `index`. */
export function leafOf(index: number): number {
  return Math.floor(index / LEAF_MEMBERS);
}

/** Returns the slot of member `index` in its leaf, 0 to 7. */
export function slotOf(index: number): number {
  return index % LEAF_MEMBERS;
}

/** Returns the partition of member `index`. */
export function shardOf(index: number): number {
  return Math.floor(index / SHARD_MEMBERS);
}

/** Returns how many members the leaf of member `index` waits for, in a group of `n`. */
export function leafSize(n: number, index: number): number {
  return Math.min(LEAF_MEMBERS, n - leafOf(index) * LEAF_MEMBERS);
}

/** Returns the first write above the leaf of member `index`, or `undefined` where that leaf is the root. */
export function firstRung(n: number, index: number): Rung | undefined {
  return rung(0, leafOf(index), Math.ceil(n / LEAF_MEMBERS));
}

/** Returns the write above `from`, once that node is complete, or `undefined` where it is the root. */
export function nextRung(n: number, from: Rung): Rung | undefined {
  let width = Math.ceil(n / LEAF_MEMBERS);
  for (let level = 0; level <= from.level; level += 1) width = Math.ceil(width / NODE_CHILDREN);
  return rung(from.level + 1, from.node, width);
}

/** Returns how many partitions a group of `n` members has. */
export function shardCount(n: number): number {
  return Math.ceil(n / SHARD_MEMBERS);
}

// --- internal ---

function rung(level: number, child: number, width: number): Rung | undefined {
  if (width <= 1) return undefined;
  const node = Math.floor(child / NODE_CHILDREN);
  return { level, node, child, children: Math.min(NODE_CHILDREN, width - node * NODE_CHILDREN) };
}
