import { beforeEach, describe, expect, it, test } from 'vitest';
import {
  highQueueIn,
  isHigh,
  isHighIn,
  isMark,
  PRIORITY,
  SENT_PRIORITY,
  withHigh,
} from '../../../../src/core/protocol/priority.ts';
import type { Priority } from '../../../../src/core/protocol/priority.ts';

test.each<[Priority | undefined, boolean]>([
  ['high', true],
  ['normal', false],
  [undefined, false],
  [9, true],
  [6, true],
  [5, false],
  [0, false],
])('isHigh() of %s is %s', (priority, high) => {
  expect(isHigh(priority)).toBe(high);
});

test.each<[unknown, boolean, boolean]>([
  ['high', true, true],
  ['normal', true, true],
  [0, true, true],
  [9, true, true],
  [-1, false, true],
  [10, false, true],
  [1.5, false, false],
  ['5', false, false],
  ['low', false, false],
  [null, false, false],
])('a priority of %j is taken from code: %s, and from a message: %s', (value, inCode, inMessage) => {
  expect([PRIORITY.is(value), SENT_PRIORITY.is(value)]).toEqual([inCode, inMessage]);
});

describe('routes with high priority', () => {
  let routes: Readonly<Record<string, string>>;
  beforeEach(() => {
    routes = withHigh({ add: 'q', mul: 'q' }, { q: ['mul'], idle: [] });
  });

  it('name the queue beside a queue, and the tasks that go there', () => {
    expect([highQueueIn(routes, 'q'), highQueueIn(routes, 'idle'), highQueueIn(routes, 'other')]).toEqual([
      'q-high',
      'idle-high',
      undefined,
    ]);
    expect([isHighIn(routes, 'mul'), isHighIn(routes, 'add')]).toEqual([true, false]);
  });

  it('still are the routes of the tasks, beside marks', () => {
    expect(Object.entries(routes).filter(([name]) => !isMark(name))).toEqual([
      ['add', 'q'],
      ['mul', 'q'],
    ]);
    expect(Object.keys(routes).filter(isMark)).toHaveLength(3);
    for (const mark of Object.keys(routes).filter(isMark)) {
      expect(mark).not.toContain(' ');
      // A task may have a name in which a mark stands.
      expect(isMark(`my.${mark}`)).toBe(false);
    }
    for (const task of ['my#high-queue:', 'my#high-task:']) expect(isMark(task)).toBe(false);
  });
});
