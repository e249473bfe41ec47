import { describe, expect, it } from 'vitest';
import { fitting, scrollAfter, stepped, wheeled } from '../../../src/ui/page/zoom.ts';

describe('stepped()', () => {
  it('comes back to 100 %, from where the graph fitted too', () => {
    expect(stepped(stepped(1, 'in'), 'out')).toBeCloseTo(1);
    expect(stepped(stepped(1, 'out'), 'in')).toBeCloseTo(1);
    expect(stepped(0.93, 'in')).toBeCloseTo(1);
    expect(stepped(1.1, 'out')).toBeCloseTo(1);
  });

  it('makes a difference that can be seen', () => {
    expect(stepped(0.13, 'in')).toBeGreaterThan(0.15);
    expect(stepped(0.99, 'out')).toBeCloseTo(0.8);
  });

  it('stays between 10 % and 200 %', () => {
    const ended = (direction: 'in' | 'out'): number =>
      Array.from({ length: 40 }).reduce<number>((scale) => stepped(scale, direction), 1);
    expect(ended('out')).toBe(0.1);
    expect(ended('in')).toBe(2);
  });
});

describe('wheeled()', () => {
  it('makes the graph larger when the wheel turns up, and by the same turn down as it was', () => {
    expect(wheeled(1, -100)).toBeGreaterThan(1.1);
    expect(wheeled(wheeled(1, -100), 100)).toBeCloseTo(1);
    expect(wheeled(1, 1e6)).toBe(0.1);
  });
});

describe('fitting()', () => {
  const room = { width: 400, height: 300 };

  it('fits the width and the height, and makes no small graph larger', () => {
    expect(fitting({ width: 800, height: 100 }, room)).toBe(0.5);
    expect(fitting({ width: 100, height: 1200 }, room)).toBe(0.25);
    expect(fitting({ width: 100, height: 100 }, room)).toBe(1);
  });

  it('leaves a graph that is too wide for that at 10 %', () => {
    expect(fitting({ width: 100_000, height: 100 }, room)).toBe(0.1);
  });
});

describe('scrollAfter()', () => {
  it('keeps a point where it is', () => {
    // 228 pixels behind the edge, 28 of them padding, is the 300th pixel of the graph: at double the scale, the 600th.
    expect(scrollAfter(2, { scroll: 100, at: 228, padding: 28 })).toBe(400);
    expect(scrollAfter(1, { scroll: 100, at: 228, padding: 28 })).toBe(100);
  });
});
