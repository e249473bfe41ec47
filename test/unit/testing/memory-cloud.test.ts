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
