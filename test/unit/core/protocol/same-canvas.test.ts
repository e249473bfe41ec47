import { describe, expect, it } from 'vitest';
import type { Plan } from '../../../../src/core/protocol/plan.ts';
import { sameCanvas } from '../../../../src/core/protocol/same-canvas.ts';

const a: Plan = { task: 'a', args: [1], kwargs: { k: 1 } };
const b: Plan = { task: 'b' };
const links = [{ on: 'success', plan: b }] as const;

describe('sameCanvas()', () => {
  it.each<[string, Plan, Plan]>([
    ['the options of a task', { ...a, options: { queue: 'q', countdown: 5, headers: { h: 1 } } }, a],
    ['how a task was made', { ...a, untyped: true }, a],
    [
      'the options of a callback',
      { ...a, links: [{ on: 'success', plan: { ...b, options: { queue: 'q' } } }] },
      { ...a, links },
    ],
    ['the options of a step', { seq: [{ ...a, options: { eta: 5 } }, b] }, { seq: [a, b] }],
    ['the options of a member', { par: [{ ...a, options: { eta: 5 } }, b] }, { par: [a, b] }],
  ])('does not count %s', (_, one, other) => {
    expect(sameCanvas(one)).toEqual(sameCanvas(other));
  });

  it('differs by tasks, arguments and structure', () => {
    const stored = { stored: 'table:W/0', n: 2, per: 2, first: 'a' };
    const different: readonly Plan[] = [
      a,
      b,
      { ...a, args: [2] },
      { ...a, kwargs: { k: 2 } },
      { task: 'a', stored: 'table:W/0' },
      { ...a, immutable: true },
      { ...a, each: 'map' },
      { ...a, each: 'map', collect: true },
      { ...a, links },
      { ...a, links: [{ on: 'failure', plan: b }] },
      { ...a, links: [{ on: 'success', plan: a }] },
      { seq: [a, b] },
      { seq: [b, a] },
      { seq: [a, b], links },
      { seq: stored },
      { par: [a, b] },
      { par: [a, b], links },
      { par: [a, b], collect: true },
      { par: [a, b], collect: true, tolerate: 1 },
      { par: stored },
      { par: { ...stored, stored: 'table:W/1' } },
    ];
    expect(new Set(different.map((plan) => JSON.stringify(sameCanvas(plan)))).size).toBe(different.length);
  });
});
