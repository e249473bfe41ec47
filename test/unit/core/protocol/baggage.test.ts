import { expect, test } from 'vitest';
import { withOwn } from '../../../../src/core/protocol/baggage.ts';

test("a task's own headers and tenant win over those that its message carries", () => {
  const carried = { headers: { from: 'message', kept: 1 }, tenant: 'message' };
  expect(withOwn(carried, { headers: { from: 'task' }, tenant: 'task' })).toEqual({
    headers: { from: 'task', kept: 1 },
    tenant: 'task',
  });
  expect(withOwn(carried)).toEqual(carried);
  expect(withOwn({}, { headers: { from: 'task' } })).toEqual({ headers: { from: 'task' } });
  expect(withOwn({})).toEqual({});
});
