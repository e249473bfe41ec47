import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { printSignature } from '../../../../src/core/canvas/print.ts';
import type { SignatureData } from '../../../../src/core/canvas/signature.ts';
import { chainOf, chordOf, groupOf, taskOf } from '../../../../src/core/canvas/signature.ts';
import { printValue } from '../../../../src/core/values/print-value.ts';
import { canvas } from '../random-canvas.ts';

const add = (...args: unknown[]): SignatureData => taskOf('add', { args });

describe('printSignature()', () => {
  it.each<[string, SignatureData]>([
    ['add(1, 2)', add(1, 2)],
    ['add!(1)', taskOf('add', { args: [1], immutable: true })],
    ['add(1, z=3, debug=true)', taskOf('add', { args: [1], kwargs: { z: 3, debug: true } })],
    ['add(1, 2) | add(3)', chainOf([add(1, 2), add(3)])],
    ['group([add(0, 0), add(1, 1)])', groupOf([add(0, 0), add(1, 1)])],
    ['group([])', groupOf([])],
    ['chord([add(1)], tsum())', chordOf([add(1)], taskOf('tsum'))],
    [
      'chord([add(1) | add(2)], tsum() | add(3))',
      chordOf([chainOf([add(1), add(2)])], chainOf([taskOf('tsum'), add(3)])),
    ],
    ['add(1) | group([add(2)]) | tsum()', chainOf([add(1), groupOf([add(2)]), taskOf('tsum')])],
    ['add.map([1, 2])', { kind: 'map', task: taskOf('add'), items: [1, 2], options: {} }],
    ['add.starmap([[1, 2]])', { kind: 'starmap', task: taskOf('add'), items: [[1, 2]], options: {} }],
    ['add.chunks([[1, 2]], 10)', { kind: 'chunks', task: taskOf('add'), items: [[1, 2]], size: 10, options: {} }],
  ])('prints %s', (text, data) => {
    expect(printSignature(data)).toBe(text);
  });

  it('cuts long lists when there are more than 20', () => {
    const many = Array.from({ length: 25 }, () => add());
    expect(printSignature(groupOf(many))).toMatch(/, … 5 more\]\)$/);
    expect(printSignature(chainOf(many))).toMatch(/ \| … 5 more$/);
  });

  it('never throws, and prints one line that is not long, whatever the canvas', () => {
    fc.assert(
      fc.property(canvas, (data) => {
        expect(printSignature(data)).not.toContain('\n');
      }),
    );
  });

  it('cuts canvases inside each other when they nest deep', () => {
    const deep = Array.from({ length: 20_000 }).reduce<SignatureData>(
      (inner) => chordOf([chainOf([inner, add(1)])], add(2)),
      add(1),
    );
    expect(printSignature(deep)).toContain('…');
    const bodies = Array.from({ length: 20_000 }).reduce<SignatureData>((inner) => chordOf([add(1)], inner), add(1));
    expect(printSignature(bodies)).toContain('…');
  });
});

describe('printValue()', () => {
  it.each([
    ['"a,b\\":c"', 'a,b":c'],
    ['{"a": [1, "x,y"], "b": {}}', { a: [1, 'x,y'], b: {} }],
    ['undefined', undefined],
    ['[undefined, NaN, 3n]', [undefined, Number.NaN, 3n]],
    ['null', null],
    ['"2026-01-01T00:00:00.000Z"', new Date('2026-01-01')],
    ['Symbol(x)', Symbol('x')],
  ])('prints %s', (text, value) => {
    expect(printValue(value)).toBe(text);
  });

  it('cuts what is long after 80 characters', () => {
    expect(printValue('x'.repeat(200))).toBe(`"${'x'.repeat(79)}…`);
    expect(printValue(Array.from({ length: 1_000_000 }, (_, i) => i))).toMatch(/^\[0, 1, 2.{70,75}…$/);
  });

  it('never throws, also of cycles, of what nests deep, and of what cannot be read', () => {
    const cycle: unknown[] = [];
    cycle.push(cycle);
    const deep = Array.from({ length: 20_000 }).reduce<unknown>((inner) => [inner], 1);
    const hostile = new Proxy(
      {},
      {
        ownKeys: () => {
          throw new Error('no');
        },
        get: () => {
          throw new Error('no');
        },
      },
    );
    for (const value of [
      cycle,
      deep,
      hostile,
      {
        toJSON: () => {
          throw new Error('no');
        },
      },
    ])
      expect(printValue(value).length).toBeLessThanOrEqual(81);
    fc.assert(
      fc.property(fc.anything(), (value) => {
        expect(printValue(value).length).toBeLessThanOrEqual(81);
      }),
    );
  });
});
