import { getEventListeners } from 'node:events';
import { chain, chord, createApp, currentTask, group, range } from 'chordal';
import type { AsyncResult } from 'chordal';
import type { TestCloud } from 'chordal/testing';
import { memoryCloud } from 'chordal/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { overriding } from '../../../src/testing/overriding.ts';
import { makeBench } from '../worker/bench.ts';

class Broken extends Error {
  override readonly name = 'Broken';
  readonly args: readonly unknown[];

  constructor(...args: readonly unknown[]) {
    super(`broken by ${args.join(', ')}`);
    this.args = args;
  }
}

const app = createApp('results');
const identity = app.task('identity', <T>(value: T) => value);
const add = app.task('add', (x: number, y: number) => x + y);
const tsum = app.task('tsum', (nums: readonly number[]) => nums.reduce((sum, num) => sum + num, 0));
const fail = app.task('fail', (...args: unknown[]): never => {
  throw new Broken(...args);
});
const slow = app.task('slow', async (seconds: number) => {
  await cloud.clock.sleep(seconds * 1000);
  return seconds;
});
const tracked = app.task('tracked', { trackStarted: true }, async (seconds: number) => {
  await cloud.clock.sleep(seconds * 1000);
});
const reporting = app.task('reporting', { bind: true }, async (ctx) => {
  await ctx.progress(1, 4);
  await cloud.clock.sleep(10_000);
  await ctx.updateState('POLISHING', { surface: new Date(0) });
  await cloud.clock.sleep(10_000);
  return 'done';
});
const retrying = app.task('retrying', { bind: true }, (ctx) => {
  if (ctx.request.retries === 0) throw ctx.retry({ countdown: 10 });
  return ctx.request.retries;
});
const launcher = app.task('launcher', async () => {
  const one = await add.delay(1, 2);
  const two = await add.delay(1, 2);
  return [one.taskId, two.taskId];
});
const waiter = app.task('waiter', async (id: string) => app.asyncResult(id).get());
const nestedWaiter = app.task('nestedWaiter', async (id: string) => waiter(id));
const shortLived = app.task('shortLived', { resultExpires: 60 }, () => 'x'.repeat(5000));
const silent = app.task('silent', { ignoreResult: true }, () => 5);
const handler = app.handler(
  identity,
  add,
  tsum,
  fail,
  slow,
  tracked,
  reporting,
  retrying,
  launcher,
  waiter,
  nestedWaiter,
  shortLived,
  silent,
);

let cloud: TestCloud;

beforeEach(() => {
  cloud = memoryCloud({ all: handler }, { time: 'virtual', seed: 3, logLevel: 'silent' });
});

afterEach(() => cloud.close());

const failedWith = (more: object = {}): unknown =>
  expect.objectContaining({ code: 'CHORDAL_TASK_FAILED', errorType: 'Broken', failedTask: 'fail', ...more });

describe('the stack of an error that get() throws', () => {
  it.each<[string, () => Promise<AsyncResult<unknown>>]>([
    ['a task', () => fail.delay()],
    ['an id', async () => app.asyncResult((await fail.delay()).taskId)],
    ['a group', async () => group([fail.s(), fail.s()]).delay()],
    [
      'a step of a chain that is known by its id',
      async () => {
        const { taskId } = await chain(fail.s(), identity.s()).delay();
        return app.asyncResult(`${taskId}.0`);
      },
    ],
  ])('has the line of the caller, for %s', async (_, send) => {
    const result = await send();
    const theCaller = async (): Promise<unknown> => await result.get();
    const error: unknown = await theCaller().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: 'TaskFailedError', stack: expect.stringMatching(/at (async )?theCaller/) });
  });

  it('has behind it, as its cause, the stack of the worker', async () => {
    const error = await (await fail.delay(3)).get({ propagate: false });
    expect(error).toMatchObject({
      cause: { stack: expect.stringMatching(/^Broken: broken by 3\n +at .*results\.test\.ts/) },
    });
  });
});

