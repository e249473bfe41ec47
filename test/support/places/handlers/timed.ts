import { setTimeout } from 'node:timers/promises';
import { createApp } from 'chordal';

const app = createApp('places');

/** Takes some time, and returns from when to when. */
export const timed = app.task('timed', async (ms: number) => {
  const from = Date.now();
  await setTimeout(ms);
  return { from, to: Date.now() };
});

export const handler = app.handler(timed);
