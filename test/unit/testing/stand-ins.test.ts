import { chain, chord, createApp, group } from 'chordal';
import { memoryCloud } from 'chordal/testing';
import type { StandIn, TestCloud } from 'chordal/testing';
import { afterEach, expect, test } from 'vitest';

const app = createApp('stands');
const add = app.external<(x: number, y: number) => number>('proj.add', { queue: 'celery' });
const fail = app.external<(text: string) => string>('proj.fail', { queue: 'celery' });
const later = app.external<(text: string) => string>('proj.later', { queue: 'slow', timeout: 60 });
const double = app.task('double', (x: number) => x * 2);
const sum = app.task('sum', (all: readonly number[]) => all.reduce((total, one) => total + one, 0));
const told = app.task('told', (notice: { readonly errorType: string; readonly message: string }) => notice);
const handler = app.handler(add, fail, later, double, sum, told);

class ValueError extends Error {
  override readonly name = 'ValueError';
}

let cloud: TestCloud;
afterEach(() => cloud.close());
const open = (external?: Readonly<Record<string, StandIn>>): void => {
  cloud = memoryCloud(
    { all: handler },
    { time: 'virtual', seed: 1, logLevel: 'silent', ...(external && { external }) },
  );
};

test('a chain, a group, a chord, a map and chunks with a stand-in for a Python task run in virtual time', async () => {
  open({ 'proj.add': (x: number, y: number) => x + y });
  expect(await (await add.delay(1, 2)).get()).toBe(3);
  expect(await (await chain(double.s(1), add.s(10), double.s()).delay()).get()).toBe(24);
  expect(await (await group([add.s(1, 1), double.s(2), add.s(3, 3)]).delay()).get()).toEqual([2, 4, 6]);
  expect(await (await chord([add.s(1, 1), double.s(2), add.s(3, 3)], sum.s()).delay()).get()).toBe(12);
  expect(
    await (
      await add
        .starmap([
          [1, 2],
          [3, 4],
        ])
        .delay()
    ).get(),
  ).toEqual([3, 7]);
  expect(await (await add.s(1, 2).applyAsync({ countdown: 86_400 })).get()).toBe(3);
});

test('a stand-in may be asynchronous, and gets dates, bytes and keyword arguments as the functions of an app do', async () => {
  const seen: unknown[] = [];
  open({
    'proj.later': async (...given: readonly unknown[]) => {
      seen.push(...given);
      await cloud.clock.sleep(30_000);
      return 'late';
    },
  });
  const at = new Date('2026-01-02T03:04:05Z');
  const anything = app.signature('proj.later', { args: [at], kwargs: { deep: [1] } });
  expect(await (await anything.delay()).get()).toBe('late');
  expect(seen).toEqual([at, { deep: [1] }]);
});

test('an error of a stand-in fails the task as the error of a Python worker does, and what waits for it', async () => {
  open({
    'proj.fail': (text: string) => {
      throw new ValueError(`cannot read ${text}`);
    },
  });
  const failed = await fail.delay('x');
  await expect(failed.get()).rejects.toMatchObject({
    name: 'TaskFailedError',
    errorType: 'ValueError',
    message: expect.stringContaining('cannot read x'),
    failedTask: 'proj.fail',
  });
  const header = await chord([double.s(1), fail.s('y')], told.s() as never).delay();
  await expect(header.get()).rejects.toMatchObject({ errorType: 'ValueError', failedTask: 'proj.fail' });
});

test('a value that Python cannot send fails the task with the reason', async () => {
  open({ 'proj.fail': () => () => 1 });
  await expect((await fail.delay('x')).get()).rejects.toMatchObject({ errorType: 'SerializationError' });
});

test('a call without a stand-in fails at once, and says how to give one', async () => {
  open();
  const begun = cloud.clock.now();
  await expect((await later.delay('x')).get()).rejects.toMatchObject({
    errorType: 'NotRegistered',
    message: expect.stringContaining("memoryCloud(handlers, { external: { 'proj.later': "),
  });
  expect(cloud.clock.now() - begun).toBeLessThan(30_000);
});

test('a stand-in that takes longer than the timeout of its task fails the task, as a worker that does not answer', async () => {
  open({ 'proj.later': () => cloud.clock.sleep(120_000) });
  await expect((await later.delay('x')).get()).rejects.toMatchObject({ errorType: 'TimeLimitExceeded' });
});

test('a stand-in for a task that no handler has is refused, and so is one that is no function', () => {
  open();
  expect(() => open({ 'proj.ad': () => 1 })).toThrow(
    'Cannot use the stand-in proj.ad of memoryCloud(): no handler has a task of that name. Did you mean proj.add?',
  );
  expect(() => open({ 'proj.add': 3 as never })).toThrow(/^Cannot use external of memoryCloud\(\): expected functions/);
});
