import { workflowOf } from './ids.ts';
import { leafOf, shardOf, slotOf } from './join-tree.ts';
import type { Seat } from './join-tree.ts';

/** The place where the outcome of an id is kept: an item, and for a group's member its slot in that item. */
export interface Address {
  readonly id: string;
  /** Partition key. */
  readonly pk: string;
  /** Sort key. */
  readonly sk: string;
  /** The member's place in its join, if the id is a member's. */
  readonly seat?: Seat;
  /** The member's slot in the leaf, 0 to 7. */
  readonly slot?: number;
}

/**
 * Returns the address of an outcome: a function of its id alone, so that one write serves `get()`, the join and the
 * doctor.
 *
 * A member's outcome is a slot of its leaf. Everything else is an item of its own, in the partition of the innermost
 * member around it, or of the workflow.
 *
 * @example
 * ```ts
 * addressOf('W.1~9'); // { pk: 'W.1/0', sk: 'c1', slot: 1, … }
 * addressOf('W.1~9.0'); // { pk: 'W.1/0', sk: 't~9.0' }
 * ```
 */
export function addressOf(id: string): Address {
  const member = lastMemberOf(id);
  if (member === undefined) {
    const workflow = workflowOf(id);
    return { id, pk: workflow, sk: `t${id.slice(workflow.length)}` };
  }
  const { join, index, end } = member;
  const pk = shardKey(join, shardOf(index));
  if (end < id.length) return { id, pk, sk: `t${id.slice(join.length)}` };
  return { id, pk, sk: `c${leafOf(index)}`, seat: { join, index }, slot: slotOf(index) };
}

/** Returns the partition that holds the members from `128 × shard` on of the group at `join`. */
export function shardKey(join: string, shard: number): string {
  return `${join}/${shard}`;
}

/** Returns the partition of a node above the leaves. */
export function nodeKey(join: string, level: number, node: number): string {
  return `${join}/n${level}.${node}`;
}

// --- internal ---

function lastMemberOf(id: string): { join: string; index: number; end: number } | undefined {
  const at = id.lastIndexOf('~');
  if (at < 0) return undefined;
  const digits = /^\d+/.exec(id.slice(at + 1))?.[0] ?? '';
  return { join: id.slice(0, at), index: Number(digits), end: at + 1 + digits.length };
}
