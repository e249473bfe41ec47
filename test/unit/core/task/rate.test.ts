import { describe, expect, it } from 'vitest';
import { rateInterval } from '../../../../src/core/task/rate.ts';

describe('rateInterval()', () => {
  it.each([
    ['10/s', 100],
    ['100/m', 600],
    ['1000/h', 3600],
    ['0.5/s', 2000],
    ['4', 250],
    [4, 250],
    [0.25, 4000],
  ])('reads %s as one every %i ms', (limit, ms) => {
    expect(rateInterval(limit, 'add')).toBeCloseTo(ms, 9);
  });

  it('is undefined when there is no limit', () => {
    expect(rateInterval(undefined, 'add')).toBeUndefined();
  });

  it.each([['10/d'], ['fast'], [''], ['0/s'], [0], [-1], ['-1/s'], [Number.NaN], ['1/s '], ['Infinity']])(
    'refuses %j and says what it takes',
    (limit) => {
      expect(() => rateInterval(limit, 'add')).toThrow(
        expect.objectContaining({
          code: 'CHORDAL_INVALID_OPTIONS',
          message: expect.stringMatching(/rate of add: expected '10\/s'/),
        }),
      );
    },
  );
});
