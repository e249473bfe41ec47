import { compact } from '../values/compact.ts';
import { shardKey } from './address.ts';
import type { Address } from './address.ts';
import { memberId } from './ids.ts';
import { LEAF_MEMBERS, shardOf } from './join-tree.ts';
import type { Cell } from './outcome.ts';

/** The trace of an id: that something of it exists, and how far it has got, without its values. */
export interface Footprint {
  readonly id: string;
  /** It has an outcome. */
  readonly isEnded: boolean;
  /** A run of it was begun, and did not decide this attempt. */
  readonly isBegun: boolean;
  /** The decision of its last attempt instead of an outcome, and the attempt that followed from it. */
  readonly next?: { readonly kind: 'retry' | 'replace'; readonly attempt: number };
  /**
   * Epoch ms until which it is kept. The time of writing is not kept. It was 30 days before this at the latest, and
   * earlier where a start was planned for later.
   */
  readonly until: number;
}

/** Returns the trace of the content of an id's address; undefined if it has none. */
export function footprintOf(id: string, { outcome, next, starts, claim }: Cell, until: number): Footprint | undefined {
  const isBegun = (starts !== undefined && starts.length > 0) || claim !== undefined;
  if (outcome === undefined && next === undefined && !isBegun) return undefined;
  const rerun = next === undefined ? {} : { next: { kind: next.kind, attempt: next.attempt } };
  return { id, isEnded: outcome !== undefined, isBegun, ...rerun, until };
}

/** Returns the trace of an id that has something stored beside its address: only that it exists. */
export function bareFootprint(id: string, until: number): Footprint {
  return { id, isEnded: false, isBegun: false, until };
}

/** Merges two traces of one id. */
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
 * Returns the ids whose outcomes are kept in the item with this key, by slot. A leaf has eight, a task one, and any
 * other item none.
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
