import { expect, test } from 'vitest';
import { allEnded } from '../../../../src/core/values/all-ended.ts';

test('allEnded() returns the values of all, in their order', async () => {
  expect(await allEnded([Promise.resolve(1), Promise.resolve(2)])).toEqual([1, 2]);
});

test('allEnded() throws the first error when the last of them has ended', async () => {
  const last = Promise.withResolvers<void>();
  let hasEnded = false;
  const all = allEnded([
    Promise.resolve(),
    Promise.reject(new Error('first')),
    Promise.reject(new Error('second')),
    last.promise,
  ]);
  const thrown = all.catch((error: unknown) => ({ error, hasEnded }));
  await new Promise((resolve) => setImmediate(resolve));
  hasEnded = true;
  last.resolve();
  expect(await thrown).toEqual({ error: new Error('first'), hasEnded: true });
});
