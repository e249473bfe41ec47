import { chain, chord, createApp, currentTask, group } from 'chordal';
import type { TestCloud } from 'chordal/testing';
import { memoryCloud } from 'chordal/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RandomNonces } from '../../../src/adapters/system/nonces.ts';
import type { Ports } from '../../../src/ports/ports.ts';
import { overriding } from '../../../src/testing/overriding.ts';
import { makeBench, QUEUE } from '../worker/bench.ts';

const app = createApp('windows');
const other = createApp('others');
const note = app.task('note', async (value: unknown) => {
  await currentTask().ledger.append('ran', value);
  return value;
});
const add = app.task('add', (x: number, y: number) => x + y);
const sum = app.task('sum', (numbers: readonly number[]) => numbers.reduce((all, one) => all + one, 0));
const fail = app.task('fail', { maxRetries: 0 }, () => {
  throw new TypeError('no');
});
const calls = app.task('calls', async (value: unknown) => {
  const { taskId } = await note.applyAsync({ args: [value], debounce: { key: 'inner', seconds: 5 } });
  return taskId;
});
const ran = app.task('ran', () => currentTask().ledger.read('ran'));
const foreign = other.task('foreign', (value: unknown) => value);
const handlers = { all: app.handler(note, add, sum, fail, calls, ran), other: other.handler(foreign) };

let cloud: TestCloud;

beforeEach(() => {
  cloud = memoryCloud(handlers, { time: 'virtual', seed: 7, logLevel: 'silent' });
});

afterEach(() => cloud.close());

const debounced = (value: unknown, options: object = {}) =>
  note.applyAsync({ args: [value], debounce: { key: 'k', seconds: 10, ...options } });
const throttled = (value: unknown, seconds = 10) => note.applyAsync({ args: [value], throttle: { key: 'k', seconds } });
const seconds = (count: number): Promise<void> => cloud.clock.sleep(count * 1000);

describe('debounce', () => {
  it('runs the last call alone, its seconds after it, and all answer with its value', async () => {
    const startedAt = cloud.clock.now();
    const handles = [await debounced(1)];
    await seconds(6);
    handles.push(await debounced(2));
    await seconds(6);
    handles.push(await debounced(3));
    expect(await Promise.all(handles.map((handle) => handle.get()))).toEqual([3, 3, 3]);
    expect((cloud.clock.now() - startedAt) / 1000).toBeCloseTo(22, 0);
    expect(await ran()).toEqual([3]);
    expect(new Set(handles.map(({ taskId }) => taskId)).size).toBe(1);
  });

  it('runs the last call at the latest maxSeconds after the first', async () => {
    const first = await debounced(0, { maxSeconds: 25 });
    for (let call = 1; call <= 8; call += 1) {
      await seconds(6);
      await debounced(call, { maxSeconds: 25 });
    }
    expect(await first.get()).toBe(4);
    await seconds(60);
    expect(await ran()).toEqual([4, 8]);
  });

  it('opens a new window when the last one has run', async () => {
    const first = await debounced(1);
    await first.get();
    const second = await debounced(2);
    expect(second.taskId).not.toBe(first.taskId);
    expect(await second.get()).toBe(2);
  });

  it('runs a call earlier that waits for fewer seconds than the one it replaces', async () => {
    const startedAt = cloud.clock.now();
    const first = await debounced(1, { seconds: 3600 });
    await debounced(2, { seconds: 5 });
    expect(await first.get({ timeout: 60 })).toBe(2);
    expect(cloud.clock.now() - startedAt).toBeLessThan(8000);
    await seconds(4000);
    expect(await ran()).toEqual([2]);
  });

  it('waits longer than a queue can, by the scheduler', async () => {
    const first = await debounced(1, { seconds: 7200 });
    await seconds(3600);
    await debounced(2, { seconds: 7200 });
    await seconds(7100);
    expect(await ran()).toEqual([]);
    expect(await first.get({ timeout: 300 })).toBe(2);
    expect(await ran()).toEqual([2]);
  });

  it('takes canvases of several tasks, also large ones and other ones in one window', async () => {
    const debounce = { key: 'canvas', seconds: 5 };
    const large = 'x'.repeat(5000);
    const first = await chain(note.s(large), note.s()).applyAsync({ debounce });
    const second = await chord([add.s(1, 2), add.s(3, 4)], sum.s()).applyAsync({ debounce });
    expect(first.parent).toBeNull();
    expect([await first.get(), await second.get()]).toEqual([10, 10]);
    const third = await note.applyAsync({ args: [large], debounce });
    const fourth = await chain(note.s(`${large}y`), note.s()).applyAsync({ debounce });
    expect([await third.get(), await fourth.get()]).toEqual([`${large}y`, `${large}y`]);
    expect(await ran()).toEqual([`${large}y`, `${large}y`]);
  });

  it('ends every handle with the failure of the last call', async () => {
    const first = await debounced(1);
    const last = await fail.applyAsync({ debounce: { key: 'k', seconds: 10 } });
    for (const handle of [first, last]) await expect(handle.get()).rejects.toMatchObject({ errorType: 'TypeError' });
  });

  it('ends every handle when the window is revoked, and the next call opens another', async () => {
    const first = await debounced(1);
    await first.revoke();
    await seconds(1);
    const second = await debounced(2);
    for (const handle of [first, second])
      await expect(handle.get()).rejects.toMatchObject({ code: 'CHORDAL_TASK_REVOKED' });
    await seconds(30);
    const third = await debounced(3);
    expect(await third.get()).toBe(3);
    expect(await ran()).toEqual([3]);
  });

  it('keeps the keys of apps apart, and those of debounce and throttle', async () => {
    const mine = await debounced(1);
    const others = await foreign.applyAsync({ args: [2], debounce: { key: 'k', seconds: 10 } });
    const once = await throttled(3);
    expect([await mine.get(), await others.get(), await once.get()]).toEqual([1, 2, 3]);
    expect(new Set([mine, others, once].map(({ taskId }) => taskId)).size).toBe(3);
  });

  it('works in a task', async () => {
    const [one, two] = await Promise.all([calls.delay(1), calls.delay(2)]);
    const ids = [await one.get(), await two.get()];
    expect(ids[0]).toBe(ids[1]);
    expect([1, 2]).toContain(await app.asyncResult(ids[0] ?? '').get());
    expect(await ran()).toHaveLength(1);
  });

  it('runs one call of many that are made at once', async () => {
    const handles = await Promise.all(Array.from({ length: 20 }, (_, value) => debounced(value)));
    const values = await Promise.all(handles.map((handle) => handle.get()));
    expect(new Set(values).size).toBe(1);
    expect(await ran()).toEqual([values[0]]);
  });
});

