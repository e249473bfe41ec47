import * as fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { addressOf } from '../../../../src/core/protocol/address.ts';
import { bareFootprint, footprintOf, idsAt, mergedFootprint } from '../../../../src/core/protocol/footprint.ts';
import type { Footprint } from '../../../../src/core/protocol/footprint.ts';
import type { Cell, NextAttempt } from '../../../../src/core/protocol/outcome.ts';
import { id } from '../random-id.ts';
import { outcome } from '../support.ts';

test('idsAt() finds an id where addressOf() has put it', () => {
  fc.assert(
    fc.property(id, (of) => {
      const { slot, ...key } = addressOf(of);
      const ids = idsAt(key);
      expect(ids).toHaveLength(slot === undefined ? 1 : 8);
      expect(ids[slot ?? 0]).toBe(of);
    }),
  );
});

test('idsAt() finds the members of a shard of two digits', () => {
  expect(idsAt({ pk: 'W.1/10', sk: 'c160' })).toEqual([0, 1, 2, 3, 4, 5, 6, 7].map((x) => `W.1~${1280 + x}`));
});

test.each([
  ['W', 's'],
  ['W', 'vW/t'],
  ['W/n0.0', '-'],
  ['W/1', 'c0'],
  ['W/0', 'v~1/abc0'],
  ['W/0', 'c0/1'],
])('idsAt() finds none when no outcome is kept at %s %s', (pk, sk) => {
  expect(idsAt({ pk, sk })).toEqual([]);
});

describe('footprintOf()', () => {
  const next: NextAttempt = { kind: 'retry', notBefore: 0, attempt: 2, mid: 'm', token: 'k' };
  it.each<[string, Cell, Partial<Footprint> | undefined]>([
    ['an outcome', { outcome: outcome() }, { isEnded: true, isBegun: false }],
    ['a rerun', { next }, { isEnded: false, isBegun: false, next: { kind: 'retry', attempt: 2 } }],
    ['a counted start', { starts: ['t'] }, { isEnded: false, isBegun: true }],
    ['a claim', { claim: { mid: 'm', token: 'k', until: 1 } }, { isEnded: false, isBegun: true }],
    ['a rerun that has begun', { next, starts: ['t'] }, { isBegun: true, next: { kind: 'retry', attempt: 2 } }],
    ['starts that were cleared', { starts: [] }, undefined],
    ['nothing', {}, undefined],
  ])('is the trace of %s', (_, cell, trace) => {
    const found = footprintOf('W', cell, 9);
    if (trace === undefined) expect(found).toBeUndefined();
    else expect(found).toEqual({ id: 'W', isEnded: false, until: 9, ...trace });
  });
});

describe('mergedFootprint()', () => {
  it('is what either trace says, as long as the longer of the two', () => {
    const bare = bareFootprint('W', 5);
    const ended: Footprint = { ...bare, isEnded: true, until: 9 };
    const begun: Footprint = { ...bare, isBegun: true, next: { kind: 'replace', attempt: 1 } };
    expect(bare).toEqual({ id: 'W', isEnded: false, isBegun: false, until: 5 });
    expect(mergedFootprint(undefined, bare)).toBe(bare);
    expect(mergedFootprint(bare, bare)).toEqual(bare);
    for (const merged of [mergedFootprint(ended, begun), mergedFootprint(begun, ended)])
      expect(merged).toEqual({ ...begun, isEnded: true, until: 9 });
  });
});