describe('an error that get() throws', () => {
  it('names the task that was revoked in the place of the whole', async () => {
    const late = add.s(1, 2).set({ expires: 1, countdown: 2 });
    const error = await (await chord([late, add.s(1, 2)], tsum.s()).delay()).get({ propagate: false });
    expect(error).toMatchObject({
      message: expect.stringMatching(/^Cannot read the value of \S+: it was expired with \S+\.0~0 \(add\)$/),
    });
  });

  it('says after a timeout that the id may name no workflow', async () => {
    await expect(app.asyncResult('nobody').get({ timeout: 1 })).rejects.toThrow(
      'Cannot wait longer for nobody: it has not ended after 1 s. It goes on, unless no workflow has this id.',
    );
  });
});

describe('AsyncResult.state()', () => {
  it('is PENDING, then SUCCESS or FAILURE', async () => {
    const good = await slow.delay(5);
    const bad = await fail.delay();
    expect(await good.state()).toBe('PENDING');
    expect(await app.asyncResult('nobody').state()).toBe('PENDING');
    await good.get();
    expect([await good.state(), await good.status(), await bad.state()]).toEqual(['SUCCESS', 'SUCCESS', 'FAILURE']);
  });

  it('is STARTED when the task tracks it, and PENDING while another runs', async () => {
    const [seen, unseen] = [await tracked.delay(10), await slow.delay(10)];
    await cloud.clock.sleep(1000);
    expect([await seen.state(), await unseen.state()]).toEqual(['STARTED', 'PENDING']);
  });

  it('is RETRY between two attempts', async () => {
    const result = await retrying.delay();
    await cloud.clock.sleep(1000);
    expect(await result.state()).toBe('RETRY');
    expect(await result.get()).toBe(1);
    expect(await result.state()).toBe('SUCCESS');
  });

  it('is what the task says while it runs, with its meta as info()', async () => {
    const result = await reporting.delay();
    await cloud.clock.sleep(5000);
    expect([await result.state(), await result.info()]).toEqual(['PROGRESS', { current: 1, total: 4 }]);
    await cloud.clock.sleep(10_000);
    expect([await result.state(), await result.info()]).toEqual(['POLISHING', { surface: new Date(0) }]);
    expect(await result.get()).toBe('done');
    expect([await result.state(), await result.info()]).toEqual(['SUCCESS', 'done']);
  });
});

