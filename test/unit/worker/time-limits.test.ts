import { createApp, currentTask } from 'chordal';
import { memoryCloud } from 'chordal/testing';
import type { TestCloud } from 'chordal/testing';
import { afterEach, expect, test } from 'vitest';

const app = createApp('limits');
/** Takes so many seconds; answers with those after which its signal fired, if it did. */
const work = app.task('work', async (seconds: number) => {
  const startedAt = cloud.clock.now();
  let noticedAfter: number | null = null;
  currentTask().signal.addEventListener('abort', () => (noticedAfter = (cloud.clock.now() - startedAt) / 1000));
  await cloud.clock.sleep(seconds * 1000);
  return noticedAfter;
});
const handler = app.handler(work);
let cloud: TestCloud;

afterEach(() => cloud.close());

test('a task without a limit may take nearly as long as its function', async () => {
  cloud = memoryCloud({ work: handler }, { time: 'virtual', timeoutSeconds: 60 });

  expect(await (await work.delay(57)).get()).toBeNull();
  await expect((await work.delay(59)).get()).rejects.toMatchObject({
    errorType: 'TimeLimitExceeded',
    message:
      'Cannot wait longer for work: its function has no more time for it after 58 s. Give the function a longer timeout, or divide the task.',
  });
});

test('a soft limit fires the signal, and a limit fails the task', async () => {
  cloud = memoryCloud({ work: handler }, { time: 'virtual' });

  const noticed = await work.applyAsync({ args: [4], softTimeLimit: 2, timeLimit: 5 });
  const late = await work.applyAsync({ args: [6], softTimeLimit: 2, timeLimit: 5 });
  expect(await noticed.get()).toBe(2);
  await expect(late.get()).rejects.toMatchObject({ errorType: 'TimeLimitExceeded' });
});

test('a limit without a soft one fires the signal and fails the task', async () => {
  cloud = memoryCloud({ work: handler }, { time: 'virtual' });

  expect(await (await work.applyAsync({ args: [2], timeLimit: 3 })).get()).toBeNull();
  await expect((await work.applyAsync({ args: [4], timeLimit: 3 })).get()).rejects.toMatchObject({
    errorType: 'TimeLimitExceeded',
  });
});
