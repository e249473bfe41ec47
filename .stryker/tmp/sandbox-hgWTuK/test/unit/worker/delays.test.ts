import { describe, expect, it, onTestFinished } from 'vitest';
import { chain, createApp, currentTask } from '../../../src/index.ts';
import { memoryCloud } from '../../../src/testing/index.ts';

describe('countdown', () => {
  it('of a later step is counted from the end of the step before it', async () => {
    const app = createApp('delays');
    let endedAt = 0;
    let begunAt = 0;
    const slow = app.task('slow', async () => {
      await cloud.clock.sleep(20_000);
      endedAt = cloud.clock.now();
    });
    const next = app.task('next', () => {
      begunAt = cloud.clock.now();
      return currentTask().request.eta?.getTime();
    });
    const cloud = memoryCloud({ one: app.handler(slow, next) }, { time: 'virtual' });
    onTestFinished(() => cloud.close());
    const result = await chain(slow.s(), next.si().set({ countdown: 5 })).delay();
    await result.get();
    expect(begunAt - endedAt).toBeGreaterThanOrEqual(5000);
  });
});
