import { expect, test } from 'vitest';
import { limiter } from '../../../src/adapters/limiter.ts';

test('limiter() begins works in order, and no more at a time than it may', async () => {
  const limit = limiter(2);
  const begun: number[] = [];
  const ends = Array.from({ length: 4 }, () => Promise.withResolvers<void>());
  const works = ends.map(({ promise }, index) =>
    limit(async () => {
      begun.push(index);
      await promise;
      return index;
    }),
  );

  expect(begun).toEqual([0, 1]);
  ends[1]?.resolve();
  await works[1];
  expect(begun).toEqual([0, 1, 2]);
  for (const { resolve } of ends) resolve();
  expect(await Promise.all(works)).toEqual([0, 1, 2, 3]);
});

test('limiter() goes on after a work that failed', async () => {
  const limit = limiter(1);

  await expect(limit(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(await limit(async () => 'yes')).toBe('yes');
});
