import { chain, chord, createApp, group, isChordalError, range } from 'chordal';
import type { TestCloud } from 'chordal/testing';
import { memoryCloud } from 'chordal/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeConf } from '../../../src/client/app.ts';
import { inspect } from '../../../src/client/results/inspect.ts';
import { readParts } from '../../../src/client/results/parts.ts';
import { readTree } from '../../../src/client/results/tree.ts';
import { doneOf } from '../../../src/core/protocol/parts.ts';
import type { Engine } from '../../../src/engine/engine.ts';
import { makeEngine } from '../../../src/engine/make-engine.ts';
import { environmentRuntime } from '../../../src/runtime/environment.ts';

const app = createApp('from-an-id');
/** Another process: it knows ids, and no canvas. */
const other = createApp('other');
const add = app.task('add', (x: number, y: number) => x + y);
const tsum = app.task('tsum', (nums: readonly number[]) => nums.reduce((sum, num) => sum + num, 0));
const size = app.task('size', (all: readonly unknown[]) => all.length);
const slow = app.task('slow', async (seconds: number) => {
  await cloud.clock.sleep(seconds * 1000);
  return seconds;
});
const fail = app.task('fail', (message: string): never => {
  const cause = Object.assign(new TypeError('fetch failed'), { code: 'ECONNREFUSED', port: 443 });
  throw Object.assign(new RangeError(message, { cause }), { code: 'E_CHARGE', order: 7 });
});
const busy = app.task('busy', { bind: true, maxRetries: 5 }, async (ctx) => {
  if (ctx.request.retries === 0) {
    await ctx.updateState('TRYING', { host: 'a' });
    throw ctx.retry({ countdown: 60, error: new RangeError('too busy', { cause: new Error('503') }) });
  }
  if (ctx.request.retries === 1) throw ctx.retry({ countdown: 60 });
  await ctx.updateState('TRYING', { host: 'b' });
  await cloud.clock.sleep(10_000);
  return 'done';
});
const replaced = app.task('replaced', { bind: true }, (ctx) =>
  ctx.replace(chord([add.s(1, 2), add.s(3, 4)], tsum.s())),
);
const grouped = app.task('grouped', { bind: true }, (ctx) => ctx.replace(group([add.s(1, 2), add.s(3, 4)])));
const launcher = app.task('launcher', async () => (await add.delay(1, 2)).taskId);
const limited = app.task('limited', { concurrencyLimit: 1, concurrencyKey: 'disk' }, async (seconds: number) => {
  await cloud.clock.sleep(seconds * 1000);
  return seconds;
});
const insistent = app.task('insistent', { bind: true, concurrencyLimit: 1, concurrencyKey: 'disk' }, async (ctx) => {
  if (ctx.request.retries === 0) throw ctx.retry({ countdown: 10 });
  await ctx.updateState('SAVING', 'half');
  await cloud.clock.sleep(10_000);
});
const handler = app.handler(add, tsum, size, slow, fail, busy, replaced, grouped, launcher, limited, insistent);

let cloud: TestCloud;
let engine: Engine;

beforeEach(() => {
  cloud = memoryCloud({ main: handler }, { time: 'virtual', logLevel: 'silent' });
  engine = makeEngine(environmentRuntime(), new Map(), makeConf({}));
});
afterEach(() => cloud.close());

const sleep = (seconds: number): Promise<void> => cloud.clock.sleep(seconds * 1000);

