import { createApp, currentTask } from 'chordal';
import { memoryCloud } from 'chordal/testing';
import { expect, test } from 'vitest';

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
