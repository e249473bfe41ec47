import { createApp } from 'chordal';
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
