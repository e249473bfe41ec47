import * as fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { workflowOf } from '../../../../src/core/protocol/ids.ts';
import { MOST_STAMPS, SENT_STAMPS, stampKey, stampKeys, STAMPS } from '../../../../src/core/protocol/stamps.ts';

const list = (length: number): readonly number[] => Array.from({ length }, (_, i) => i);

test.each<[string, unknown, boolean, boolean]>([
  ['none', {}, true, true],
  ['a name of 100 characters', { [`a_.:-${'x'.repeat(95)}`]: 1 }, true, true],
  ['a name of 101 characters', { ['x'.repeat(101)]: 1 }, false, true],
  ['a name without characters', { '': 1 }, false, true],
  ['a name with a space', { ok: 1, 'a b': 1 }, false, true],
  ['the name of an option', { queue: 'q' }, false, true],
  ['as many values as a task may have', { a: list(MOST_STAMPS - 1), b: 'x' }, true, true],
  ['one value more', { a: list(MOST_STAMPS), b: 'x' }, false, false],
  ['a list', [], false, false],
  ['a text', 'a', false, false],
])('stamps with %s are taken from code: %#', (_, stamps, inCode, inMessage) => {
  expect([STAMPS.is(stamps), SENT_STAMPS.is(stamps)]).toEqual([inCode, inMessage]);
});

describe('stampKey()', () => {
  it('is a key of its own for every stamp, at which no id ends', () => {
    const value = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null));
    const stamp = fc.tuple(fc.oneof(fc.string(), fc.constantFrom('.', '~!', 'a^b')), value);
    fc.assert(
      fc.property(stamp, stamp, (one, other) => {
        const key = stampKey(...one) ?? '';
        expect(workflowOf(key)).toBe(key);
        expect(key === stampKey(...other)).toBe(JSON.stringify(one) === JSON.stringify(other));
      }),
    );
    expect(stampKey('a', null)).toBe('$stamp/%5B%22a%22%2Cnull%5D');
    expect(stampKey('a.b~c!', 'x')).toBe('$stamp/%5B%22a%2eb%7ec%21%22%2C%22x%22%5D');
  });

  it('is not there for an object, nor for what is too long for a key of the table', () => {
    expect(stampKey('a', {})).toBeUndefined();
    expect(stampKey('a', [1])).toBeUndefined();
    const room = 900 - (stampKey('a', '') ?? '').length;
    expect(stampKey('a', 'x'.repeat(room))).toHaveLength(900);
    expect(stampKey('a', 'x'.repeat(room + 1))).toBeUndefined();
  });
});

test('stampKeys() are those of each value that can be revoked', () => {
  expect(stampKeys({ a: 1, b: [2, { c: 3 }, 4], d: {} })).toEqual([
    stampKey('a', 1),
    stampKey('b', 2),
    stampKey('b', 4),
  ]);
  expect(stampKeys()).toEqual([]);
});
