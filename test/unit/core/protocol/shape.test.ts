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

  it('fits however deep the canvas nests, and however long its names are', () => {
    let plan: Plan = { task: 'x'.repeat(200) };
    for (let level = 0; level < 60; level += 1) plan = { par: [{ seq: [ADD, plan] }, { task: `y${level}` }] };
    expect(JSON.stringify(shapeOf(plan)).length).toBeLessThanOrEqual(560);
    expect(JSON.stringify(shapeOf({ task: '€'.repeat(5000) })).length).toBeLessThanOrEqual(560);
    expect(JSON.stringify(shapeOf({ seq: [{ task: 'x'.repeat(5000) }, ADD] })).length).toBeLessThanOrEqual(560);
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
