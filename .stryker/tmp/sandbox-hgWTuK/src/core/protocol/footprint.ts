import { compact } from '../values/compact.ts';
import { shardKey } from './address.ts';
import type { Address } from './address.ts';
import { memberId } from './ids.ts';
import { LEAF_MEMBERS, shardOf } from './join-tree.ts';
import type { Cell } from './outcome.ts';

/** That there is something of an id, and how far it has got; without its values. */
export interface Footprint {
  readonly id: string;
  /** It has an outcome. */
  readonly isEnded: boolean;
  /** A run of it was begun, and did not decide this attempt. */
  readonly isBegun: boolean;
  /** What its last attempt has decided instead of an outcome, and which attempt that made. */
  readonly next?: { readonly kind: 'retry' | 'replace'; readonly attempt: number };
  /**
   * Epoch ms until which it is kept. When it was written is not kept: that was 15 days before this at the latest, and earlier where a start was planned for later.
   */
  readonly until: number;
}

/** The trace of what stands at an id's address; undefined if nothing does. */
export function footprintOf(id: string, { outcome, next, starts, claim }: Cell, until: number): Footprint | undefined {
  const isBegun = (starts !== undefined && starts.n > 0) || claim !== undefined;
  if (outcome === undefined && next === undefined && !isBegun) return undefined;
  const rerun = next === undefined ? {} : { next: { kind: next.kind, attempt: next.attempt } };
  return { id, isEnded: outcome !== undefined, isBegun, ...rerun, until };
}

/** The trace of an id of which something is kept beside its address: that it is there, and no more. */
export function bareFootprint(id: string, until: number): Footprint {
  return { id, isEnded: false, isBegun: false, until };
}

/** What two traces of one id say together. */
export function mergedFootprint(a: Footprint | undefined, b: Footprint): Footprint {
  if (a === undefined) return b;
  const next = a.next ?? b.next;
  return compact({
    id: b.id,
    isEnded: a.isEnded || b.isEnded,
    isBegun: a.isBegun || b.isBegun,
    next,
    until: Math.max(a.until, b.until),
  });
}

/**
 * The ids whose outcomes are kept in the item with this key, by slot: of a leaf eight, of a task one; none if it is another kind of item.
 *
 * @example
 * ```ts
 * idsAt({ pk: 'W.1/0', sk: 't~9.0' }); // ['W.1~9.0'], as addressOf('W.1~9.0') is there
 * ```
 */
export function idsAt({ pk, sk }: Pick<Address, 'pk' | 'sk'>): readonly string[] {
  const place = pk.replace(/\/\d+$/, '');
  if (sk.startsWith('t')) return [`${place}${sk.slice(1)}`];
  const [, leaf] = /^c(\d+)$/.exec(sk) ?? [];
  if (leaf === undefined) return [];
  const first = Number(leaf) * LEAF_MEMBERS;
  if (shardKey(place, shardOf(first)) !== pk) return [];
  return Array.from({ length: LEAF_MEMBERS }, (_, slot) => memberId(place, first + slot));
}
