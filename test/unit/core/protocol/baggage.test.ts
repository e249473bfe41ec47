import { expect, test } from 'vitest';
import { carrying, lacksItsTenant, withOwn } from '../../../../src/core/protocol/baggage.ts';

test("a task's own headers and tenant win over those that its message carries", () => {
  const carried = { headers: { from: 'message', kept: 1 }, tenant: 'message' };
  expect(withOwn(carried, { headers: { from: 'task' }, tenant: 'task' })).toEqual({
    headers: { from: 'task', kept: 1 },
    tenant: 'task',
  });
  expect(withOwn(carried)).toEqual(carried);
  expect(withOwn({}, { headers: { from: 'task' } })).toEqual({ headers: { from: 'task' } });
  expect(withOwn({ stamps: { a: 1, b: 1 } }, { stamps: { b: 2 } })).toEqual({ stamps: { a: 1, b: 2 } });
  expect(withOwn({ stamps: {} })).toStrictEqual({});
  expect(withOwn({})).toStrictEqual({});
});

test.each([
  ['held, of a tenant', { held: true, tenant: 't' }, true],
  ['held, of a task with a tenant', { held: true, sig: { task: 'a', options: { tenant: 't' } } }, true],
  ['held, of no tenant', { held: true }, false],
  ['not held, of a tenant', { tenant: 't' }, false],
] as const)('lacksItsTenant() judges a message that is %s', (_, message, lacks) => {
  expect(lacksItsTenant({ sig: { task: 'a' }, ...message })).toBe(lacks);
});

test('carrying() adds headers to those that travel, and a trace also to the envelope', () => {
  const travelling = { headers: { a: 1 }, traceparent: '00-1', tenant: 't' };
  expect(carrying(travelling, {})).toBe(travelling);
  expect(carrying(travelling, { b: '2' })).toEqual({ ...travelling, headers: { a: 1, b: '2' } });
  expect(carrying(travelling, { traceparent: '00-2' })).toEqual({
    tenant: 't',
    headers: { a: 1, traceparent: '00-2' },
    traceparent: '00-2',
  });
  expect(carrying({}, { b: '2' })).toStrictEqual({ headers: { b: '2' } });
});
