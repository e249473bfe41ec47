import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { chord, createApp, group, range } from '../../../src/index.ts';
import type { AsyncResult } from '../../../src/index.ts';
import { memoryCloud } from '../../../src/testing/index.ts';
import type { TestCloud } from '../../../src/testing/index.ts';

const app = createApp('purged');
let runs: string[] = [];
const work = app.task('work', (name: string) => {
  runs.push(name);
  return name;
});
const inBatches = app.task('limited', { rateLimit: '1/m' }, (name: string) => void runs.push(name));
const again = app.task('again', { bind: true, maxRetries: 1 }, async (ctx) => {
  runs.push(`attempt ${ctx.request.retries}`);
  await cloud.clock.sleep(5000);
  if (ctx.request.retries === 0) throw ctx.retry({ countdown: 1 });
  return 'done';
});
const single = app.task('single', { concurrencyLimit: 1, concurrencyKey: 'disk' }, async (seconds: number) => {
  runs.push(`single ${seconds}`);
  await cloud.clock.sleep(seconds * 1000);
  return seconds;
});
const join = app.task('join', (names: readonly string[]) => names.join());
const aside = app.task('aside', (name: string) => name);

let cloud: TestCloud;
function openCloud(timeoutSeconds = 60): void {
  const handlers = {
    works: app.handler(work, inBatches, again),
    joins: app.handler(join, aside),
    one: app.handler(single),
  };
  cloud = memoryCloud(handlers, { time: 'virtual', seed: 1, logLevel: 'silent', timeoutSeconds });
}
beforeEach(() => {
  runs = [];
  openCloud();
});
afterEach(() => cloud.close());

/** The end of a task: its value, or the reason of its revocation. */
async function endOf(result: Pick<AsyncResult<unknown>, 'get'>): Promise<unknown> {
  return result.get().catch((error: unknown) => {
    const { name, reason } = error as { readonly name: string; readonly reason?: string };
    return [name, reason];
  });
}
const PURGED = ['TaskRevokedError', 'purged'];

describe('control.purge()', () => {
  it('discards the messages of a task that wait and are delayed, and no others, while its function is paused', async () => {
    await app.control.pause('works');
    const waiting = await work.delay('waiting');
    const delayed = await work.applyAsync({ args: ['delayed'], countdown: 600 });
    const held = await work.applyAsync({ args: ['held'], countdown: 7200 });
    const other = await again.delay();
    const purged = await app.control.purge('work');
    expect(purged).toMatchObject({ queue: 'works', tasks: ['work'], waiting: 3 });
    expect(Math.abs(purged.before.getTime() - cloud.clock.now())).toBeLessThan(1000);
    const later = await work.delay('later');
    const laterToo = await work.applyAsync({ args: ['later and delayed'], countdown: 7200 });
    await app.control.resume('works');

    expect(await endOf(waiting)).toEqual(PURGED);
    expect(await endOf(delayed)).toEqual(PURGED);
    expect(await endOf(held)).toEqual(PURGED);
    expect(await endOf(other)).toBe('done');
    expect([await later.get(), await laterToo.get()]).toEqual(['later', 'later and delayed']);
    expect(runs.filter((name) => !name.startsWith('attempt'))).toEqual(['later', 'later and delayed']);
  });

  it('discards the messages of all tasks of a queue', async () => {
    await app.control.pause('works');
    const ends = [await work.delay('a'), await again.delay()];
    const elsewhere = await aside.delay('elsewhere');
    expect(await app.control.purge('works')).toMatchObject({ tasks: ['work', 'limited', 'again'], waiting: 2 });
    await app.control.resume('works');
    for (const end of ends) expect(await endOf(end)).toEqual(PURGED);
    expect(await elsewhere.get()).toBe('elsewhere');
    expect(runs).toEqual([]);
  });

  it('ends what waits for a discarded task, and discards the members that a wide group has not yet sent', async () => {
    await app.control.pause('works');
    const names = Array.from({ length: 300 }, (_, index) => `${index}`);
    const wide = await chord(
      names.map((name) => work.s(name)),
      join.s(),
    ).delay();
    const mixed = await group([work.s('mixed'), aside.s('aside')]).delay();
    await app.control.purge('works');
    await app.control.resume('works');
    expect(await endOf(wide)).toEqual(PURGED);
    expect(await endOf(mixed)).toEqual(PURGED);
    await cloud.clock.sleep(60_000);
    expect(runs).toEqual([]);
    expect(await mixed.results[1].get()).toBe('aside');
    expect(cloud.isIdle).toBe(true);
  });

  it('lets a running task end, and its retry run, which is sent later', async () => {
    const running = await again.delay();
    await cloud.clock.sleep(1000);
    expect(runs).toEqual(['attempt 0']);
    await app.control.purge('again');
    expect(await running.get()).toBe('done');
    expect(runs).toEqual(['attempt 0', 'attempt 1']);
  });

  it('discards a retry that waits', async () => {
    const retrying = await again.delay();
    await cloud.clock.sleep(5500);
    expect(await retrying.state()).toBe('RETRY');
    await app.control.purge('again');
    expect(await endOf(retrying)).toEqual(PURGED);
    expect(runs).toEqual(['attempt 0']);
  });

  it('discards messages that were sent on because of a rate limit, before the workers saw the purge', async () => {
    await (await work.delay('the workers have looked')).get();
    const names = ['a', 'b', 'c'];
    const results = await Promise.all(names.map((name) => inBatches.applyAsync({ args: [name], countdown: 0.5 })));
    // The workers send them on half a second later, and do not look again before that.
    await app.control.purge('limited');
    const ends = await Promise.all(results.map(endOf));
    expect(ends.slice(1)).toEqual([PURGED, PURGED]);
  });

  it('discards tasks that wait for a place, and holds up neither the one that has it nor later ones', async () => {
    openCloud(900);
    const running = await single.delay(300);
    await cloud.clock.sleep(1000);
    const waiting = await Promise.all(range(20).map(() => single.delay(1)));
    await cloud.clock.sleep(280_000);
    expect(await app.control.purge('one')).toMatchObject({ tasks: ['single'] });
    const later = await single.delay(2);
    const aNext = await aside.applyAsync({ args: ['a'], concurrencyKey: 'disk', concurrencyLimit: 1 });

    expect(await running.get()).toBe(300);
    const endedAt = cloud.clock.now();
    expect([await later.get(), await aNext.get()]).toEqual([2, 'a']);
    // The first in line looked every thirty seconds, and hears of the purge when it looks.
    expect(cloud.clock.now() - endedAt).toBeLessThan(45_000);
    expect(await Promise.all(waiting.map(endOf))).toEqual(waiting.map(() => PURGED));
    expect(runs).toEqual(['single 300', 'single 2']);
  });

  it('discards a debounced call that waits, and not one that has come after the purge', async () => {
    const call = (name: string) => work.applyAsync({ args: [name], debounce: { key: 'k', seconds: 60 } });
    const before = await call('before');
    await app.control.purge('works');
    expect(await endOf(before)).toEqual(PURGED);
    await call('replaced');
    await app.control.purge('works');
    expect(await (await call('after')).get()).toBe('after');
    expect(runs).toEqual(['after']);
  });

  it('is told to listeners with its reason, and to error callbacks of a group', async () => {
    const reasons: string[] = [];
    const stop = app.on('taskRevoked', ({ reason }) => void reasons.push(reason));
    await app.control.pause('works');
    const result = await work.delay('a');
    await app.control.purge('work');
    await app.control.resume('work');
    await endOf(result);
    stop();
    expect(reasons).toEqual(['purged']);
  });
});
