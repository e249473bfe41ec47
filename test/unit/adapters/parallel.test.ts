import { expect, test } from 'vitest';
import { inParallel, limiter } from '../../../src/adapters/parallel.ts';

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

test('inParallel() works on no more items at a time than it may, and answers in order', async () => {
  let running = 0;
  let most = 0;
  const answers = await inParallel([3, 1, 2, 0], 2, async (turns) => {
    most = Math.max(most, (running += 1));
    for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
    running -= 1;
    return turns * 10;
  });

  expect(answers).toEqual([30, 10, 20, 0]);
  expect(most).toBe(2);
});

test('inParallel() begins nothing more after a failure, and throws when the works under way have ended', async () => {
  const begun: number[] = [];
  let areEnded = false;
  const ends = Array.from({ length: 8 }, () => Promise.withResolvers<void>());
  const done = inParallel([...ends.keys()], 4, async (index) => {
    begun.push(index);
    await ends[index]?.promise;
  });

  ends[1]?.resolve();
  await ends[1]?.promise;
  ends[0]?.reject(new Error('no'));
  const thrown = done.catch((error: unknown) => ({ error, areEnded }));
  await new Promise((resolve) => setImmediate(resolve));
  areEnded = true;
  for (const { resolve } of ends) resolve();
  expect(await thrown).toEqual({ error: new Error('no'), areEnded: true });
  expect(begun).toEqual([0, 1, 2, 3, 4]);
});
