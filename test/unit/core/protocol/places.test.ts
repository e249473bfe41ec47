import { describe, expect, it } from 'vitest';
import { grant, heldUntil, nextLookMs, placeOf, placeProblem } from '../../../../src/core/protocol/places.ts';
import type { Granted, NextInLine, Places, Wish } from '../../../../src/core/protocol/places.ts';

const NOW = 1_000_000;
const wishOf = (more: Partial<Wish> = {}): Wish => ({
  tokens: ['t'],
  limit: 1,
  mid: 'm',
  since: NOW,
  now: NOW,
  ...more,
});
const nextOf = (more: Partial<NextInLine> = {}): NextInLine => ({
  mid: 'o',
  since: NOW - 5,
  from: NOW - 4,
  until: NOW + 20_000,
  beside: 0,
  ...more,
});
const held = (...untils: readonly number[]): Places['holders'] =>
  Object.fromEntries(untils.map((until, index) => [`h${index}`, until]));
const take = (more: Partial<Granted & { kind: 'take' }> = {}): Granted => ({
  kind: 'take',
  tokens: ['t'],
  lapsed: [],
  leavesLine: false,
  ...more,
});

describe('the place of a run', () => {
  it('is of the key and the limit of its call, else of its task, else of the name of the task', () => {
    const task = { options: { concurrencyLimit: 3, concurrencyKey: 'api' } };
    expect(placeOf({ task: 'add' }, { options: {} })).toBeUndefined();
    expect(placeOf({ task: 'add' }, task)).toEqual({ key: 'api', limit: 3 });
    expect(placeOf({ task: 'add' }, { options: { concurrencyLimit: 3 } })).toEqual({ key: 'add', limit: 3 });
    expect(placeOf({ task: 'add', options: { concurrencyKey: 't7' } }, task)).toEqual({ key: 't7', limit: 3 });
    expect(placeOf({ task: 'add', options: { concurrencyLimit: 1 } }, task)).toEqual({ key: 'api', limit: 1 });
  });

  it('is refused to a key without a limit, and to a task that a Python worker runs', () => {
    const keyed = { task: 'add', options: { concurrencyKey: 't7' } };
    expect(placeProblem(keyed, { options: {} })?.message).toBe(
      'Cannot use the concurrencyKey "t7" of add: it has no limit. Give the task or the call a concurrencyLimit, too.',
    );
    expect(placeProblem(keyed, { options: { concurrencyLimit: 1 } })).toBeUndefined();
    expect(placeProblem({ task: 'add' }, { options: {} })).toBeUndefined();
    const python = { options: {}, external: {} };
    expect(placeProblem(keyed, python)?.message).toBe(
      'Cannot use concurrencyKey of add: a Python worker runs it, which takes no places. Limit that worker, or leave it out.',
    );
    const limited = { task: 'add', options: { concurrencyLimit: 1 } };
    expect(placeProblem(limited, python)?.message).toMatch(/^Cannot use concurrencyLimit of add: a Python worker/);
    expect(placeProblem({ task: 'add' }, python)).toBeUndefined();
  });

  it('is held for longer than its sandbox lives, by any clock', () => {
    expect(heldUntil(NOW, 60_000)).toBe(NOW + 70_000);
  });
});

