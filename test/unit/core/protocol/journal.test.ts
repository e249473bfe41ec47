import { describe, expect, it } from 'vitest';
import { isListed, timeInId } from '../../../../src/core/protocol/journal.ts';
import type { Plan } from '../../../../src/core/protocol/plan.ts';
import type { JournalMode } from '../../../../src/core/text/journal-modes.ts';

describe('isListed()', () => {
  const task: Plan = { task: 'a' };
  it.each<[JournalMode, string, Plan, boolean]>([
    ['workflows', 'a lone task', task, false],
    ['workflows', 'a task with a callback', { ...task, links: [{ on: 'success', plan: task }] }, true],
    ['workflows', 'a chain', { seq: [task, task] }, true],
    ['workflows', 'a group', { par: [task] }, true],
    ['all', 'a lone task', task, true],
    ['off', 'a lone task', task, false],
    ['off', 'a chain', { seq: [task, task] }, false],
  ])('in the mode %s decides on %s', (mode, _, plan, listed) => {
    expect(isListed(mode, plan)).toBe(listed);
  });
});

describe('timeInId()', () => {
  const made = '0197d2c4-5e00-8abc-9def-0123456789ab';

  it('reads the time of an id that the client has made, also below it', () => {
    expect(timeInId(made)).toBe(0x0197d2c45e00);
    expect(timeInId(`${made}.1~3`)).toBe(0x0197d2c45e00);
    expect(timeInId(`d-${made}`)).toBe(0x0197d2c45e00);
  });

  it.each([
    'order-17',
    '0197d2c4-5e00-4abc-9def-0123456789ab',
    '0197d2c4-5e00-8abc-cdef-0123456789ab',
    '0197d2c4-5e00-8abc-9def-0123456789',
    `l-${made}`,
  ])('finds none in %s', (id) => {
    expect(timeInId(id)).toBeUndefined();
  });
});
