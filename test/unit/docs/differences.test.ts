/** The rows of "Differences from Celery" in README.md, each with a test of its second column. */
import { readFileSync } from 'node:fs';
import { chain, chord, createApp, crontab, currentTask, group, Ignore, range, Reject, zip } from 'chordal';
import type { Handler, Signature } from 'chordal';
import { memoryCloud } from 'chordal/testing';
import type { TestCloud } from 'chordal/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { handler as math } from '../../../handlers/math.ts';
import { add, mul, tsum } from '../../../handlers/tasks/math.ts';
import { identity, log } from '../../../handlers/tasks/text.ts';
import { fail } from '../../../handlers/tasks/trouble.ts';
import { fillBody } from '../../../src/core/schedule/schedule-message.ts';
import { loadArguments } from '../../../src/engine/inputs.ts';
import { environmentRuntime } from '../../../src/runtime/environment.ts';
import { sampleCloud } from '../../support/sample-cloud.ts';

let cloud: TestCloud;
beforeEach(() => void (cloud = sampleCloud()));
afterEach(async () => {
  await settled();
  cloud.close();
});

const rows: Record<string, () => Promise<void>> = {
  'Nested groups in a header': async () => {
    const header = [group([identity.si('a'), identity.si('b')]), identity.si('c')];
    expect(await valueOf(chord(header, identity.s()))).toEqual(['a', 'b', 'c']);
    expect(await valueOf(group(header))).toEqual(['a', 'b', 'c']);
  },

  'A chain as the whole header': async () => {
    expect(await valueOf(chord(chain(add.s(1, 2), add.s(3)), identity.s()))).toEqual([6]);
  },

  'A group of one': async () => {
    expect(await valueOf(chain(group([identity.si('a')]), identity.s()))).toEqual(['a']);
    expect(await valueOf(chain(identity.si('a'), group([identity.s()])))).toEqual(['a']);
  },

  'A member that ends in a group': async () => {
    const member = chain(add.s(1, 1), group([add.s(1), add.s(2)]));
    expect(await valueOf(group([member]))).toEqual([[3, 4]]);
    expect(await valueOf(chord([member, add.s(1, 0)], identity.s()))).toEqual([[3, 4], 1]);
  },

  'An empty group': async () => {
    expect(await valueOf(chord([], identity.s()))).toEqual([]);
    expect(await valueOf(chain(identity.si('a'), group([]), identity.s()))).toEqual([]);
  },

  'A step behind a chord that ends in a group': async () => {
    const pair = group([identity.s(), identity.s()]);
    const last = chain(chord([add.s(1, 1)], pair), log.s());
    expect(await valueOf(last)).toBe('LOG: [[2],[2]]');
  },

  'Arguments for a chain that begins with a group': async () => {
    expect(await valueOf(chain(group([add.s(1), add.s(2)]), identity.s()), 10)).toEqual([11, 12]);
  },

  '`chunks` as a step or a member': async () => {
    const chunks = mul.chunks(zip(range(1, 4), range(1, 4)), 2);
    expect(await valueOf(chain(chunks, identity.s()))).toEqual([[1, 4], [9]]);
    expect(await valueOf(group([chunks, add.s(0, 0)]))).toEqual([[[1, 4], [9]], 0]);
  },

  'Items of `map`, `starmap` and `chunks`': async () => {
    const app = createApp('items');
    const odd = app.task('odd', async (x: number) => {
      await cloud.clock.sleep(1000);
      if (x % 2 === 0) throw new RangeError(`${x} is even`);
      return x;
    });
    use({ items: app.handler(odd) });
    await expect(valueOf(odd.map([1, 2, 3]))).rejects.toMatchObject({ errorType: 'RangeError' });
    const startedAt = cloud.clock.now();
    const result = await odd.map(range(30), { onMemberFailure: 'collect', concurrency: 10, progress: true }).delay();
    await cloud.clock.sleep(2500);
    expect(await result.info()).toMatchObject({ total: 30 });
    expect((await result.get())[4]).toMatchObject({ ok: false, error: { message: '4 is even', index: 4 } });
    expect(cloud.clock.now() - startedAt).toBeLessThan(5000);
  },

  '`countdown` and `eta` of a chord': async () => {
    const startedAt = cloud.clock.now();
    const result = await chord([add.s(1, 1)], tsum.s()).applyAsync({ countdown: 60 });
    await cloud.clock.sleep(59_000);
    expect(await result.parent?.ready()).toBe(false);
    expect(await result.get()).toBe(2);
    expect(cloud.clock.now() - startedAt).toBeGreaterThanOrEqual(60_000);
    expect(cloud.clock.now() - startedAt).toBeLessThan(70_000);
  },

  'A long `countdown`': async () => {
    const startedAt = cloud.clock.now();
    const result = await add.applyAsync({ args: [1, 1], countdown: 86_400 });
    await cloud.clock.sleep(86_399_000);
    expect(await result.ready()).toBe(false);
    expect(await result.get()).toBe(2);
    expect(cloud.clock.now() - startedAt).toBeLessThan(86_410_000);
  },

  'Options of a chain': async () => {
    const app = createApp('headers');
    const seen = app.task('seen', (before: readonly unknown[]) => [...before, currentTask().request.headers['trace']]);
    use({ headers: app.handler(seen) });
    const result = await chain(seen.s([]), seen.s(), seen.s().set({ headers: { trace: 'own' } })).applyAsync({
      headers: { trace: 'all' },
    });
    expect(await result.get()).toEqual(['all', 'all', 'own']);
  },

  '`task_id` inside a canvas': async () => {
    const named = add.si(1, 2).set({ taskId: 'named' });
    const result = await chain(add.s(1, 1), named).delay();
    expect([result.taskId, await result.get()]).toEqual(['named', 3]);
    expect(() => chain(named, add.s(1))).toThrow('Cannot use the taskId "named" of part 1 of a chain');
  },

  '`get()` of a failure': async () => {
    const result = await chord([add.s(1, 1), fail.s('why')], tsum.s()).delay();
    await expect(result.get()).rejects.toMatchObject({
      code: 'CHORDAL_TASK_FAILED',
      errorType: 'ExpectedError',
      failedTask: 'fail',
      failedTaskId: `${result.taskId}.0~1`,
    });
  },

  'Steps after a failure': async () => {
    const result = await chain(fail.s(), identity.s(), identity.s()).delay();
    await result.get({ propagate: false });
    expect(await result.state()).toBe('FAILURE');
    expect(await result.parent?.state()).toBe('FAILURE');
  },

  'A header member that fails': async () => {
    const header = [add.s(1, 1), fail.s('why')] as const;
    const result = await chord([...header, add.si(0, 0).set({ countdown: 3600 })], identity.s()).delay();
    await result.get({ propagate: false });
    expect(cloud.clock.now() - Date.UTC(2026, 0, 1)).toBeLessThan(60_000);
    expect(await valueOf(chord(header, identity.s(), { onMemberFailure: 'collect' }))).toMatchObject([
      { ok: true, value: 2 },
      { ok: false, error: { errorType: 'ExpectedError', failedTask: 'fail', index: 1 } },
    ]);
    expect(await valueOf(chord(header, identity.s(), { tolerate: '50%' }))).toHaveLength(2);
    await expect(valueOf(chord(header, identity.s(), { tolerate: '49%' }))).rejects.toMatchObject({
      errorType: 'ToleranceExceeded',
    });
  },

  'An expired or revoked member': async () => {
    const late = add.si(1, 1).set({ countdown: 5, expires: 1 });
    const result = await chord([late, add.si(0, 0).set({ countdown: 3600 })], identity.s()).delay();
    await expect(result.get()).rejects.toMatchObject({ code: 'CHORDAL_TASK_REVOKED', reason: 'expired' });
    expect(cloud.clock.now() - Date.UTC(2026, 0, 1)).toBeLessThan(60_000);
  },

  '`Ignore`': async () => {
    const app = createApp('ignoring');
    const skip = app.task('skip', (): number => {
      throw new Ignore('nothing to do');
    });
    use({ ignoring: app.handler(skip) });
    await expect(valueOf(group([skip.s()]))).rejects.toMatchObject({ name: 'TaskRevokedError', reason: 'ignored' });
  },

  '`Reject`': async () => {
    const app = createApp('rejecting');
    const reject = app.task('reject', { bind: true }, ({ request: { id } }, requeue: boolean) => {
      if (seen.has(id)) return 'again';
      seen.add(id);
      throw new Reject('the reason', { requeue });
    });
    const seen = new Set<string>();
    use({ rejecting: app.handler(reject) });
    await expect(valueOf(reject.s(false))).rejects.toMatchObject({ errorType: 'WorkerLostError' });
    expect(await valueOf(reject.s(true))).toBe('again');
    expect(cloud.deadLetters).toMatchObject([{ reason: 'the reason' }]);
  },

  '`store_errors_even_if_ignored`': async () => {
    const result = await fail.s('no disk').set({ ignoreResult: true }).delay();
    await settled();
    expect(await result.state()).toBe('FAILURE');
    expect(await result.get()).toBeUndefined();
    expect(await result.info()).toMatchObject({ errorType: 'ExpectedError' });
    const app = createApp('hiding');
    const hidden = app.task('hidden', { ignoreResult: true, storeErrorsEvenIfIgnored: false }, (): never => {
      throw new RangeError('no disk');
    });
    const told: unknown[] = [];
    const tell = app.task('tell', (failure: { readonly message: string }) => void told.push(failure.message));
    use({ hiding: app.handler(hidden, tell) });
    const second = await hidden.s().linkError(tell.s()).delay();
    await settled();
    expect([await second.state(), await second.get(), await second.info()]).toEqual(['FAILURE', undefined, undefined]);
    expect(told).toEqual(['no disk']);
  },

  'An immutable body': async () => {
    expect(await valueOf(chord([add.s(1, 1), add.s(2, 2)], add.si(3, 3)))).toBe(6);
    // Whatever it is asked for is more than it should be.
    const nothing = new Proxy({} as Parameters<typeof loadArguments>[0], { get: () => expect.unreachable() });
    const body = { task: 'add', args: [3, 3], immutable: true } as const;
    expect(await loadArguments(nothing, body, { join: 'W.0', n: 2 })).toEqual({ args: [3, 3], kwargs: {} });
  },

  'An `ignoreResult` member or step': async () => {
    const quiet = add.s(1, 1).set({ ignoreResult: true });
    expect(await valueOf(chord([quiet, add.s(2, 2)], tsum.s()))).toBe(6);
    expect(await valueOf(chain(quiet, add.s(3)))).toBe(5);
    expect(await valueOf(quiet)).toBeUndefined();
  },

  'Error callbacks': async () => {
    const seen: unknown[] = [];
    const app = createApp('callbacks');
    const failing = app.task('failing', (why: string): string => {
      throw new RangeError(why);
    });
    const onError = app.task('onError', (failure: object, own: string) => seen.push(failure, own));
    use({ callbacks: app.handler(failing, onError) });
    const result = await chain(failing.s('why'), failing.s()).linkError(onError.s('own')).delay();
    await result.get({ propagate: false });
    await settled();
    const failure = {
      taskId: `${result.taskId}.0`,
      task: 'failing',
      errorType: 'RangeError',
      message: 'why',
      args: ['why'],
      kwargs: {},
      rootId: `${result.taskId}.0`,
    };
    expect(seen).toMatchObject([failure, 'own']);
  },

  '`link`': async () => {
    const app = createApp('linked');
    const state = app.task('state', () => app.asyncResult('linked').state());
    use({ math, linked: app.handler(state) });
    const result = await add.s(1, 1).link(state.si()).applyAsync({ taskId: 'linked' });
    expect(await result.get()).toBe(2);
    expect(await app.asyncResult('linked^0').get()).toBe('SUCCESS');
  },

  '`link` on a group': async () => {
    const seen: unknown[] = [];
    const app = createApp('links');
    const onValues = app.task('onValues', (values: readonly number[]) => seen.push(values));
    use({ math, links: app.handler(onValues) });
    await valueOf(group([add.s(1, 1), add.s(2, 2)]).link(onValues.s()));
    await settled();
    expect(seen).toEqual([[2, 4]]);
  },

  'A `link` on a group in a header that collects': async () => {
    const app = createApp('linked');
    const noted: unknown[] = [];
    const note = app.task('note', (values: unknown) => void noted.push(values));
    const identity = app.task('identity', <T>(value: T) => value);
    const fail = app.task('fail', (): never => {
      throw new RangeError('why');
    });
    use({ linked: app.handler(note, identity, fail) });
    const linked = (last: Signature<[], unknown>) =>
      group([group([identity.si(1), last]).link(note.s()), identity.si(3)]).link(note.s());
    const header = [linked(identity.si(2)), linked(fail.si())];
    await valueOf(chord(header, identity.s(), { onMemberFailure: 'collect' }));
    await settled();
    expect(noted).toHaveLength(2);
    expect(noted).toEqual(
      expect.arrayContaining([
        [1, 2],
        [1, 2, 3],
      ]),
    );
  },

  'A result that comes twice': async () => {
    const app = createApp('twice');
    let runs = 0;
    const run = app.task('run', async () => {
      const at = (runs += 1);
      // The first run ends when the second, of the same message, has ended.
      if (at === 1) await cloud.clock.sleep(50_000);
      return at;
    });
    cloud.close();
    cloud = memoryCloud({ all: app.handler(run) }, { time: 'virtual', visibilitySeconds: 10 });
    const result = await run.delay();
    const first = await result.get();
    await cloud.clock.sleep(100_000);
    expect([runs, first, await result.get()]).toEqual([2, 2, 2]);
  },

  '`revoke()`': async () => {
    const result = await chain(add.s(1, 1).set({ countdown: 60 }), add.s(1)).delay();
    await result.revoke();
    await expect(result.get()).rejects.toMatchObject({ code: 'CHORDAL_TASK_REVOKED' });
    expect(await result.state()).toBe('REVOKED');
  },

  Stamps: async () => {
    const app = createApp('stamping');
    const stamps = app.task('stamps', (_before: unknown = undefined) => currentTask().request.stamps);
    const launching = app.task('launching', async () => (await stamps.delay()).taskId);
    use({ stamping: app.handler(stamps, launching) });
    expect(await valueOf(chord([stamps.s()], stamps.s()).stamp({ customer: 42 }))).toEqual({ customer: 42 });
    const launched = String(await valueOf(launching.s().stamp({ customer: 42 })));
    expect(await app.asyncResult(launched).get()).toEqual({ customer: 42 });
  },

  '`purge`': async () => {
    const app = createApp('purging');
    const one = app.task('one', () => 1);
    const sum = app.task('sum', (all: readonly number[]) => all.length);
    use({ purging: app.handler(one), sums: app.handler(sum) });
    await app.control.pause('one');
    const waits = await chord([one.s(), one.s()], sum.s()).delay();
    const delayed = await one.applyAsync({ countdown: 60 });
    const held = await one.applyAsync({ countdown: 3600 });
    await app.control.purge('purging');
    await app.control.resume('one');
    for (const result of [waits, delayed, held])
      await expect(result.get()).rejects.toMatchObject({ code: 'CHORDAL_TASK_REVOKED', reason: 'purged' });
    expect(await (await one.delay()).get()).toBe(1);
  },

  '`revoke_by_stamped_headers`': async () => {
    const app = createApp('stampRevoked');
    const one = app.task('one', () => 1);
    use({ stampRevoked: app.handler(one) });
    const before = await one.s().stamp({ customer: 42 }).applyAsync({ countdown: 10 });
    await app.control.revokeByStamp({ customer: 42 });
    await cloud.clock.sleep(2000);
    const later = await one.s().stamp({ customer: 42 }).delay();
    for (const result of [before, later])
      await expect(result.get()).rejects.toMatchObject({ code: 'CHORDAL_TASK_REVOKED' });
  },

  'Rate limits': async () => {
    const app = createApp('limited');
    const slow = app.task('slow', { rateLimit: '1/m' }, (i: number) => i);
    use({ limited: app.handler(slow) });
    const startedAt = cloud.clock.now();
    expect(await valueOf(group([slow.s(1), slow.s(2), slow.s(3)]))).toEqual([1, 2, 3]);
    expect(cloud.clock.now() - startedAt).toBeGreaterThanOrEqual(120_000);
  },

  'An unknown task': async () => {
    const app = createApp('unknown');
    await expect(app.signature('nobody').delay()).rejects.toMatchObject({ code: 'CHORDAL_NOT_REGISTERED' });
    const misled = app.signature('nobody').set({ queue: 'math' });
    await expect(valueOf(misled)).rejects.toMatchObject({ errorType: 'NotRegistered' });
  },

  'Periodic tasks': async () => {
    let runs = 0;
    const app = createApp('periodic');
    const tick = app.task('tick', () => (runs += 1));
    const handler = app.handler(tick);
    app.schedule('ticks', { every: 3600 }, tick.s());
    const [{ body = '' } = {}] = handler.schedules ?? [];
    use({ periodic: handler });
    // Two copies of one run, as EventBridge Scheduler may send it; one comes when the other has ended.
    const scheduledAt = cloud.clock.now();
    for (const executionId of ['first', 'second']) {
      const run = fillBody(body, { scheduledAt, executionId });
      await environmentRuntime()
        .ports()
        .broker.send({ messages: [{ queue: 'periodic', body: run, delaySeconds: 0 }] });
      await settled();
    }
    expect(runs).toBe(1);
    expect(await app.asyncResult('ticks:2026-01-01T00:00:00Z').get()).toBe(1);
  },

  'Times of schedules': async () => {
    const app = createApp('times');
    const tick = app.task('tick', () => 1);
    expect(() => app.schedule('a', { every: 30 }, tick.s())).toThrow('Give a multiple of 60');
    expect(() => app.schedule('b', crontab({ dayOfMonth: 13, dayOfWeek: 'fri' }), tick.s())).toThrow(
      'takes one of them',
    );
  },

  'Eager mode': async () => {
    cloud.close();
    expect(await add.s(1, 2)()).toBe(3);
    cloud = sampleCloud();
    expect(await valueOf(add.s(1, 2))).toBe(3);
  },

  'Calling a canvas': async () => {
    cloud.close();
    expect(await chain(add.s(1, 2), add.s(3))()).toBe(6);
    expect(await chord([add.s(1, 2), add.s(3, 4)], tsum.s())()).toBe(10);
  },

  '`get()` in a task': async () => {
    const app = createApp('waiting');
    const waiting = app.task('waiting', () => app.asyncResult('any').get());
    use({ waiting: app.handler(waiting) });
    await expect(valueOf(waiting.s())).rejects.toMatchObject({ errorType: 'WouldBlock' });
  },
};

test('each row of the table in README.md has a test, and each test a row', () => {
  const [, section = ''] = readFileSync('README.md', 'utf8').split('## Differences from Celery');
  const [table = ''] = section.split('\n## ');
  const names = [...table.matchAll(/^\| (?!---)([^|]+) \|/gm)].map(([, name]) => name);
  expect(names).toEqual(Object.keys(rows));
});

test.each(Object.entries(rows))('%s', async (_name, check) => check());

// --- internal ---

interface Runnable {
  delay(...args: readonly unknown[]): Promise<{ get(): Promise<unknown> }>;
}

/** The value of a canvas on workers. */
async function valueOf(canvas: Runnable, ...args: readonly unknown[]): Promise<unknown> {
  return (await canvas.delay(...args)).get();
}

/** For tests with tasks of their own. */
function use(handlers: Readonly<Record<string, Handler>>): void {
  cloud.close();
  cloud = memoryCloud(handlers, { time: 'virtual' });
}

async function settled(): Promise<void> {
  while (!cloud.isIdle) await cloud.clock.sleep(1000);
}
