import { mock } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { createApp, currentTask } from 'chordal';
import { memoryCloud } from 'chordal/testing';
import { expect, onTestFinished, test, vi } from 'vitest';

test('close() delivers nothing any more', async () => {
  let runs = 0;
  const app = createApp('closing');
  const count = app.task('count', () => (runs += 1));
  const cloud = memoryCloud({ closing: app.handler(count) }, { time: 'virtual' });
  await count.applyAsync({ countdown: 60 });
  cloud.close();
  await cloud.clock.sleep(3_600_000);

  expect(runs).toBe(0);
});

test('close() leaves no timer of a delayed or an unfinished message, so that the process can end', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  const app = createApp('closing');
  const starts = Promise.withResolvers<void>();
  const ends = Promise.withResolvers<void>();
  const slow = app.task('slow', async () => {
    starts.resolve();
    await ends.promise;
  });
  const cloud = memoryCloud({ closing: app.handler(slow) });
  await slow.applyAsync({ countdown: 3600 });
  await slow.delay();
  await starts.promise;
  cloud.close();
  ends.resolve();
  // Work that still runs ends in the turns that follow.
  for (let turn = 0; turn < 100 && vi.getTimerCount() > 0; turn += 1) await setImmediate();

  expect(vi.getTimerCount()).toBe(0);
});

test('close() leaves alone a cloud that was opened later', async () => {
  const app = createApp('closing');
  const one = app.task('one', () => 1);
  const handlers = { closing: app.handler(one) };
  const older = memoryCloud(handlers, { time: 'virtual' });
  const newer = memoryCloud(handlers, { time: 'virtual' });
  older.close();
  const result = await one.delay();

  expect(await result.get()).toBe(1);
  newer.close();
});

test('a task that outlives its cloud does not reach the next one', async () => {
  const app = createApp('outliving');
  const linger = app.task('linger', async (clock: string) => {
    await first.clock.sleep(clock === 'first' ? 50_000 : 1000);
    await currentTask().ledger.append('ran', clock);
    return clock;
  });
  const read = app.task('read', () => currentTask().ledger.read('ran'));
  const handlers = { outliving: app.handler(linger, read) };
  const first = memoryCloud(handlers, { time: 'virtual', seed: 1 });
  await linger.delay('first');
  await first.clock.sleep(1000);
  first.close();
  const second = memoryCloud(handlers, { time: 'virtual', seed: 1 });
  const result = await linger.delay('second');

  expect(await result.get()).toBe('second');
  await first.clock.sleep(100_000);
  expect(await read()).toEqual(['second']);
  second.close();
});

test('a task runs once when it takes longer than the default visibility of a message was', async () => {
  let runs = 0;
  const app = createApp('lasting');
  const last = app.task('last', async () => {
    runs += 1;
    await cloud.clock.sleep(50_000);
    return runs;
  });
  const cloud = memoryCloud({ lasting: app.handler(last) }, { time: 'virtual' });

  expect(await (await last.delay()).get()).toBe(1);
  cloud.close();
});

const FAKE_ENVIRONMENT = { CHORDAL_TABLE: 'real', CHORDAL_BUCKET: 'real', CHORDAL_QUEUE_PREFIX: 'real-' };

test('a task that outlives its cloud is refused each call, and does not reach the cloud of the environment', async () => {
  for (const [name, value] of Object.entries(FAKE_ENVIRONMENT)) vi.stubEnv(name, value);
  const refused: string[] = [];
  const app = createApp('outliving');
  const other = app.task('other', () => 1);
  const late = app.task('late', { bind: true }, async (ctx) => {
    await cloud.clock.sleep(50_000);
    const asked = [other.delay(), ctx.ledger.append('late', 1), ctx.updateState('LATE'), app.asyncResult('W').state()];
    for (const one of asked) await one.catch((error: unknown) => void refused.push(String(error)));
  });
  const cloud = memoryCloud({ all: app.handler(late, other) }, { time: 'virtual' });
  await late.delay();
  await cloud.clock.sleep(1000);
  cloud.close();
  await cloud.clock.sleep(200_000);

  expect(refused).toEqual(
    Array(4).fill(expect.stringMatching(/^ConfigurationError: Cannot reach a memoryCloud: it is closed/)),
  );
  vi.unstubAllEnvs();
});

test('get() of a cloud that is closed meanwhile ends with an error', async () => {
  const app = createApp('closing');
  const never = app.task('never', async () => cloud.clock.sleep(1e9));
  const cloud = memoryCloud({ all: app.handler(never) }, { time: 'virtual' });
  const waiting = (await never.delay()).get().catch(String);
  await cloud.clock.sleep(1000);
  cloud.close();

  expect(await waiting).toContain('Cannot reach a memoryCloud: it is closed');
});