describe('progress()', () => {
  it('counts the steps, members and body of a chord in flight', async () => {
    const { taskId } = await chord([slow.s(1), slow.s(10), slow.s(20)], tsum.s()).delay();
    const progress = other.asyncResult(taskId).progress.bind(undefined);
    expect(await progress()).toEqual({ done: 0, failed: 0, total: undefined, isExact: true });
    await sleep(5);
    expect(await progress()).toEqual({ done: 1, failed: 0, total: 4, isExact: true });
    await other.asyncResult(taskId).get();
    expect(await progress()).toEqual({ done: 4, failed: 0, total: 4, isExact: true });
  });

  it('counts the members that failed, once', async () => {
    const result = await group([fail.s('no'), slow.s(1), slow.s(50)]).delay();
    await sleep(5);
    expect(await other.asyncResult(result.taskId).progress()).toEqual({ done: 2, failed: 1, total: 3, isExact: true });
  });

  it('knows how long a chain is after its first step, and of a lone task only its end', async () => {
    const { taskId } = await chain(
      add.s(1, 2),
      slow.si(10),
      add.si(1, 1),
      group([add.s(1), add.s(2)]),
      tsum.s(),
    ).delay();
    await sleep(5);
    expect(await other.asyncResult(taskId).progress()).toMatchObject({ done: 1, total: 5 });
    expect(await other.asyncResult(taskId).get()).toBe(7);
    expect(await other.asyncResult(taskId).progress()).toMatchObject({ done: 6, total: 6 });
    const lone = await add.delay(1, 2);
    await lone.get();
    expect(await other.asyncResult(lone.taskId).progress()).toMatchObject({ done: 1, total: 1 });
  });

  it('reads no member of a large group', async () => {
    const result = await group(range(3000).map((i) => add.s(i, 1))).delay();
    await result.get();
    const asked = new Set<string>();
    const outcomes = new Proxy(engine.outcomes, {
      get: (target, name): unknown => {
        asked.add(String(name));
        const value: unknown = Reflect.get(target, name);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    const parts = await readParts({ outcomes }, result.taskId, {});
    expect(doneOf(parts, result.taskId, {})).toEqual({ done: 3000, failed: 0, total: 3000, isExact: true });
    expect([...asked].toSorted()).toEqual(['steps', 'tally']);
  });

  it('shows what replaced a task', async () => {
    const result = await replaced.delay();
    expect(await result.get()).toBe(10);
    expect(await other.asyncResult(result.taskId).progress()).toMatchObject({ done: 3, total: 3 });
  });
});

describe('info()', () => {
  it('is the error and when it goes on in RETRY, and the meta of the attempt that runs', async () => {
    const { taskId } = await busy.delay();
    const result = other.asyncResult(taskId);
    await sleep(1);
    const startedAt = cloud.clock.now();
    expect(await result.state()).toBe('RETRY');
    const info = await result.info();
    if (!isChordalError(info, 'CHORDAL_TASK_RETRY')) throw new Error('It is no TaskRetryError');
    expect(info).toMatchObject({ message: 'too busy', errorType: 'RangeError', task: 'busy', taskId, attempt: 1 });
    expect(info.cause).toMatchObject({ message: 'too busy', cause: { message: '503' } });
    expect(info.retryAt.getTime()).toBe(startedAt + 59_000);
    await sleep(60);
    expect(await result.info()).toMatchObject({ errorType: 'Retry', task: 'busy', attempt: 2 });
    await sleep(60);
    expect([await result.state(), await result.info()]).toEqual(['TRYING', { host: 'b' }]);
    expect(await result.get()).toBe('done');
  });
});

describe('get()', () => {
  it('throws what the error was: its code, its fields, its causes', async () => {
    const { taskId } = await fail.delay('no card');
    const error = await other.asyncResult(taskId).get({ propagate: false });
    expect(error).toMatchObject({
      code: 'CHORDAL_TASK_FAILED',
      errorType: 'RangeError',
      errorCode: 'E_CHARGE',
      fields: { order: 7 },
      cause: {
        errorType: 'RangeError',
        message: 'no card',
        cause: { errorType: 'TypeError', message: 'fetch failed', errorCode: 'ECONNREFUSED', fields: { port: 443 } },
      },
    });
  });
});

describe('revoke()', () => {
  it('says REVOKED at once of a workflow and of everything in it', async () => {
    const { taskId } = await chain(slow.s(100), group([slow.si(1), slow.si(1)])).delay();
    await other.asyncResult(taskId).revoke();
    expect(await other.asyncResult(taskId).state()).toBe('REVOKED');
    expect(await other.asyncResult(`${taskId}~1`).state()).toBe('REVOKED');
    await sleep(200);
    expect(await other.asyncResult(taskId).state()).toBe('REVOKED');
  });

  it('leaves an ended task as it is', async () => {
    const result = await add.delay(1, 2);
    await result.get();
    await other.asyncResult(result.taskId).revoke();
    await sleep(5);
    expect(await result.get()).toBe(3);
  });
});

describe('parent, children() and graph()', () => {
  const late = add.s(1, 1).set({ expires: new Date(0) });

  it('lead back from a step of a long chain without a handle for each step before it', async () => {
    expect(other.asyncResult('W.100000').parent?.parent?.taskId).toBe('W.99998');
    const steps = Array.from({ length: 3000 }, () => add.s(1));
    const { taskId } = await chain(add.s(0, 0), ...(steps as never[])).delay();
    await sleep(1);
    const before = await other.asyncResult(taskId).predecessor();
    expect(before?.taskId).toBe(`${taskId}.2999`);
    expect(before?.parent?.taskId).toBe(`${taskId}.2998`);
  });

  it('are those of the steps that ids name', async () => {
    const { taskId: id } = await chain(add.s(1, 2), add.s(3), group([add.s(1), add.s(2)]), tsum.s()).delay();
    await other.asyncResult(id).get();
    expect(other.asyncResult(`${id}.1`).parent?.taskId).toBe(`${id}.0`);
    expect(other.asyncResult(`${id}.0`).parent).toBeNull();
    const members = await other.asyncResult(`${id}.2`).children();
    expect(members.map(({ taskId }) => taskId)).toEqual([`${id}.2~0`, `${id}.2~1`]);
    const { nodes, edges } = await other.asyncResult(id).graph();
    expect(edges).toEqual(
      expect.arrayContaining([
        { from: `${id}.0`, to: `${id}.1` },
        { from: `${id}.1`, to: `${id}.2` },
        { from: `${id}.2`, to: `${id}.2~1` },
        { from: `${id}.2`, to: id },
      ]),
    );
    expect(nodes).toContainEqual({
      taskId: `${id}.2`,
      state: 'SUCCESS',
      members: { done: 2, total: 2, failed: 0, isExact: true },
    });
  });

  it.each([
    ['only revoked members', [late, late], {}, 'REVOKED'],
    ['a revoked member beside one that has succeeded', [late, add.s(1, 2)], {}, 'REVOKED'],
    ['a member that has failed', [add.s(1, 2), fail.s('no')], {}, 'FAILURE'],
    ['more revoked members than are listed', Array.from({ length: 201 }, () => late), {}, 'REVOKED'],
    ['a revoked member that it tolerates', [late, add.s(1, 2)], { tolerate: 2 }, 'REVOKED'],
    ['a revoked and a failed member that it tolerates', [late, fail.s('no')], { tolerate: 2 }, 'FAILURE'],
  ])('graph() shows the state of a group with %s as state() does', async (_, members, options, state) => {
    const result = await chord(members, size.s(), options).delay();
    await result.get({ propagate: false });
    await sleep(1);
    const { nodes } = await result.graph();
    const header = nodes.find(({ taskId }) => taskId === `${result.taskId}.0`);
    expect([header?.state, await result.parent?.state()]).toEqual([state, state]);
  });

  it('predecessor() is the parent of a canvas from the id of the whole, as soon as something in it has ended', async () => {
    const canvases = [
      chain(add.s(1, 2), add.s(3), slow.si(10)),
      chord([add.s(1, 2), chain(add.s(3, 4), add.s(5))], tsum.s()),
      chain(add.s(1, 2), group([add.s(1), add.s(2)])),
      chain(add.s(1, 2), chain(add.s(3), group([add.s(1), add.s(2)])), tsum.s()),
      chain(add.s(1, 2), replaced.si()),
    ];
    for (const canvas of canvases) {
      const here = await canvas.delay();
      await here.get();
      const there = other.asyncResult(here.taskId);
      expect((await there.predecessor())?.taskId).toBe(here.parent?.taskId);
      expect((await here.predecessor())?.taskId).toBe(here.parent?.taskId);
      const value = await here.parent?.get();
      expect(value).toBeDefined();
      expect(await (await there.predecessor())?.get()).toEqual(value);
    }
    const inFlight = await chain(add.s(1, 2), slow.si(100), add.si(1, 2)).delay();
    const there = other.asyncResult(inFlight.taskId);
    expect(await there.predecessor()).toBeNull();
    await sleep(5);
    expect((await there.predecessor())?.taskId).toBe(`${inFlight.taskId}.1`);
    const lone = await add.delay(1, 2);
    await lone.get();
    expect(await other.asyncResult(lone.taskId).predecessor()).toBeNull();
    const members = await group([add.s(1, 2), chain(add.s(3, 4), add.s(5))]).delay();
    await members.get();
    expect(await other.asyncResult(members.taskId).predecessor()).toBeNull();
    expect(await other.asyncResult(`${members.taskId}~0`).predecessor()).toBeNull();
    expect((await other.asyncResult(`${members.taskId}~1`).predecessor())?.taskId).toBe(`${members.taskId}~1.0`);
  });

  it('the id of a group that a step follows has the state and the values of its members', async () => {
    const { taskId: id } = await chord([slow.s(1), slow.s(20)], tsum.s()).delay();
    const header = other.asyncResult(`${id}.0`);
    expect([await header.state(), await header.ready()]).toEqual(['PENDING', false]);
    await sleep(5);
    expect([await header.state(), await header.ready()]).toEqual(['PENDING', false]);
    expect(await header.get({ timeout: 60 })).toEqual([1, 20]);
    expect([await header.state(), await header.ready(), await header.successful()]).toEqual(['SUCCESS', true, true]);
    const failing = await chord([fail.s('no'), slow.s(1)], tsum.s()).delay();
    await failing.get({ propagate: false });
    expect(await other.asyncResult(`${failing.taskId}.0`).state()).toBe('FAILURE');
    await expect(other.asyncResult(`${failing.taskId}.0`).get()).rejects.toThrow('no');
    const late = await chain(slow.s(1), group([add.s(1), add.s(2)]), tsum.s()).delay();
    await expect(other.asyncResult(`${late.taskId}.1`).get({ timeout: 0.5 })).rejects.toMatchObject({
      code: 'CHORDAL_TIMEOUT',
    });
    expect(await other.asyncResult(`${late.taskId}.1`).get()).toEqual([2, 3]);
  });

  it('children() of a task that a group has replaced are the members', async () => {
    const result = await grouped.delay();
    expect(await result.get()).toEqual([3, 7]);
    const members = await other.asyncResult(result.taskId).children();
    expect(await Promise.all(members.map((member) => member.get()))).toEqual([3, 7]);
  });

  it('name steps that have not run, and fold groups that are wide', async () => {
    const wide = await chain(add.s(1, 2), group(range(500).map(() => slow.si(50))), tsum.s()).delay();
    await sleep(5);
    const { nodes, edges } = await other.asyncResult(wide.taskId).graph();
    expect(nodes.map(({ taskId, state }) => [taskId, state])).toEqual([
      [wide.taskId, 'PENDING'],
      [`${wide.taskId}.0`, 'SUCCESS'],
      [`${wide.taskId}.1`, 'PENDING'],
    ]);
    expect(edges).toHaveLength(2);
    await wide.get();
    const folded = (await other.asyncResult(wide.taskId).graph()).nodes;
    expect(folded.find(({ taskId }) => taskId === `${wide.taskId}.1`)?.members).toMatchObject({
      done: 500,
      total: 500,
    });
    expect(folded).toHaveLength(3);
  });
});

describe('inspect() and readTree()', () => {
  it('show the task, its times and its attempts', async () => {
    const { taskId } = await slow.s(2).applyAsync({ countdown: 30 });
    const sentAt = cloud.clock.now();
    await other.asyncResult(taskId).get();
    const iso = (ms: number): string => new Date(sentAt + ms).toISOString();
    expect(await inspect(engine, taskId)).toEqual({
      taskId,
      state: 'SUCCESS',
      value: 2,
      task: 'slow',
      attempt: 0,
      queued: iso(30_000),
      started: iso(30_000),
      ended: iso(32_000),
      ms: { waited: 0, ran: 2000 },
      children: [],
    });
  });

  it('show the error of a retry without its stack, and with it on request', async () => {
    const { taskId } = await busy.delay();
    await sleep(1);
    const seen = await inspect(engine, taskId);
    expect(seen).toMatchObject({ state: 'RETRY', task: 'busy', attempt: 1, retry: { error: { message: 'too busy' } } });
    expect(seen.retry?.error).not.toHaveProperty('stack');
    expect((await inspect(engine, taskId, true)).retry?.error).toHaveProperty('stack');
    const failed = await fail.delay('no');
    await failed.get({ propagate: false });
    expect((await inspect(engine, failed.taskId)).record).toBeUndefined();
    expect((await inspect(engine, failed.taskId, true)).record).toMatchObject({ cause: { code: 'ECONNREFUSED' } });
  });

  it('show that a task waits for a place, from five seconds on until it runs', async () => {
    await limited.delay(60);
    await sleep(1);
    const { taskId } = await limited.delay(30);
    const sentAt = cloud.clock.now();
    await sleep(3);
    expect(await inspect(engine, taskId)).toEqual({ taskId, state: 'PENDING', children: [] });
    await sleep(20);
    const { waitsForPlace, ...rest } = await inspect(engine, taskId);
    expect(rest).toEqual({ taskId, state: 'PENDING', children: [] });
    expect(waitsForPlace?.concurrencyKey).toBe('disk');
    expect(Date.parse(waitsForPlace?.since ?? '') - sentAt).toBeLessThan(2000);
    expect(await other.asyncResult(taskId).info()).toBeUndefined();
    await sleep(50);
    expect(await inspect(engine, taskId)).toEqual({ taskId, state: 'PENDING', children: [] });
    await other.asyncResult(taskId).get();
    expect(await inspect(engine, taskId)).not.toHaveProperty('waitsForPlace');
  });

  it('show a retry that waits for a place, and the report of its run after that', async () => {
    const { taskId } = await insistent.delay();
    await sleep(1);
    await limited.delay(60);
    await sleep(40);
    const seen = await inspect(engine, taskId);
    expect(seen).toMatchObject({ state: 'RETRY', attempt: 1, waitsForPlace: { concurrencyKey: 'disk' } });
    expect(seen).not.toHaveProperty('meta');
    await sleep(30);
    const running = await inspect(engine, taskId);
    expect(running).toMatchObject({ state: 'SAVING', meta: 'half' });
    expect(running).not.toHaveProperty('waitsForPlace');
  });

  it('read a note of a place with the report, and nothing more', async () => {
    await limited.delay(60);
    const [{ taskId: waiting }, { taskId: delayed }] = [
      await limited.delay(1),
      await limited.applyAsync({ args: [1], countdown: 600 }),
    ];
    await sleep(20);
    const readsOf = async (id: string): Promise<readonly string[]> => {
      const reads: string[] = [];
      const counted = <Port extends object>(port: Port): Port =>
        new Proxy(port, {
          get: (target, name) => {
            reads.push(String(name));
            const method: unknown = Reflect.get(target, name);
            return typeof method === 'function' ? method.bind(target) : method;
          },
        });
      const { outcomes, records, places, payloads } = engine;
      const ports = {
        outcomes: counted(outcomes),
        records: counted(records),
        places: counted(places),
        payloads: counted(payloads),
      };
      await inspect(Object.create(engine, Object.getOwnPropertyDescriptors(ports)) as Engine, id);
      return reads;
    };
    expect(await inspect(engine, waiting)).toHaveProperty('waitsForPlace');
    expect(await readsOf(waiting)).toEqual(await readsOf(delayed));
  });

  it('show the steps ahead, and the launches', async () => {
    const { taskId } = await chain(add.s(1, 2), slow.si(10), add.si(1, 1)).delay();
    await sleep(5);
    expect(await inspect(engine, taskId)).toMatchObject({
      state: 'PENDING',
      progress: { done: 1, total: 3 },
      ahead: [`${taskId}.1`, taskId],
    });
    const result = await launcher.delay();
    const child = await result.get();
    expect(await inspect(engine, result.taskId)).toMatchObject({ children: [child] });
    const { nodes, edges } = await readTree(engine, result.taskId);
    expect(nodes.map(({ task, taskId: one }) => [one, task])).toEqual([
      [result.taskId, 'launcher'],
      [child, 'add'],
    ]);
    expect(edges).toEqual([{ from: result.taskId, to: child }]);
  });

  it('show the task of a member that never ran: it was revoked or had expired', async () => {
    const result = await slow.s(1).applyAsync({ countdown: 10, expires: 5 });
    await sleep(20);
    const seen = await inspect(engine, result.taskId);
    expect(seen).toMatchObject({ state: 'REVOKED', task: 'slow' });
    expect(seen).not.toHaveProperty('started');
  });
});
