import { describe, expect, it } from 'vitest';
import type { GraphNode, TaskNode } from '../../../src/ui/canvas-graph.ts';
import { layoutOf } from '../../../src/ui/page/layout.ts';

const task = (id: string): TaskNode => ({ kind: 'task', id, name: 'add', state: 'OPEN' });
const group = (id: string, members: readonly GraphNode[]): GraphNode => ({
  kind: 'group',
  id,
  base: id,
  total: members.length,
  done: 0,
  failed: 0,
  state: 'OPEN',
  label: '',
  members,
});

/** A canvas that nests to a depth, with three members a group. */
function nested(id: string, levels: number): GraphNode {
  if (levels === 0) return task(id);
  const members = [0, 1, 2].map((index) => nested(`${id}~${index}`, levels - 1));
  return { kind: 'seq', id, steps: [task(`${id}.0`), group(`${id}.1`, members), task(id)] };
}

describe('layoutOf()', () => {
  it('puts steps beside each other and members below each other', () => {
    const { boxes, frames, edges } = layoutOf({
      kind: 'seq',
      id: 'W',
      steps: [group('W.0', [task('W.0~0'), task('W.0~1')]), task('W')],
    });
    const [first, second, body] = boxes;
    expect(first?.x).toBe(second?.x);
    expect(second?.y).toBeGreaterThan((first?.y ?? 0) + (first?.height ?? 0) - 1);
    expect(body?.x).toBeGreaterThan((first?.x ?? 0) + (first?.width ?? 0));
    expect(frames).toHaveLength(1);
    expect(edges).toHaveLength(1);
  });

  it('lets no two boxes overlap, and stays inside its size, in a canvas of five levels', () => {
    const { boxes, width, height } = layoutOf(nested('W', 5));
    expect(boxes.length).toBeGreaterThan(300);
    for (const [index, a] of boxes.entries()) {
      expect(a.x).toBeGreaterThanOrEqual(0);
      expect(a.x + a.width).toBeLessThanOrEqual(width);
      expect(a.y + a.height).toBeLessThanOrEqual(height);
      const overlaps = boxes
        .slice(index + 1)
        .some((b) => a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height);
      expect(overlaps).toBe(false);
    }
  });

  it('draws a group that is folded, or has no members, as one box', () => {
    const folded: GraphNode = {
      kind: 'group',
      id: 'W',
      base: 'W',
      total: 100_000,
      done: 0,
      failed: 0,
      state: 'OPEN',
      label: 'add',
    };
    expect(layoutOf(folded).boxes).toHaveLength(1);
    expect(layoutOf(group('W', [])).boxes).toHaveLength(1);
  });

  it('lays out a chain of 150,000 steps, with a time that grows as the chain does', () => {
    const steps = Array.from({ length: 150_000 }, (_, index) => task(`W.${index}`));
    const { boxes, edges } = layoutOf({ kind: 'seq', id: 'W', steps });
    expect([boxes.length, edges.length]).toEqual([150_000, 149_999]);
  });
});
