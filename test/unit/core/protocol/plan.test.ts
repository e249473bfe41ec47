import { describe, expect, it, test } from 'vitest';
import { countOf, firstTaskOf, inlineItems, withCeleryId } from '../../../../src/core/protocol/plan.ts';
import type { FirstTask, Plan } from '../../../../src/core/protocol/plan.ts';

const a: Plan = { task: 'a' };
const b: Plan = { task: 'b' };
const stored = { stored: 'table:W/0', n: 9, per: 3, first: 'a' };

test('inlineItems() and countOf() tell elements in the plan from those in blocks', () => {
  expect([inlineItems([a, b]), countOf([a, b])]).toEqual([[a, b], 2]);
  expect([inlineItems(stored), countOf(stored)]).toEqual([[], 9]);
});

describe('withCeleryId()', () => {
  it.each<[string, Plan, Plan]>([
    ['a task, beside its options', { ...a, options: { queue: 'q' } }, { ...a, options: { queue: 'q', celeryId: 'c' } }],
    ['a group', { par: [a, b] }, { par: [a, b], celeryId: 'c' }],
    ['the last step of a chain', { seq: [a, b] }, { seq: [a, { ...b, options: { celeryId: 'c' } }] }],
    ['the last step of the last step', { seq: [a, { par: [b] }] }, { seq: [a, { par: [b], celeryId: 'c' }] }],
  ])('puts the id on %s, which has the value', (_, plan, marked) => {
    expect(withCeleryId(plan, 'c')).toEqual(marked);
  });

  it('leaves a chain whose steps are in blocks, and any plan without an id', () => {
    expect(withCeleryId({ seq: stored }, 'c')).toEqual({ seq: stored });
    expect(withCeleryId(a, undefined)).toBe(a);
  });
});

describe('firstTaskOf()', () => {
  const high: Plan = { task: 'h', options: { queue: 'q', priority: 'high', tenant: 't' } };
  it.each<[string, Plan, FirstTask | undefined]>([
    ['a task, with its queue and its priority', high, { task: 'h', queue: 'q', priority: 'high' }],
    ['a task without options', a, { task: 'a' }],
    ['the first task of the first step', { seq: [{ par: [high, a] }, b] }, { task: 'h', queue: 'q', priority: 'high' }],
    ['the first element that has a task', { seq: [{ par: [] }, b] }, { task: 'b' }],
    [
      'the one that blocks name',
      { par: { ...stored, queue: 'q', priority: 7 } },
      { task: 'a', queue: 'q', priority: 7 },
    ],
    ['nothing where blocks have no task', { par: { ...stored, first: '' } }, undefined],
    ['nothing where there is no task', { seq: [{ par: [] }] }, undefined],
  ])('is %s', (_, plan, first) => {
    expect(firstTaskOf(plan)).toEqual(first);
  });
});
