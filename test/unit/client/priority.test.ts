import { chain, chord, createApp, currentTask, group, range } from 'chordal';
import type { TestCloud } from 'chordal/testing';
import { memoryCloud } from 'chordal/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const app = createApp('priorities');
const plain = createApp('plain');
const open = createApp('open', { highPriority: true });
const slow = app.task('slow', async (n: number) => {
  await cloud.clock.sleep(10_000);
  return n;
});
const urgent = app.task('urgent', { priority: 'high' }, (n: number) => n);
const flaky = app.task('flaky', { defaultRetryDelay: 0 }, async (fails: number) => {
  const { retries } = currentTask().request;
  if (retries < fails) throw currentTask().retry();
  return retries;
});
const sum = app.task('sum', (numbers: readonly number[]) => numbers.reduce((all, one) => all + one, 0));
const simple = plain.task('simple', (n: number) => n);
const asked = open.task('asked', async (n: number) => {
  await cloud.clock.sleep(10_000);
  return n;
});
const handlers = {
  all: app.handler(slow, urgent, flaky, sum),
  plain: plain.handler(simple),
  open: open.handler(asked),
};

let cloud: TestCloud;
let startedAt = 0;

beforeEach(() => {
  cloud = memoryCloud(handlers, { time: 'virtual', seed: 3, logLevel: 'silent' });
  startedAt = cloud.clock.now();
});
afterEach(() => cloud.close());

const seconds = (): number => (cloud.clock.now() - startedAt) / 1000;
const backlog = () => group(range(2000).map((n) => slow.s(n))).delay();

describe('a task of high priority', () => {
  it('overtakes a backlog of its function', async () => {
    await backlog();
    await cloud.clock.sleep(1000);
    const late = await slow.delay(-1);
    expect(await (await urgent.delay(5)).get()).toBe(5);
    expect(seconds()).toBeLessThan(3);
    expect(await late.state()).toBe('PENDING');
  });

  it('waits with the others if its call says that it is normal', async () => {
    await backlog();
    await cloud.clock.sleep(1000);
    await (await urgent.applyAsync({ args: [5], priority: 'normal' })).get();
    expect(seconds()).toBeGreaterThan(50);
  });
});

describe('a call of high priority', () => {
  it.each(['high', 6, 9] as const)('overtakes a backlog with the priority %j', async (priority) => {
    await backlog();
    await cloud.clock.sleep(1000);
    expect(await (await slow.applyAsync({ args: [5], priority })).get()).toBe(5);
    expect(seconds()).toBeLessThan(13);
  });

  it.each(['normal', 0, 5] as const)('waits with the priority %j', async (priority) => {
    await backlog();
    await cloud.clock.sleep(1000);
    await (await slow.applyAsync({ args: [5], priority })).get();
    expect(seconds()).toBeGreaterThan(50);
  });

  it('is kept by its retries, and handed to each task of a canvas, also of a wide one', async () => {
    await backlog();
    await cloud.clock.sleep(1000);
    expect(await (await flaky.applyAsync({ args: [3], priority: 'high' })).get()).toBe(3);
    const wide = chord(
      range(500).map((n) => urgent.s(n)),
      sum.s().set({ priority: 'high' }),
    );
    expect(await (await wide.applyAsync({ priority: 'high' })).get()).toBe((499 * 500) / 2);
    expect(seconds()).toBeLessThan(5);
  });

  it('is not inherited by a callback, nor by the steps behind a task', async () => {
    await backlog();
    await cloud.clock.sleep(1000);
    await (await chain(urgent.s(1), flaky.si(0)).delay()).get();
    expect(seconds()).toBeGreaterThan(50);
  });

  it('works in each function of an app with highPriority', async () => {
    await group(range(2000).map((n) => asked.s(n))).delay();
    await cloud.clock.sleep(1000);
    await (await asked.applyAsync({ args: [5], priority: 'high' })).get();
    expect(seconds()).toBeLessThan(13);
  });

  it('is refused by name where the function has no queue for it, and a number then means nothing', async () => {
    for (const send of [
      () => simple.applyAsync({ args: [1], priority: 'high' }),
      () => chain(slow.s(1), simple.si(1).set({ priority: 'high' })).delay(),
    ])
      await expect(send()).rejects.toMatchObject({
        code: 'CHORDAL_INVALID_OPTIONS',
        message:
          "Cannot send simple with the priority high: there is no queue for it beside plain. Make its app with highPriority: true, or one of the tasks of its function with priority: 'high', and deploy it.",
      });
    expect(cloud.isIdle).toBe(true);
    expect(await (await simple.applyAsync({ args: [1], priority: 9 })).get()).toBe(1);
  });

  it('waits with the other queue of its function while that is paused, and is purged with it', async () => {
    expect(await app.inspect.registered()).toContainEqual({ task: 'urgent', queue: 'all-high' });
    await app.control.pause('all');
    const [high, normal] = [await urgent.delay(1), await flaky.delay(0)];
    await cloud.clock.sleep(60_000);
    expect([await high.state(), await normal.state()]).toEqual(['PENDING', 'PENDING']);
    expect(await app.control.purge('all')).toMatchObject({ queue: 'all', waiting: 2 });
    const later = await urgent.delay(2);
    await app.control.resume('urgent');
    expect(await later.get()).toBe(2);
    for (const purged of [high, normal])
      await expect(purged.get()).rejects.toMatchObject({ code: 'CHORDAL_TASK_REVOKED' });
  });

  it.each(['urgent', -1, 10, 2.5, null])('is refused as %j', async (priority) => {
    const options: object = { priority };
    await expect(slow.applyAsync({ args: [1], ...options })).rejects.toMatchObject({
      code: 'CHORDAL_INVALID_OPTIONS',
      message: expect.stringMatching(/^Cannot use priority: expected 'high', 'normal', or a whole number from 0 to 9/),
    });
  });

  it('is in Celery’s JSON, and its numbers come from there', async () => {
    expect(slow.s(1).set({ priority: 'high' }).toJSON()).toMatchObject({ options: { priority: 'high' } });
    await backlog();
    await cloud.clock.sleep(1000);
    await (await app.signature({ ...slow.s(1).toJSON(), options: { priority: 200 } }).delay()).get();
    expect(seconds()).toBeLessThan(13);
  });
});
