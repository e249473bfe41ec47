import { describe, expect, it } from 'vitest';
import {
  keptFor,
  lastStart,
  LATEST_MS,
  needsItems,
  outlives,
  queuedUntil,
  replacementOutlives,
  startOf,
} from '../../../../src/core/protocol/lifetime.ts';
import type { Frame, RunMessage } from '../../../../src/core/protocol/message.ts';
import type { Link, Plan, PlanOptions } from '../../../../src/core/protocol/plan.ts';
import { messageOf } from '../../worker/bench.ts';
import { NOW } from '../support.ts';

const DAY_MS = 86_400_000;

const a: Plan = { task: 'a' };
const stored: Plan = { task: 'a', stored: 'table:W/0' };
const storedItems = { stored: 'table:W/0', n: 9, per: 3, first: 'a' };
const callback = (plan: Plan): Link => ({ on: 'failure', plan });
const chain = (...steps: readonly Plan[]): Frame => ({ steps, i: 1, base: 'W' });
const member: Frame = { join: 'W', x: 0, n: 2 };

describe('needsItems()', () => {
  it.each<[string, Partial<RunMessage>]>([
    ['a value kept elsewhere', { in: { ref: 'table:W|v/t' } }],
    ['the values of a group', { in: { join: 'W.0', n: 2 } }],
    ['arguments in a block', { sig: stored }],
    ['a callback in a block', { links: [callback(a), callback(stored)] }],
    ['the other members of its group', { frames: [chain(a), member] }],
    ['steps in blocks', { frames: [{ steps: storedItems, i: 1, base: 'W' }] }],
    ['a step whose arguments are in a block', { frames: [chain(a, stored)] }],
    ['a step whose members are in blocks', { frames: [chain({ par: storedItems })] }],
    ['a step with something stored inside', { frames: [chain({ par: [a, { seq: [a, stored] }] })] }],
    ['a step with a callback in a block', { frames: [chain({ ...a, links: [callback(stored)] })] }],
    ['a group with a callback in a block', { frames: [chain({ par: [a], links: [callback(stored)] })] }],
    ['a chain with a callback in a block', { frames: [{ ...chain(a), links: [callback({ seq: [stored] })] }] }],
  ])('is true of a message that needs %s', (_, more) => {
    expect(needsItems(messageOf('a', more))).toBe(true);
  });

  it('is false of a message that carries all that it and its next steps need', () => {
    const frames = [{ ...chain(a, { par: [a, { seq: [a] }], links: [callback(a)] }), links: [callback(a)] }];
    expect(needsItems(messageOf('a', { in: { val: 1 }, links: [callback(a)], frames }))).toBe(false);
    expect(needsItems(messageOf('a'))).toBe(false);
  });
});

describe('a later attempt', () => {
  const until = NOW + 100 * DAY_MS;
  // A message may lie in a queue for 15 days after its start.
  const latest = until - 15 * DAY_MS;

  it.each<[string, Partial<RunMessage>]>([
    ['a group', { frames: [member] }],
    ['an input', { in: { ref: 'table:W|v/t' } }],
  ])('outlives the items of %s if it could still lie in its queue when they expire', (_, more) => {
    const message = messageOf('a', { ...more, until });
    expect(outlives(message, latest)).toBe(false);
    expect(outlives(message, latest + 1)).toBe(true);
  });

  it('outlives nothing if the message needs no items but its own, which it renews', () => {
    expect(outlives(messageOf('a', { until }), latest + 1)).toBe(false);
  });

  it('outlives the steps behind it, as a retry or a replacement, and a replacement without them outlives nothing', () => {
    const message = messageOf('a', { until, frames: [chain(a)] });
    expect(outlives(message, latest + 1)).toBe(true);
    expect(replacementOutlives(message, latest)).toBe(false);
    expect(replacementOutlives(message, latest + 1)).toBe(true);
    expect(replacementOutlives({ frames: [], until }, latest + 1)).toBe(false);
  });
});

describe('the times of items', () => {
  it('are 15 days in a queue, and 30 days in the table', () => {
    expect(queuedUntil(NOW)).toBe(NOW + 15 * DAY_MS);
    expect(keptFor(NOW)).toBe(NOW + 30 * DAY_MS);
  });
});

describe('startOf()', () => {
  it.each<[string, PlanOptions | undefined, number]>([
    ['at once', undefined, NOW],
    ['after its countdown', { countdown: 2 }, NOW + 2000],
    ['at once if its countdown is over', { countdown: -2 }, NOW],
    ['at its eta', { eta: NOW + 5 }, NOW + 5],
    ['at once if its eta is over', { eta: NOW - 5 }, NOW],
    ['at the later of both', { eta: NOW + 5, countdown: 2 }, NOW + 2000],
    ['a year before the end of time at the latest', { eta: LATEST_MS }, LATEST_MS - 366 * DAY_MS],
  ])('is %s', (_, options, start) => {
    expect(startOf(options, NOW)).toBe(start);
  });
});

describe('lastStart()', () => {
  const after = (countdown: number, links?: readonly Link[]): Plan => ({
    task: 'a',
    options: { countdown },
    ...(links === undefined ? {} : { links }),
  });

  it.each<[string, Plan, number]>([
    ['of a task is its own', after(3), 3],
    ['of a chain adds its steps', { seq: [after(1), a, after(2)] }, 3],
    ['of a group is that of its latest member', { par: [after(1), after(3), after(2)] }, 3],
    ['of a chain with groups adds their latest members', { seq: [{ par: [after(1), after(2)] }, after(3)] }, 5],
    ['of a task with callbacks is that of the latest one', after(1, [callback(after(3)), callback(after(2))]), 4],
    ['of a group with a callback is that of the callback', { par: [after(2)], links: [callback(after(3))] }, 5],
    ['of a task with a callback that starts at once is its own', after(4, [callback(a)]), 4],
    ['of steps in blocks is not known, and taken for the start', { seq: storedItems }, 0],
  ])('%s', (_, plan, seconds) => {
    expect(lastStart(plan, NOW)).toBe(NOW + seconds * 1000);
  });
});
