import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Rung } from '../../../../src/core/protocol/join-tree.ts';
import {
  firstRung,
  leafOf,
  leafSize,
  nextRung,
  shardCount,
  shardOf,
  slotOf,
} from '../../../../src/core/protocol/join-tree.ts';

/** The rungs from member `index` to the root. */
function climb(n: number, index: number): readonly Rung[] {
  const rungs: Rung[] = [];
  for (let rung = firstRung(n, index); rung !== undefined; rung = nextRung(n, rung)) rungs.push(rung);
  return rungs;
}

const sizes = fc.oneof(
  fc.integer({ min: 1, max: 50 }),
  fc.constantFrom(8, 9, 128, 1600, 1601, 320_000, 320_001),
  fc.integer({ min: 1, max: 1_000_000 }),
);

describe('the join tree', () => {
  it('is one leaf when a group has at most 8 members', () => {
    for (const n of [1, 7, 8]) expect(climb(n, n - 1)).toEqual([]);
    expect(climb(9, 8)).toEqual([{ level: 0, node: 0, child: 1, children: 2 }]);
  });

  it('has three levels above its leaves when a group has a million members', () => {
    expect(climb(1_000_000, 999_999)).toEqual([
      { level: 0, node: 624, child: 124_999, children: 200 },
      { level: 1, node: 3, child: 624, children: 25 },
      { level: 2, node: 0, child: 3, children: 4 },
    ]);
  });

  it('leads every member to one root, whatever the size of the group', () => {
    fc.assert(
      fc.property(sizes, fc.array(fc.nat(), { minLength: 1, maxLength: 20 }), (n, picks) => {
        const paths = picks.map((pick) => climb(n, pick % n));
        const roots = paths
          .map((path) => path.at(-1))
          .map((rung) => (rung === undefined ? 'leaf' : `${rung.level}.${rung.node}`));
        expect(new Set(roots).size).toBe(1);
        for (const path of paths) {
          expect(path.map(({ level }) => level)).toEqual(path.map((_, level) => level));
          for (const { child, children, node } of path) {
            expect(children).toBeGreaterThan(0);
            expect(children).toBeLessThanOrEqual(200);
            expect(child - node * 200).toBeLessThan(children);
          }
          expect(path.at(-1)?.node ?? 0).toBe(0);
        }
      }),
    );
  });

  it('has leaves and nodes whose sizes add up, whatever the size of the group', () => {
    fc.assert(
      fc.property(fc.oneof(fc.integer({ min: 1, max: 5000 }), fc.constantFrom(320_001)), (n) => {
        let members = 0;
        const nodes = new Map<string, { children: number; seen: Set<number> }>();
        for (let index = 0; index < n; index += 8) {
          members += leafSize(n, index);
          for (const { level, node, child, children } of climb(n, index)) {
            const known = nodes.get(`${level}.${node}`) ?? { children, seen: new Set() };
            nodes.set(`${level}.${node}`, known);
            if (known.children !== children) throw new Error(`Node ${level}.${node} has two sizes`);
            known.seen.add(child);
          }
        }
        expect(members).toBe(n);
        for (const { children, seen } of nodes.values()) expect(seen.size).toBe(children);
      }),
      { numRuns: 15 },
    );
  });

  it('has a slot and a partition for every member', () => {
    expect([slotOf(0), slotOf(7), slotOf(8)]).toEqual([0, 7, 0]);
    expect([leafOf(7), leafOf(8)]).toEqual([0, 1]);
    expect([shardOf(127), shardOf(128)]).toEqual([0, 1]);
    expect([shardCount(0), shardCount(128), shardCount(129)]).toEqual([0, 1, 2]);
  });
});