describe('grant()', () => {
  it.each<[string, Places, Partial<Wish>, Granted]>([
    ['of an empty key', { holders: {} }, {}, take()],
    ['beside others', { holders: held(NOW + 1) }, { limit: 2 }, take()],
    ['of a holder whose time is over', { holders: held(NOW, NOW + 1) }, { limit: 2 }, take({ lapsed: ['h0'] })],
    ['that it holds already', { holders: { t: NOW + 1 } }, {}, take()],
    ['before a younger message', { holders: {}, next: nextOf({ since: NOW + 1 }) }, {}, take()],
    ['after an older one that did not come back', { holders: {}, next: nextOf({ until: NOW }) }, {}, take()],
    ['as the first in line', { holders: {}, next: nextOf({ mid: 'm' }) }, {}, take({ leavesLine: true })],
    ['beside the one that is kept', { holders: {}, next: nextOf({ beside: 1 }) }, { limit: 2 }, take()],
  ])('gives a place %s', (_, places, wish, expected) => {
    expect(grant(places, wishOf(wish))).toEqual(expected);
  });

  it('gives as many of several places as are free', () => {
    const wish = wishOf({ limit: 3, tokens: ['a', 'b', 'c'] });
    expect(grant({ holders: held(NOW + 1) }, wish)).toEqual(take({ tokens: ['a', 'b'] }));
    expect(grant({ holders: {}, next: nextOf({ beside: 2 }) }, wish)).toEqual(take({ tokens: ['a', 'b'] }));
  });

  it('removes as many holders that have died as one write can, first those alone where they take all places', () => {
    const dead = held(...Array.from({ length: 120 }, () => NOW));
    const lapsed = Object.keys(dead).slice(0, 50);
    expect(grant({ holders: dead }, wishOf({ limit: 120 }))).toEqual(take({ lapsed }));
    expect(grant({ holders: dead }, wishOf({ limit: 70 }))).toEqual({ kind: 'clear', lapsed });
    expect(grant({ holders: dead, next: nextOf() }, wishOf({ limit: 120 }))).toEqual({ kind: 'clear', lapsed });
  });

  it.each<[string, Places, Partial<Wish>]>([
    ['an older message waits for the only one', { holders: {}, next: nextOf() }, {}],
    ['an older one waits for the last one', { holders: held(NOW + 1), next: nextOf({ beside: 1 }) }, { limit: 2 }],
    ['another one waits since the same time', { holders: {}, next: nextOf({ since: NOW }) }, {}],
    ['an older one has a lower limit', { holders: held(NOW + 1), next: nextOf() }, { limit: 10 }],
  ])('has a message wait, and marks nothing, where %s', (_, places, wish) => {
    expect(grant(places, wishOf(wish))).toEqual({ kind: 'wait', isNew: false });
  });

  it('marks a message that has waited longest, and keeps its mark for as long as it must', () => {
    const full = held(NOW + 60_000);
    const mark = { mid: 'm', since: NOW, from: NOW, until: NOW + 16_000, beside: 0 };
    expect(grant({ holders: full }, wishOf())).toEqual({ kind: 'wait', next: mark, isNew: true });
    const younger = nextOf({ since: NOW + 1 });
    expect(grant({ holders: full, next: younger }, wishOf())).toEqual({ kind: 'wait', next: mark, isNew: true });
    const now = NOW + 5000;
    expect(grant({ holders: full, next: mark }, wishOf({ now }))).toEqual({ kind: 'wait', next: mark, isNew: false });
    const last = NOW + 9000;
    expect(nextLookMs({ nextFrom: NOW, since: NOW, now: last, chance: 1 })).toBe(1125);
    const exact = { ...mark, until: last + 1125 + 5000 };
    expect(grant({ holders: full, next: exact }, wishOf({ now: last }))).toEqual({
      kind: 'wait',
      next: exact,
      isNew: false,
    });
    const later = NOW + 12_000;
    const renewed = { ...mark, until: later + 1500 + 15_000 };
    expect(grant({ holders: full, next: mark }, wishOf({ now: later }))).toEqual({
      kind: 'wait',
      next: renewed,
      isNew: true,
    });
  });
});

describe('nextLookMs()', () => {
  const at = (more: Partial<Parameters<typeof nextLookMs>[0]>): number =>
    nextLookMs({ since: NOW, now: NOW, chance: 0.5, ...more });

  it('lets the first in line look each second, and less often if it is that for long', () => {
    expect(at({ nextFrom: NOW })).toBe(1000);
    expect(at({ nextFrom: NOW - 16_000 })).toBe(2000);
    expect(at({ nextFrom: NOW - 900_000 })).toBe(30_000);
  });

  it('lets others look after half of the time that they have waited, spread by chance', () => {
    expect(at({})).toBe(2000);
    expect(at({ since: NOW - 20_000 })).toBe(10_000);
    expect(at({ since: NOW - 20_000, chance: 0 })).toBe(7500);
    expect(at({ since: NOW - 20_000_000 })).toBe(60_000);
  });
});
