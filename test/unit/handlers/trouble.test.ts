import type { TestCloud } from 'chordal/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { app } from '../../../handlers/tasks/app.ts';
import { fail, raiseError, retry, retryOnce, sleeping } from '../../../handlers/tasks/trouble.ts';
import { sampleCloud } from '../../support/sample-cloud.ts';

let cloud: TestCloud;
beforeEach(() => void (cloud = sampleCloud()));
afterEach(() => cloud.close());

test('fail() fails with its argument', async () => {
  const result = await fail.delay('test', 2);

  await expect(result.get()).rejects.toMatchObject({
    errorType: 'ExpectedError',
    message: 'Task expected to fail',
    args: ['Task expected to fail', 'test', 2],
  });
});

test('raiseError() takes anything and fails', async () => {
  await expect((await raiseError.delay([1], 2)).get()).rejects.toMatchObject({
    errorType: 'ValueError',
    message: 'deliberate error',
  });
});

test('retryOnce() returns the number of retries', async () => {
  expect(await (await retryOnce.delay()).get()).toBe(1);
});

test('retryOnce() waits as long as it is told', async () => {
  const startedAt = cloud.clock.now();

  expect(await (await retryOnce.delay(3600)).get()).toBe(1);
  expect(cloud.clock.now() - startedAt).toBeGreaterThanOrEqual(3_600_000);
});

test.each([['soon'], [Number.NaN], [{ seconds: 1 }]])('ctx.retry() refuses %j as a countdown', async (countdown) => {
  const result = await app.signature('retryOnce', { args: [countdown] }).delay();

  await expect(result.get()).rejects.toMatchObject({ errorType: 'InvalidOptions' });
});

test('ctx.retry() with a negative countdown retries at once, as in Celery', async () => {
  const result = await app.signature('retryOnce', { args: [-1] }).delay();

  expect(await result.get()).toBe(1);
});

test('retry() returns its value after three retries, and fails without one', async () => {
  const startedAt = cloud.clock.now();

  expect(await (await retry.delay('bar')).get()).toBe('bar');
  expect(cloud.clock.now() - startedAt).toBeGreaterThanOrEqual(300);
  await expect((await retry.delay()).get()).rejects.toMatchObject({ errorType: 'ExpectedError' });
});

test('sleeping() waits', async () => {
  const startedAt = performance.now();
  await sleeping(0.05);

  // A timer may be up to a millisecond early.
  expect(performance.now() - startedAt).toBeGreaterThanOrEqual(49);
});

test('sleeping() ends with the reason when its signal fires', async () => {
  const result = await sleeping.applyAsync({ args: [60], softTimeLimit: 1 });

  await expect(result.get()).rejects.toMatchObject({ errorType: 'SoftTimeLimitExceeded' });
});
