import { expect, test, vi } from 'vitest';

test('virtual time passes under fake timers that were set before the package is loaded, as by a setup file', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'setInterval', 'setImmediate', 'Date', 'performance', 'queueMicrotask'] });
  const { createApp } = await import('chordal');
  const { memoryCloud } = await import('chordal/testing');
  const app = createApp('faked');
  const add = app.task('add', (x: number, y: number) => x + y);
  const never = app.task('never', () => new Promise<void>(() => undefined));
  using _cloud = memoryCloud({ all: app.handler(add, never) }, { time: 'virtual', logLevel: 'silent' });
  const result = await add.applyAsync({ args: [1, 2], countdown: 3600 });

  expect(await result.get()).toBe(3);
  await expect((await never.delay()).get()).rejects.toMatchObject({ errorType: 'TimeLimitExceeded' });
  await expect(app.asyncResult('nobody').get({ timeout: 86_400 })).rejects.toMatchObject({ code: 'CHORDAL_TIMEOUT' });
  vi.useRealTimers();
});
