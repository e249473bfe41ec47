import { LEAF_MEMBERS, NODE_CHILDREN, shardCount } from '../core/protocol/join-tree.ts';
import type { GroupSize, Leaf, Tally } from '../core/protocol/outcome.ts';

/** A node of the first level above the leaves, or of a higher one. */
export interface CountedNode {
  readonly node: Leaf;
  /** Its complete children, counted from the first of the group. */
  readonly children: readonly number[];
}

/** The items of one group, as a store reads them. */
export interface GroupReader {
  /** Returns the leaves of a shard that have an item. */
  leaves(shard: number): Promise<readonly Leaf[]>;
  /** Returns a node, if it has an item. */
  node(level: number, index: number): Promise<CountedNode | undefined>;
}

/** Counts how far a group has got: from its leaves where they are few, else from the nodes above them. */
export async function tallyOf(reader: GroupReader): Promise<Tally | undefined> {
  const first = await reader.leaves(0);
  const size = sizeIn(first) ?? (await sizeAbove(reader));
  if (size === undefined) return undefined;
  return size.members <= COUNTED_MEMBERS ? exactly(reader, size, first) : roughly(reader, size);
}

// --- internal ---

/** The members of the largest group whose leaves are counted: 128 leaves, in 8 queries. */
const COUNTED_MEMBERS = 1024;

function sizeIn(leaves: readonly Leaf[]): GroupSize | undefined {
  return leaves.find(({ size }) => size !== undefined)?.size;
}

/** The first members may be the last to end: a node shows the size, too. */
async function sizeAbove(reader: GroupReader): Promise<GroupSize | undefined> {
  const nodes = await Promise.all([reader.node(0, 0), reader.node(1, 0)]);
  return sizeIn(nodes.flatMap((found) => found?.node ?? []));
}

async function exactly(reader: GroupReader, size: GroupSize, first: readonly Leaf[]): Promise<Tally> {
  const others = Array.from({ length: shardCount(size.members) - 1 }, (_, index) => reader.leaves(index + 1));
  const leaves = [...first, ...(await Promise.all(others)).flat()];
  const done = sum(leaves.map(({ filled }) => filled));
  return { size, done, failures: failuresOf(leaves), isExact: true };
}

/** A leaf is in its node when all its members have ended, so what is counted has. */
async function roughly(reader: GroupReader, size: GroupSize): Promise<Tally> {
  const leaves = Math.ceil(size.members / LEAF_MEMBERS);
  const count = Math.ceil(leaves / NODE_CHILDREN);
  const found = await Promise.all(Array.from({ length: count }, (_, index) => reader.node(0, index)));
  const nodes = found.filter((one) => one !== undefined);
  const complete = sum(nodes.map(({ children }) => children.length));
  const isLastComplete = nodes.some(({ children }) => children.includes(leaves - 1));
  const missing = isLastComplete ? leaves * LEAF_MEMBERS - size.members : 0;
  const done = complete * LEAF_MEMBERS - missing;
  const failures = failuresOf(nodes.map(({ node }) => node));
  return { size, done, failures, isExact: done === size.members };
}

function failuresOf(leaves: readonly Leaf[]): number {
  return sum(leaves.map(({ failures = 0 }) => failures));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