test('a cloud that is left open is closed by the next one', async () => {
  let runs = 0;
  const app = createApp('left');
  const again = app.task('again', async (): Promise<void> => {
    runs += 1;
    await again.s().applyAsync({ countdown: 3600 });
  });
  const handlers = { all: app.handler(again) };
  const left = memoryCloud(handlers, { time: 'virtual' });
  await again.delay();
  await left.clock.sleep(10_000_000);
  const before = runs;
  using next = memoryCloud(handlers, { time: 'virtual' });
  await next.clock.sleep(10_000_000);
  await left.clock.sleep(100_000_000);

  expect(before).toBeGreaterThan(1);
  expect(runs).toBe(before);
});

test('using closes the cloud at the end of its block', async () => {
  const app = createApp('used');
  const one = app.task('one', () => 1);
  {
    using _cloud = memoryCloud({ all: app.handler(one) }, { time: 'virtual' });
    expect(await (await one.delay()).get()).toBe(1);
  }
  await expect(one.delay()).rejects.toMatchObject({ code: 'CHORDAL_NOT_REGISTERED' });
});

test('a task in two handlers is refused, as where handlers are deployed', () => {
  const app = createApp('twice');
  const one = app.task('one', () => 1);
  expect(() => memoryCloud({ a: app.handler(one), b: app.handler(one) })).toThrow(
    'Cannot route task "one": a and b of memoryCloud() both run it, and a task runs in one handler',
  );
});

test('handlers and options that are refused leave the cloud that is open as it is', async () => {
  const app = createApp('open');
  const add = app.task('add', (x: number, y: number) => x + y);
  const handler = app.handler(add);
  using _cloud = memoryCloud({ all: handler }, { time: 'virtual' });
  const wanted = 'Cannot use handlers of memoryCloud(): expected the result of app.handler() for each queue, got ';

  expect(() => memoryCloud(handler as never)).toThrow(`${wanted}one handler. Write { all: handler }.`);
  expect(() => memoryCloud(undefined as never)).toThrow(`${wanted}undefined`);
  expect(() => memoryCloud({ a: handler, b: handler })).toThrow('Cannot route task "add": a and b of memoryCloud()');
  expect(() => memoryCloud({ a: handler }, { external: { other: () => 1 } })).toThrow('Cannot use the stand-in other');
  expect(await (await add.delay(1, 2)).get()).toBe(3);
});

test('a time in which no task could start is refused, as where handlers are deployed', async () => {
  const app = createApp('short');
  const one = app.task('one', () => 1);
  const handlers = { all: app.handler(one) };
  expect(() => memoryCloud(handlers, { timeoutSeconds: 4.9 })).toThrow(
    'Cannot use timeoutSeconds of memoryCloud(): expected a number of seconds of at least 5: a shorter function would start no task, got 4.9',
  );

  using _cloud = memoryCloud(handlers, { time: 'virtual', timeoutSeconds: 5 });
  expect(await (await one.delay()).get()).toBe(1);
});

test.each(['vitest', 'node:test'])('virtual time passes under the fake timers of %s', async (library) => {
  const app = createApp('faked');
  const add = app.task('add', (x: number, y: number) => x + y);
  if (library === 'vitest') vi.useFakeTimers({ toFake: [...ALL_TIMERS, 'queueMicrotask'] });
  else mock.timers.enable({ apis: [...ALL_TIMERS] });
  using _cloud = memoryCloud({ all: app.handler(add) }, { time: 'virtual' });
  const result = await add.applyAsync({ args: [1, 2], countdown: 3600 });

  expect(await result.get()).toBe(3);
  vi.useRealTimers();
  mock.timers.reset();
});

const ALL_TIMERS = ['setTimeout', 'setInterval', 'setImmediate', 'Date'] as const;

test('a year of waiting for a result takes no time', async () => {
  const app = createApp('patient');
  const add = app.task('add', (x: number, y: number) => x + y);
  using cloud = memoryCloud({ all: app.handler(add) }, { time: 'virtual' });
  const startedAt = performance.now();
  const result = await add.applyAsync({ args: [1, 2], countdown: 365 * 86_400 });

  expect(await result.get()).toBe(3);
  expect(cloud.clock.now() - Date.UTC(2026, 0, 1)).toBeLessThan(365.01 * 86_400_000);
  expect(performance.now() - startedAt).toBeLessThan(2000);
});
