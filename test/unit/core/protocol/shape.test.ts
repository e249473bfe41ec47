import { describe, expect, it } from 'vitest';
import type { Plan } from '../../../../src/core/protocol/plan.ts';
import { lengthOf, namesIn, printShape, shapeOf, tasksIn } from '../../../../src/core/protocol/shape.ts';
import type { Shape } from '../../../../src/core/protocol/shape.ts';

const ADD: Plan = { task: 'add', args: [1, 2] };
const SUM: Plan = { task: 'tsum' };

describe('shapeOf()', () => {
  it('keeps names and order, and counts equal neighbours once', () => {
    const group: Plan = { par: [ADD, ADD, SUM, { seq: [ADD, SUM] }] };
    expect(shapeOf({ seq: [group, SUM] })).toEqual({
      seq: [
        [
          1,
          {
            par: [
              [2, 'add'],
              [1, 'tsum'],
              [
                1,
                {
                  seq: [
                    [1, 'add'],
                    [1, 'tsum'],
                  ],
                },
              ],
            ],
          },
        ],
        [1, 'tsum'],
      ],
    });
  });

  it('is as short for 100,000 equal members as for two', () => {
    const shape = shapeOf({ par: Array.from({ length: 100_000 }, () => ADD) });
    expect(shape).toEqual({ par: [[100_000, 'add']] });
    expect(tasksIn(shape)).toBe(100_000);
  });

  it('counts what it leaves out of a canvas that is too large, in its place', () => {
    const steps = Array.from({ length: 500 }, (_, i) => ({ task: `task-${i}` }));
    const shape = shapeOf({ seq: steps });
    expect(JSON.stringify(shape).length).toBeLessThanOrEqual(560);
    if (typeof shape === 'string' || !('seq' in shape)) throw new Error('It is a sequence');
    expect(lengthOf(shape)).toBe(500);
    expect(shape.seq[0]).toEqual([1, 'task-0']);
    expect(shape.seq.at(-1)).toEqual([1, 'task-499']);
    expect(shape.seq.some(([count, one]) => count > 400 && one === null)).toBe(true);
  });

  it('counts what is in blocks, whose names are not known', () => {
    const stored = { stored: 'table:W/0', n: 9, per: 3, first: 'a' };
    expect(shapeOf({ seq: [{ par: stored }, SUM] })).toEqual({
      seq: [
        [1, { par: [[9, null]] }],
        [1, 'tsum'],
      ],
    });
    expect(shapeOf({ par: { ...stored, n: 0 } })).toEqual({ par: [] });
  });

  it('keeps what has 560 bytes as JSON, and of a longer one with two names that it is a chain or a group', () => {
    const named = (bytes: number): Plan => ({
      seq: [ADD, { task: 'x'.repeat(bytes - JSON.stringify(shapeOf({ seq: [ADD, { task: '' }] })).length) }],
    });
    expect(JSON.stringify(shapeOf(named(560)))).toHaveLength(560);
    expect(shapeOf(named(561))).toEqual({ seq: [] });
    expect(shapeOf({ par: [{ task: 'x'.repeat(600) }] })).toEqual({ par: [] });
    expect(shapeOf({ task: 'x'.repeat(600) })).toBe('x'.repeat(280));
  });

  it('keeps as many levels of a deep canvas as fit', () => {
    let plan: Plan = ADD;
    for (let level = 60; level > 0; level -= 1) plan = { par: [plan, { task: `level-${level}` }] };
    const shape = shapeOf(plan);
    const names = namesIn(shape);
    expect([names[0], names.at(-1)]).toEqual(['level-19', 'level-1']);
    const oneLevel =
      JSON.stringify({
        par: [
          [1, null],
          [1, 'level-18'],
        ],
      }).length - 'null'.length;
    expect(560 - JSON.stringify(shape).length).toBeLessThan(oneLevel);
  });

  it('fits however deep the canvas nests, and however long its names are', () => {
    let plan: Plan = { task: 'x'.repeat(200) };
    for (let level = 0; level < 60; level += 1) plan = { par: [{ seq: [ADD, plan] }, { task: `y${level}` }] };
    expect(JSON.stringify(shapeOf(plan)).length).toBeLessThanOrEqual(560);
    expect(JSON.stringify(shapeOf({ task: '€'.repeat(5000) })).length).toBeLessThanOrEqual(560);
    expect(JSON.stringify(shapeOf({ seq: [{ task: 'x'.repeat(5000) }, ADD] })).length).toBeLessThanOrEqual(560);
  });
});

describe('tasksIn()', () => {
  it('counts each member of each group, and what is left out as one task each', () => {
    const group: Shape = {
      par: [
        [3, 'add'],
        [2, null],
      ],
    };
    expect(tasksIn('add')).toBe(1);
    expect(
      tasksIn({
        seq: [
          [2, group],
          [4, 'tsum'],
        ],
      }),
    ).toBe(14);
  });
});

describe('printShape()', () => {
  const cases: readonly [Shape, string][] = [
    ['add', 'add'],
    [
      {
        seq: [
          [2, 'add'],
          [1, 'tsum'],
        ],
      },
      '2 × add | tsum',
    ],
    [
      {
        seq: [
          [1, { par: [[100, 'add']] }],
          [1, 'tsum'],
        ],
      },
      'chord(100 × add, tsum)',
    ],
    [
      {
        par: [
          [1, 'add'],
          [40, null],
        ],
      },
      'group(add, 40 × …)',
    ],
    [
      {
        par: [
          [
            3,
            {
              seq: [
                [1, 'add'],
                [1, 'tsum'],
              ],
            },
          ],
        ],
      },
      'group(3 × (add | tsum))',
    ],
    [{ par: [[1, null]] }, 'group(…)'],
    [
      {
        seq: [
          [1, null],
          [1, 'tsum'],
        ],
      },
      '… | tsum',
    ],
    [{ seq: [] }, ''],
    [{ seq: [[2, { par: [[3, 'add']] }]] }, '2 × group(3 × add)'],
    [
      {
        seq: [
          [1, { par: [[3, 'add']] }],
          [2, 'tsum'],
        ],
      },
      'group(3 × add) | 2 × tsum',
    ],
    [
      {
        seq: [
          [1, 'add'],
          [1, { par: [[3, 'add']] }],
        ],
      },
      'add | group(3 × add)',
    ],
  ];
  it.each(cases)('writes %j as a person would', (shape, text) => {
    expect(printShape(shape)).toBe(text);
  });
});

describe('namesIn()', () => {
  it('names each task once, in order', () => {
    expect(
      namesIn({
        seq: [
          [
            1,
            {
              par: [
                [9, 'b'],
                [2, null],
                [1, 'a'],
              ],
            },
          ],
          [1, 'b'],
        ],
      }),
    ).toEqual(['b', 'a']);
  });
});
