import { expect, test } from 'vitest';
import { areWireOptions, checksOf, defaultOf, optionsOf } from '../../../../src/core/protocol/options.ts';

test('optionsOf() and defaultOf() read the table of options', () => {
  expect(optionsOf('applyAsync').map(([name]) => name)).toEqual(['dedupKey', 'dedupFor', 'debounce', 'throttle']);
  expect([defaultOf('maxRetries'), defaultOf('timeLimit'), defaultOf('other')]).toEqual([3, undefined, undefined]);
});

test.each([
  ['call', 'taskId', ['order-17'], ['', 'a b', 5, ['W']]],
  ['app', 'logHeaders', [[], ['a', 'b']], ['a', ['a', 1], undefined]],
  ['app', 'journal', ['workflows', 'all', 'off'], ['some', true]],
] as const)('checksOf(%j) has a check of %s', (scope, name, right, wrong) => {
  const check = checksOf(scope)[name];
  for (const value of right) expect(check?.is(value), JSON.stringify(value)).toBe(true);
  for (const value of wrong) expect(check?.is(value), JSON.stringify(value)).toBe(false);
});

test.each<[unknown, boolean]>([
  [{}, true],
  [{ countdown: 1, expiresAt: 5, priority: 255, maxRetries: null, celeryId: 'c', later: [] }, true],
  [{ countdown: 'x' }, false],
  [{ countdown: 1, expiresAt: 'x' }, false],
  [{ celeryId: '' }, false],
  [{ priority: 'low' }, false],
  [[], false],
  [null, false],
])('areWireOptions() judges %j', (options, right) => {
  expect(areWireOptions(options)).toBe(right);
});
