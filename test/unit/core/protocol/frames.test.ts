import { describe, expect, it } from 'vitest';
import { chainFrame, groupFrame, groupSize, positionOf, stepsAround } from '../../../../src/core/protocol/frames.ts';
import type { Frame } from '../../../../src/core/protocol/message.ts';
import type { Link } from '../../../../src/core/protocol/plan.ts';
import { place } from '../support.ts';

const links: readonly Link[] = [{ on: 'success', plan: { task: 'l' } }];
const member: Frame = { join: 'W.1', x: 0, n: 4 };
const chain: Frame = { steps: [{ task: 'a' }, { task: 'b' }, { task: 'c' }], i: 2, base: 'W' };
const stored: Frame = { steps: { stored: 'table:W/0', n: 9, per: 3, first: 'a' }, i: 2, base: 'W' };

describe('stepsAround()', () => {
  it.each<[string, readonly Frame[], number | undefined]>([
    ['a chain whose last steps are left', [chain], 5],
    ['a chain in blocks, which are all of its steps', [stored], 9],
    ['the innermost of two chains', [chain, stored], 5],
    ['a group inside a chain', [member, chain], undefined],
    ['nothing', [], undefined],
  ])('counts the steps of %s', (_, frames, steps) => {
    expect(stepsAround(frames)).toBe(steps);
  });
});

describe('groupSize()', () => {
  it.each<[string, readonly Frame[], object | undefined]>([
    ['a group alone', [member], { members: 4 }],
    ['a group that is a step', [member, chain], { members: 4, steps: 5 }],
    ['a group that is a member', [member, { ...member, join: 'W' }], { members: 4 }],
    ['a step of a chain in a group', [chain, member], undefined],
    ['nothing', [], undefined],
  ])('is that of %s', (_, frames, size) => {
    expect(groupSize(frames)).toEqual(size);
  });
});

describe('positionOf()', () => {
  it.each([0, 2])('leads from the frame of a chain back to its position at attempt %i', (attempt) => {
    const at = place('W', { base: 'W!1', links, attempt });
    expect(positionOf(chainFrame(at, [{ task: 'a' }]))).toEqual(at);
  });

  it('leads from the frame of a group back to its position, at the first attempt of the id', () => {
    const at = place('W', { base: 'W!1', links });
    expect(positionOf(groupFrame(at, { par: [] }))).toEqual(at);
    expect(positionOf({ ...groupFrame(place('W.1'), { par: [] }) })).toEqual(place('W.1'));
  });
});
