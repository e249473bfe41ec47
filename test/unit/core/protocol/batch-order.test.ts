import { describe, expect, it } from 'vitest';
import { hasTime, inTurn, secondsWithoutTime } from '../../../../src/core/protocol/batch-order.ts';

describe('inTurn()', () => {
  it.each([
    ['behind fresh ones that leave it time', [3000], [[50_000, 2]], [[], [50_000]]],
    ['before fresh ones that would not', [11_000], [[50_000, 2]], [[50_000], []]],
    ['behind fresh ones that leave it just its time', [10_000], [[50_000, 2]], [[], [50_000]]],
    ['behind the longest fresh one that leaves it time', [1000, 3000], [[50_000, 2]], [[], [50_000]]],
    ['before fresh ones, if it finds no time behind one of them', [11_000, 1000], [[50_000, 2]], [[50_000], []]],
    ['nowhere if there is none', [11_000], [], [[], []]],
    ['behind them at its first receive', [11_000], [[50_000, 1]], [[], [50_000]]],
    ['behind them at its third receive, if they leave it time', [1000], [[3000, 3]], [[], [3000]]],
    ['before any at its fourth receive', [], [[3000, 4]], [[3000], []]],
    [
      'in the order of their receives',
      [11_000],
      [
        [1000, 1],
        [2000, 2],
        [50_000, 3],
        [51_000, 3],
      ],
      [[50_000], [51_000, 2000, 1000]],
    ],
  ])('puts a possible duplicate %s', (_, fresh, seconds, order) => {
    const all = seconds.map(([neededMs = 0, receives = 0]) => ({ neededMs, receives }));
    const { before, behind } = inTurn(
      fresh.map((neededMs) => ({ neededMs, receives: 1 })),
      all,
      60_000,
    );
    expect([before, behind].map((part) => part.map(({ neededMs }) => neededMs))).toEqual(order);
  });
});

describe('secondsWithoutTime()', () => {
  it('doubles with each receive, up to a minute', () => {
    expect([1, 2, 5, 6, 20].map(secondsWithoutTime)).toEqual([2, 4, 32, 60, 60]);
  });
});

describe('hasTime()', () => {
  const WHOLE = 60_000;
  it.each([
    ['just what the task needs', { leftMs: 5000, neededMs: 5000, receives: 1 }, true],
    ['less than the task needs', { leftMs: 4999, neededMs: 5000, receives: 1 }, false],
    ['a whole sandbox, too short, at the third receive', { leftMs: WHOLE, neededMs: 90_000, receives: 3 }, false],
    ['a whole sandbox, too short, at the fourth receive', { leftMs: WHOLE, neededMs: 90_000, receives: 4 }, true],
    ['a sandbox that has just begun', { leftMs: WHOLE - 1000, neededMs: 90_000, receives: 4 }, true],
    ['a sandbox that began a while ago', { leftMs: WHOLE - 1001, neededMs: 90_000, receives: 4 }, false],
    ['a whole sandbox in which nothing can start', { leftMs: 2999, neededMs: 9000, receives: 4, wholeMs: 3500 }, false],
    ['the least time of any task', { leftMs: 3000, neededMs: 9000, receives: 4, wholeMs: 3500 }, true],
  ])('of %s', (_, { receives, ...time }, has) => {
    expect(hasTime({ receives, time: { wholeMs: WHOLE, leastMs: 3000, ...time } })).toBe(has);
  });
});