describe('throttle', () => {
  it('runs the first call at once, and answers with it to calls in its seconds', async () => {
    const handles = [await throttled(1), await throttled(2)];
    await seconds(9);
    handles.push(await throttled(3));
    expect(await Promise.all(handles.map((handle) => handle.get()))).toEqual([1, 1, 1]);
    await seconds(2);
    expect(await (await throttled(4)).get()).toBe(4);
    expect(await ran()).toEqual([1, 4]);
  });

  it('has windows of less than a second', async () => {
    await throttled(1, 0.2);
    await cloud.clock.sleep(100);
    await throttled(2, 0.2);
    await cloud.clock.sleep(150);
    await (await throttled(3, 0.2)).get();
    expect(await ran()).toEqual([1, 3]);
  });

  it('answers with another canvas of the window, whose value stays readable for as long', async () => {
    const throttle = { key: 'long', seconds: 14 * 86_400 };
    await (await chain(add.s(1, 2), add.s(3)).applyAsync({ throttle })).get();
    await seconds(13 * 86_400);
    const later = await note.applyAsync({ args: ['x'], throttle });
    expect([await later.get(), later.parent]).toEqual([6, null]);
  });

  it('runs one call of many that are made at once', async () => {
    const handles = await Promise.all(Array.from({ length: 20 }, (_, value) => throttled(value)));
    const values = await Promise.all(handles.map((handle) => handle.get()));
    expect(new Set(values).size).toBe(1);
    expect(await ran()).toEqual([values[0]]);
  });
});

describe('a caller that dies', () => {
  /** A bench whose caller is killed in the n-th of the calls of these verbs. */
  const withDeath = (verb: 'submit' | 'send' | 'note') => {
    let isAlive = false;
    const { promise: died, resolve: dies } = Promise.withResolvers<void>();
    const death = (): Promise<never> => {
      dies();
      return new Promise(() => undefined);
    };
    const bench = makeBench(({ records, windows, broker }: Ports) => ({
      windows: overriding(windows, {
        put: async (params) => {
          const written = await windows.put(params);
          return isAlive || verb !== 'submit' ? written : death();
        },
        noteWake: async (params) => (isAlive || verb !== 'note' ? windows.noteWake(params) : death()),
      }),
      records: overriding(records, {
        openSubmission: async (params) => {
          const opened = await records.openSubmission(params);
          return isAlive || verb !== 'submit' ? opened : death();
        },
        closeSubmission: async (params) => (isAlive || verb !== 'note' ? records.closeSubmission(params) : death()),
      }),
      broker: overriding(broker, {
        send: async (params) => (isAlive || verb !== 'send' ? broker.send(params) : death()),
      }),
    }));
    const values: number[] = [];
    const task = bench.app.task('one', (value: number) => {
      values.push(value);
      return value;
    });
    return { bench, values, task, died, revive: () => (isAlive = true) };
  };

  it.each(['submit', 'send', 'note'] as const)(
    'before its %s is answered leaves no window without an end',
    async (verb) => {
      for (const option of ['debounce', 'throttle'] as const) {
        const { bench, values, task, died, revive } = withDeath(verb);
        const options = { [option]: { key: 'k', seconds: 0.1 + (option === 'throttle' ? 60 : 0) } };
        void task.applyAsync({ args: [1], ...options });
        await died;
        revive();
        const second = await task.applyAsync({ args: [2], ...options });
        bench.cloud.consume(QUEUE, (deliveries) => bench.work(deliveries));
        expect(await second.get({ timeout: 10 })).toBe(option === 'debounce' ? 2 : 1);
        expect(values).toEqual([option === 'debounce' ? 2 : 1]);
      }
    },
    30_000,
  );
});