describe('AsyncResult.get()', () => {
  it.each([0.4, 1, 6, 9.7])('get() answers within 250 ms of the end when that is %d s ahead', async (seconds) => {
    const result = await slow.delay(seconds);
    const startedAt = cloud.clock.now();
    await result.get();
    expect(cloud.clock.now() - startedAt).toBeLessThanOrEqual(seconds * 1000 + 250);
  });

  it('get() answers within a twentieth of the time that it has waited when that is 50 s', async () => {
    const result = await slow.delay(50);
    const startedAt = cloud.clock.now();
    await result.get();
    expect(cloud.clock.now() - startedAt).toBeLessThanOrEqual(50_000 * 1.05);
  });

  it('waits, and throws after its timeout when nothing has come; the task goes on', async () => {
    const result = await slow.delay(30);
    const startedAt = cloud.clock.now();
    await expect(result.get({ timeout: 10 })).rejects.toMatchObject({
      code: 'CHORDAL_TIMEOUT',
      taskId: result.taskId,
      timeoutSeconds: 10,
    });
    expect(cloud.clock.now() - startedAt).toBe(10_000);
    await expect(result.get({ timeout: 0 })).rejects.toMatchObject({ code: 'CHORDAL_TIMEOUT' });
    expect(await result.get()).toBe(30);
    expect(await result.get({ timeout: 0 })).toBe(30);
  });

  it('throws the reason of its signal while a look is not answered, and leaves no listener behind', async () => {
    const bench = makeBench(({ outcomes }) => ({
      outcomes: overriding(outcomes, { readMany: () => Promise.withResolvers<never>().promise }),
    }));
    const controller = new AbortController();
    const { signal } = controller;
    const waiting = bench.app.asyncResult('W').get({ signal });
    controller.abort(new Error('the client is gone'));
    await expect(waiting).rejects.toThrow('the client is gone');
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it('throws the reason of its signal when it aborts, before or while it waits', async () => {
    const result = await slow.delay(30);
    await expect(result.get({ signal: AbortSignal.abort(new Error('before')) })).rejects.toThrow('before');
    const controller = new AbortController();
    const waiting = result.get({ signal: controller.signal });
    controller.abort(new Error('while'));
    await expect(waiting).rejects.toThrow('while');
    expect(await result.get()).toBe(30);
  });

  it('throws the failure with what failed, its arguments and its stack, or returns it', async () => {
    const result = await chain(add.s(1, 2), fail.s('x'), identity.s()).delay();
    const error = failedWith({
      taskId: result.taskId,
      failedTaskId: `${result.taskId}.1`,
      message: 'broken by 3, x',
      args: [3, 'x'],
      remoteStack: expect.stringContaining('Broken: broken by 3, x'),
    });
    await expect(result.get()).rejects.toEqual(error);
    expect(await result.get({ propagate: false })).toEqual(error);
    expect(await result.info()).toEqual(error);
    await expect(result.parent?.get()).rejects.toEqual(
      failedWith({ taskId: `${result.taskId}.1`, failedTaskId: `${result.taskId}.1` }),
    );
    expect(await result.parent?.parent?.get()).toBe(3);
    expect(result.parent?.parent?.parent).toBeNull();
  });

  it('gives a value that JSON cannot say, whatever its size', async () => {
    const value = { at: new Date(5), big: 10n, set: new Set([1, undefined]), text: 'ä'.repeat(20_000) };
    expect(await (await identity.delay(value)).get()).toEqual(value);
    expect(await (await chain(identity.s(value), identity.s()).delay()).get()).toEqual(value);
  });

  it('gives nothing at once when the result is ignored, here and by its id', async () => {
    const result = await silent.delay();
    expect(await result.get()).toBeUndefined();
    await cloud.clock.sleep(100);
    expect(await app.asyncResult(result.taskId).get()).toBeUndefined();
    expect(await result.state()).toBe('SUCCESS');
  });

  it('throws WouldBlock inside a task, also in one that a task calls directly', async () => {
    const result = await slow.delay(1);
    for (const task of [waiter, nestedWaiter]) {
      await expect((await task.delay(result.taskId)).get()).rejects.toMatchObject({ errorType: 'WouldBlock' });
    }
    expect(await waiter(result.taskId)).toBe(1);
  });

  it('throws UnknownResult when the value has expired, and the state is PENDING again', async () => {
    const result = await shortLived.delay();
    expect(await result.get()).toHaveLength(5000);
    await cloud.clock.sleep(61_000);
    await expect(result.get()).rejects.toMatchObject({ code: 'CHORDAL_UNKNOWN_RESULT', taskId: result.taskId });
    expect(await result.state()).toBe('PENDING');
  });

  it('is not called by await: an AsyncResult is no promise', async () => {
    const result = await slow.delay(1000);
    expect('then' in result).toBe(false);
    const awaited: AsyncResult<number> = await Promise.resolve(result);
    expect(await awaited.state()).toBe('PENDING');
  });
});

describe('AsyncResult.ready(), successful() and failed()', () => {
  it('tell how it ended, and nothing while it runs', async () => {
    const of = async (result: AsyncResult<unknown>): Promise<readonly boolean[]> => [
      await result.ready(),
      await result.successful(),
      await result.failed(),
    ];
    const good = await slow.delay(1);
    const bad = await chain(fail.s(), identity.s()).delay();
    const gone = await slow.applyAsync({ args: [1], countdown: 100 });
    expect(await of(good)).toEqual([false, false, false]);
    await gone.revoke();
    await good.get();
    expect(await of(good)).toEqual([true, true, false]);
    expect(await of(bad)).toEqual([true, false, true]);
    expect(await of(gone)).toEqual([true, false, false]);
  });
});

describe('AsyncResult.forget()', () => {
  it('removes the value and keeps a tombstone: the id cannot be used again', async () => {
    const result = await identity.applyAsync({ args: ['x'.repeat(5000)], taskId: 'once' });
    await result.get();
    await result.forget();
    await expect(result.get()).rejects.toMatchObject({
      code: 'CHORDAL_UNKNOWN_RESULT',
      message: expect.stringContaining('forgotten'),
    });
    await identity.applyAsync({ args: ['x'.repeat(5000)], taskId: 'once' });
    await expect(identity.applyAsync({ args: ['other'], taskId: 'once' })).rejects.toThrow('another canvas was sent');
    await cloud.clock.sleep(1000);
    await expect(result.get()).rejects.toMatchObject({ code: 'CHORDAL_UNKNOWN_RESULT' });
  });
});

describe('AsyncResult.forget() of a step that never ran', () => {
  it('leaves the error of the step that has failed', async () => {
    const message = 'x'.repeat(2000);
    const result = await chain(fail.s(message), identity.s(), identity.s()).delay();
    await expect(result.get()).rejects.toEqual(failedWith());
    const never = result.parent;
    expect(await never?.state()).toBe('FAILURE');
    await never?.forget();
    await expect(result.get()).rejects.toEqual(failedWith());
    await expect(never?.parent?.get()).rejects.toEqual(failedWith());
  });
});

describe('AsyncResult.children() and graph()', () => {
  it('find the launches of a task, each once', async () => {
    const result = await launcher.delay();
    const [one, two] = await result.get();
    expect(one).not.toBe(two);
    const children = await result.children();
    expect(children.map(({ taskId }) => taskId)).toEqual([one, two]);
    expect(await Promise.all(children.map((child) => child.get()))).toEqual([3, 3]);
    expect(await result.graph()).toEqual({
      nodes: [result.taskId, one, two].map((taskId) => ({ taskId, state: 'SUCCESS' })),
      edges: [one, two].map((to) => ({ from: result.taskId, to })),
    });
  });

  it('lead from a chain’s end to its beginning', async () => {
    const result = await chain(add.s(1, 2), group([add.s(1), add.s(2)]), tsum.s()).delay();
    await result.get();
    const id = result.taskId;
    const { nodes, edges } = await result.graph();
    expect(edges).toContainEqual({ from: `${id}.0`, to: `${id}.1` });
    expect(edges).toContainEqual({ from: `${id}.1`, to: id });
    expect(nodes.map(({ taskId }) => taskId)).toEqual(
      expect.arrayContaining([id, `${id}.0`, `${id}.1`, `${id}.1~0`, `${id}.1~1`]),
    );
  });
});

describe('GroupResult', () => {
  it('has one timeout, also when it has failed and its members go on', async () => {
    const result = await group([fail.s('x'), slow.s(100)]).delay();
    const startedAt = cloud.clock.now();
    await expect(result.get({ timeout: 10, propagate: false })).rejects.toMatchObject({ code: 'CHORDAL_TIMEOUT' });
    expect(cloud.clock.now() - startedAt).toBe(10_000);
  });

  it('counts what has ended well, and waits for the rest', async () => {
    const result = await group([slow.s(1), slow.s(10), slow.s(20)]).delay();
    expect([await result.completedCount(), await result.waiting(), await result.ready()]).toEqual([0, true, false]);
    await cloud.clock.sleep(5000);
    expect([await result.completedCount(), await result.waiting(), await result.state()]).toEqual([1, true, 'PENDING']);
    expect(await result.get()).toEqual([1, 10, 20]);
    expect([await result.completedCount(), await result.waiting(), await result.successful()]).toEqual([
      3,
      false,
      true,
    ]);
  });

  it('has a handle for each member, in order, to be iterated over', async () => {
    const result = await group([add.s(1, 2), chain(add.s(1, 2), add.s(10)), group([add.s(5, 5)])]).delay();
    expect(await result.get()).toEqual([3, 13, 10]);
    expect(result.results.map(({ taskId }) => taskId)).toEqual(range(3).map((i) => `${result.taskId}~${i}`));
    const values: unknown[] = [];
    for (const member of result) values.push(await member.get());
    expect(values).toEqual([3, 13, 10]);
    expect(await result.results[1].parent?.get()).toBe(3);
  });

  it('throws the first failure, or lists values and errors', async () => {
    const result = await group([add.s(1, 2), fail.s('x'), slow.s(5)]).delay();
    const startedAt = cloud.clock.now();
    await expect(result.get()).rejects.toEqual(
      failedWith({ taskId: result.taskId, failedTaskId: `${result.taskId}~1` }),
    );
    expect(cloud.clock.now() - startedAt).toBeLessThan(5000);
    expect(await result.get({ propagate: false })).toEqual([3, failedWith({ failedTaskId: `${result.taskId}~1` }), 5]);
    expect([await result.failed(), await result.successful(), await result.completedCount()]).toEqual([true, false, 2]);
  });

  it('is as ready behind a step as by itself, and fails with the step', async () => {
    const good = await chain(add.s(1, 2), group([add.s(1), add.s(2)])).delay();
    expect(await good.get()).toEqual([4, 5]);
    expect(await good.parent?.get()).toBe(3);
    const bad = await chain(fail.s(), group([add.s(1), add.s(2)])).delay();
    await expect(bad.get()).rejects.toEqual(failedWith({ failedTaskId: `${bad.taskId}.0` }));
    expect(await bad.get({ propagate: false })).toEqual([
      failedWith({ taskId: `${bad.taskId}~0` }),
      failedWith({ taskId: `${bad.taskId}~1` }),
    ]);
    expect(await bad.results[0].state()).toBe('FAILURE');
    expect([await bad.ready(), await bad.failed(), await bad.waiting()]).toEqual([true, true, false]);
  });

  it('is the parent of a chord’s body, though nothing is written for it', async () => {
    const result = await chord([add.s(1, 2), slow.s(10)], tsum.s()).delay();
    const header = result.parent;
    expect(await header?.state()).toBe('PENDING');
    expect(await header?.get()).toEqual([3, 10]);
    expect([await header?.state(), await header?.ready(), await result.get()]).toEqual(['SUCCESS', true, 13]);
    const failed = await chord([add.s(1, 2), fail.s()], tsum.s()).delay();
    await expect(failed.parent?.get()).rejects.toEqual(failedWith({ failedTaskId: `${failed.taskId}.0~1` }));
    expect(await failed.parent?.failed()).toBe(true);
  });

  it('is found again when it was saved, and null when it was not', async () => {
    const result = await group([add.s(1, 2), add.s(3, 4)]).delay();
    expect(await app.groupResult(result.taskId)).toBeNull();
    await result.save();
    const restored = await app.groupResult(result.taskId);
    expect(await restored?.get()).toEqual([3, 7]);
    expect(restored?.results.map(({ taskId }) => taskId)).toEqual(result.results.map(({ taskId }) => taskId));
    const header = (await chord([add.s(1, 2)], tsum.s()).delay()).parent as typeof result;
    await header.save();
    expect(await (await app.groupResult(header.taskId))?.get()).toEqual([3]);
  });

  it('is read by its id alone as a list', async () => {
    const result = await group([add.s(1, 2), group([add.s(3, 4)]).link(identity.s())]).delay();
    expect(await app.asyncResult(result.taskId).get()).toEqual([3, 7]);
    expect(await result.get()).toEqual([3, 7]);
  });

  it('is of chunks the list of their lists', async () => {
    const result = await add
      .chunks(
        [
          [1, 2],
          [3, 4],
          [5, 6],
        ],
        2,
      )
      .delay();
    expect(await result.get()).toEqual([[3, 7], [11]]);
    expect(result.results).toHaveLength(2);
    expect(await result.results[0]?.get()).toEqual([3, 7]);
  });
});

describe('app.resultSet()', () => {
  it('waits for all, in order, within one timeout', async () => {
    const set = app.resultSet([await slow.delay(10), await add.delay(1, 2)]);
    expect([await set.ready(), await set.completedCount(), await set.waiting()]).toEqual([false, 0, true]);
    await expect(app.resultSet([await slow.delay(6), await slow.delay(12)]).get({ timeout: 9 })).rejects.toMatchObject({
      code: 'CHORDAL_TIMEOUT',
    });
    expect(await set.get()).toEqual([10, 3]);
    expect([await set.ready(), await set.completedCount(), await set.successful(), await set.waiting()]).toEqual([
      true,
      2,
      true,
      false,
    ]);
    expect([...set].map(({ taskId }) => taskId)).toEqual(set.results.map(({ taskId }) => taskId));
  });

  it('reads those that have ended together, waits alone for one that runs, and throws the first failure at once', async () => {
    const results: AsyncResult<unknown>[] = await Promise.all(range(40).map((x) => add.delay(x, 1)));
    const running = await slow.delay(30);
    const failed = await fail.delay('x');
    await results[39]?.get();
    const all = app.resultSet([...results, running, await add.delay(1, 1)]);
    const startedAt = cloud.clock.now();
    expect(await all.get({ timeout: 60 })).toEqual([...range(1, 41), 30, 2]);
    expect(cloud.clock.now() - startedAt).toBeLessThan(32_000);
    const later = await slow.delay(50);
    await expect(app.resultSet([...results, failed, later]).get()).rejects.toEqual(failedWith());
    expect(await later.ready()).toBe(false);
    await expect(app.resultSet([...results, later]).get({ timeout: 1 })).rejects.toMatchObject({
      code: 'CHORDAL_TIMEOUT',
    });
  });

  it('throws the first failure, or lists it; revokes and forgets each', async () => {
    const later = await slow.applyAsync({ args: [1], countdown: 50 });
    const set = app
      .resultSet([await add.delay(1, 2)])
      .add(await fail.delay('x'))
      .add(later);
    await expect(set.get()).rejects.toEqual(failedWith());
    await set.revoke();
    expect(await set.get({ propagate: false })).toEqual([
      3,
      failedWith(),
      expect.objectContaining({ code: 'CHORDAL_TASK_REVOKED' }),
    ]);
    expect([await set.failed(), await set.successful(), await set.completedCount()]).toEqual([true, false, 1]);
    await set.forget();
    await expect(set.results[0].get()).rejects.toMatchObject({ code: 'CHORDAL_UNKNOWN_RESULT' });
  });
});

describe('a direct call inside a task', () => {
  it('is part of the task’s run: its signal, what it launches, and how deep', async () => {
    const inner = app.task('inner', async () => (await add.delay(2, 2)).taskId);
    const outer = app.task('outer', async () => [await inner(), await inner(), currentTask().request.id]);
    const own = memoryCloud({ all: handler, own: app.handler(inner, outer) }, { time: 'virtual', logLevel: 'silent' });
    const result = await outer.delay();
    const [one, two] = await result.get();
    expect(one).not.toBe(two);
    expect((await result.children()).map(({ taskId }) => taskId)).toEqual([one, two]);
    own.close();
  });

  it('launches no recursion without an end', async () => {
    const looping = createApp('looping', { maxDepth: 5 });
    let runs = 0;
    const call = looping.task('call', async () => {
      await again.delay();
    });
    const again = looping.task('again', async () => {
      runs += 1;
      await call();
    });
    const own = memoryCloud({ own: looping.handler(call, again) }, { time: 'virtual', logLevel: 'silent' });
    await again.delay();
    while (!own.isIdle) await own.clock.sleep(1000);
    expect(runs).toBe(6);
    own.close();
  });
});
