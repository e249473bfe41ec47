import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { addressOf } from '../../../../src/core/protocol/address.ts';
import { idsAt } from '../../../../src/core/protocol/footprint.ts';
import { id } from '../random-id.ts';

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

test.each([
  ['W', 's'],
  ['W', 'vW/t'],
  ['W/n0.0', '-'],
  ['W/1', 'c0'],
])('idsAt() finds none when no outcome is kept at %s %s', (pk, sk) => {
  expect(idsAt({ pk, sk })).toEqual([]);
});
