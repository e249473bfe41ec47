import { describe, expect, it, onTestFinished } from 'vitest';
import { chain, chord, createApp, Ignore, Reject } from '../../../src/index.ts';
import type { AnyTask, App, StandardSchema } from '../../../src/index.ts';
import { memoryCloud } from '../../../src/testing/index.ts';
import type { TestCloud } from '../../../src/testing/index.ts';

function open(app: App, ...tasks: readonly AnyTask[]): TestCloud {
  const cloud = memoryCloud({ all: app.handler(...tasks) }, { time: 'virtual', seed: 1, logLevel: 'silent' });
  onTestFinished(() => cloud.close());
  return cloud;
}

describe('Ignore', () => {
  it('ends a task, and what waits for it, as REVOKED with the reason ignored', async () => {
    const app = createApp('ignore');
    const told: unknown[] = [];
    const skip = app.task('skip', (): number => {
      throw new Ignore('nothing to do');
    });
    const tell = app.task('tell', (notice: unknown) => void told.push(notice));
    const sum = app.task('sum', (all: readonly number[]) => all.length);
    const cloud = open(app, skip, tell, sum);
    const alone = await skip.s().linkError(tell.s()).delay();
    await expect(alone.get()).rejects.toMatchObject({ name: 'TaskRevokedError', reason: 'ignored' });
    const after = await chain(skip.s(), tell.s()).delay();
    await expect(after.get()).rejects.toMatchObject({ name: 'TaskRevokedError' });
    const joined = await chord([skip.s(), skip.s()], sum.s()).delay();
    await expect(joined.get()).rejects.toMatchObject({ name: 'TaskRevokedError' });
    while (!cloud.isIdle) await cloud.clock.sleep(1000);
    expect(told).toEqual([]);
  });
});

describe('Reject', () => {
  it('makes its message a dead letter with the reason, and the task fails', async () => {
    const app = createApp('reject');
    const picky = app.task('picky', (x: number): number => {
      if (x < 0) throw new Reject('it is below 0');
      return x;
    });
    const cloud = open(app, picky);
    const error = await (await picky.delay(-1)).get({ propagate: false });
    expect(error).toMatchObject({ errorType: 'WorkerLostError', message: expect.stringContaining('it is below 0') });
    expect(cloud.deadLetters).toMatchObject([{ reason: 'it is below 0' }]);
  });

  it('with requeue comes back, more often than lost sandboxes may, and is no retry', async () => {
    const app = createApp('requeue');
    let runs = 0;
    const busy = app.task('busy', { bind: true }, ({ request: { retries } }) => {
      if ((runs += 1) < 8) throw new Reject('not yet', { requeue: true });
      return retries;
    });
    open(app, busy);
    await expect((await busy.delay()).get()).resolves.toBe(0);
    expect(runs).toBe(8);
  });
});

describe('an output schema', () => {
  const even: StandardSchema<number> = {
    '~standard': {
      version: 1,
      vendor: 'test',
      validate: (value) =>
        typeof value === 'number' && value % 2 === 0
          ? { value: value + 1000 }
          : { issues: [{ message: 'it is odd', path: ['a', 0] }] },
    },
  };

  it('gives the value its form, also each value of a map, and in a direct call', async () => {
    const app = createApp('output');
    const same = app.task('same', { output: even }, (x: number) => x);
    open(app, same);
    await expect((await same.delay(2)).get()).resolves.toBe(1002);
    await expect((await same.map([2, 4]).delay()).get()).resolves.toEqual([1002, 1004]);
    await expect(same(6)).resolves.toBe(1006);
  });

  it('fails the task for a value that it refuses, and says where', async () => {
    const app = createApp('output');
    const same = app.task('same', { output: even }, (x: number) => x);
    open(app, same);
    const error = await (await same.delay(3)).get({ propagate: false });
    expect(error).toMatchObject({
      errorType: 'InvalidResult',
      message: 'Cannot use the result of same: it does not pass its output schema: result.a[0]: it is odd',
    });
  });
});
