import { describe, expect, it, test } from 'vitest';
import type { ChainFrame, Frame } from '../../../../src/core/protocol/message.ts';
import type { Link, Plan } from '../../../../src/core/protocol/plan.ts';
import { chainsAround, remainsOf } from '../../../../src/core/protocol/remaining-plan.ts';
import type { RestOfChain } from '../../../../src/core/protocol/remaining-plan.ts';

const [a, b, c] = ['a', 'b', 'c'].map((task): Plan => ({ task })) as [Plan, Plan, Plan];
const [inner, middle, outer] = ['inner', 'middle', 'outer'].map((task): Link => ({
  on: 'success',
  plan: { task },
})) as [Link, Link, Link];

test('chainsAround() are those up to the group that contains the message', () => {
  const chain = (base: string): ChainFrame => ({ steps: [a], i: 1, base });
  const member: Frame = { join: 'W', x: 0, n: 2 };
  expect(chainsAround([chain('W~0.1'), chain('W~0'), member, chain('W')])).toEqual([chain('W~0.1'), chain('W~0')]);
  expect(chainsAround([member])).toEqual([]);
});

describe('remainsOf()', () => {
  it.each<[string, readonly Plan[], readonly Link[], readonly RestOfChain[], Plan]>([
    ['a task alone', [a], [], [], a],
    ['a task with its callbacks', [a], [inner], [], { task: 'a', links: [inner] }],
    [
      'a task whose plan has callbacks, too',
      [{ ...a, links: [outer] }],
      [inner],
      [],
      { task: 'a', links: [outer, inner] },
    ],
    ['the steps of a canvas', [a, b], [inner], [], { seq: [a, b], links: [inner] }],
    ['a task and the steps behind it', [a], [], [{ steps: [b, c] }], { seq: [a, b, c] }],
    [
      'a task and the chains around it: the callbacks of each wait for its last step',
      [a],
      [inner],
      [
        { steps: [b, c], links: [middle] },
        { steps: [a], links: [outer] },
      ],
      { seq: [{ ...a, links: [inner] }, b, { ...c, links: [middle] }, a], links: [outer] },
    ],
  ])('is %s', (_, first, links, chains, plan) => {
    expect(remainsOf(first, links, chains)).toEqual(plan);
  });
});
