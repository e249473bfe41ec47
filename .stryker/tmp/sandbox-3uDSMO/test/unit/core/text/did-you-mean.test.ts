import { expect, test } from 'vitest';
import { nearest } from '../../../../src/core/text/did-you-mean.ts';

const known = ['add', 'mul', 'identity', 'retryOnce'];

test.each([
  ['ad', 'add'],
  ['dad', 'add'],
  ['Mul', 'mul'],
  ['identiy', 'identity'],
  ['retyrOnce', 'retryOnce'],
])('nearest() takes %s for %s', (name, meant) => {
  expect(nearest(name, known)).toBe(meant);
});

test.each(['sum', 'tsum', 'x', '', 'somethingElse'])('nearest() knows nothing near %j', (name) => {
  expect(nearest(name, known)).toBeUndefined();
});