describe('the list of workflows', () => {
  it('has the workflow of a window once, also if its first caller has died and if a later call is to run earlier', async () => {
    const listed: string[] = [];
    let isDead = true;
    const bench = makeBench(({ journal, windows }) => ({
      journal: overriding(journal, {
        noteSubmission: async ({ entry }) => void listed.push(`${entry.at}#${entry.id}`),
      }),
      windows: overriding(windows, {
        noteWake: async (params) => (isDead ? new Promise<never>(() => undefined) : windows.noteWake(params)),
      }),
      nonces: new RandomNonces(),
    }));
    const one = bench.app.task('one', () => 1);
    const two = bench.app.task('two', () => 2);
    const call = (seconds: number) => chain(one.si(), two.si()).applyAsync({ debounce: { key: 'k', seconds } });
    void call(3600);
    await bench.clock.sleep(10);
    isDead = false;
    await call(3600);
    await bench.clock.sleep(10);
    await call(5);
    expect(new Set(listed).size).toBe(1);
    expect(listed).toHaveLength(2);
  });
});

describe('bad input', () => {
  const refused = (options: object) => note.applyAsync({ args: [1], ...options });

  it.each([
    [{ debounce: 5 }, /^Cannot use debounce: expected \{ key, seconds, maxSeconds\? \}/],
    [{ throttle: { key: 'k', seconds: 1, maxSeconds: 2 } }, /^Cannot use throttle.maxSeconds: there is no such part/],
    [{ debounce: { key: '', seconds: 1 } }, /^Cannot use debounce.key: expected a text of 1 to 1000 characters/],
    [{ throttle: { key: 'x'.repeat(1001), seconds: 1 } }, /^Cannot use throttle.key/],
    [{ debounce: { key: 'k', seconds: 0 } }, /^Cannot use debounce.seconds: expected a number of seconds above 0/],
    [{ throttle: { key: 'k' } }, /^Cannot use throttle.seconds/],
    [{ throttle: { key: 'k', seconds: 15 * 86_400 } }, /^Cannot use throttle.seconds/],
    [
      { debounce: { key: 'k', seconds: 9, maxSeconds: 5 } },
      /^Cannot use debounce.maxSeconds of 5: it is less than the 9/,
    ],
    [
      { debounce: { key: 'k', seconds: 9 }, throttle: { key: 'k', seconds: 9 } },
      /^Cannot use a debounce and a throttle together/,
    ],
    [{ debounce: { key: 'k', seconds: 9 }, dedupKey: 'd' }, /^Cannot use a dedupKey and a debounce together/],
    [{ throttle: { key: 'k', seconds: 9 }, taskId: 'd' }, /^Cannot use a throttle and a taskId together/],
    [{ debounce: { key: 'k', seconds: 9 }, countdown: 5 }, /^Cannot use debounce with a countdown/],
    [{ throttle: { key: 'k', seconds: 9 }, eta: new Date(0) }, /^Cannot use throttle with an eta/],
  ])('%j is refused at the call', async (options, message) => {
    await expect(refused(options)).rejects.toMatchObject({
      code: 'CHORDAL_INVALID_OPTIONS',
      message: expect.stringMatching(message),
    });
    expect(cloud.isIdle).toBe(true);
  });

  it('refuses a canvas that ends in a group', async () => {
    for (const options of [{ debounce: { key: 'k', seconds: 9 } }, { throttle: { key: 'k', seconds: 9 } }])
      for (const canvas of [group([add.s(1, 2)]), chain(add.s(1, 2), group([note.s(), note.s()]))])
        await expect(canvas.applyAsync(options)).rejects.toMatchObject({
          code: 'CHORDAL_INVALID_CANVAS',
          message: expect.stringMatching(/^Cannot use (debounce|throttle) for a canvas that ends in a group/),
        });
    expect(cloud.isIdle).toBe(true);
  });
});
