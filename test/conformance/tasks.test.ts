/** Celery's own task tests (`t/integration/test_tasks.py`), by their numbers; `README.md` lists what does not apply. */
import { chain, chord, group, kwargs, range } from 'chordal';
import type { TestCloud } from 'chordal/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { conformanceCloud, errorOf, get, idle, ledger, valueOf } from './cloud.ts';
import {
  add,
  addReplaced,
  app,
  envelope,
  fail,
  failReplaced,
  failUnserialisable,
  identity,
  log,
  replaceEnvelope,
  requestIds,
  retry,
  retryEnvelope,
  retryOnce,
  secondOrderReplace,
  secondPass,
  wait,
  waitUpToAMinute,
} from './tasks.ts';

let cloud: TestCloud;

beforeEach(() => {
  cloud = conformanceCloud();
});

afterEach(async () => {
  await idle(cloud);
  expect(cloud.deadLetters).toEqual([]);
  cloud.close();
});

describe('tasks', () => {
  it('row T2: simple call', async () => {
    expect(await add(1, 1)).toBe(2);
    expect(await add(1, 1, kwargs({ z: 1 }))).toBe(3);
  });

  it('row T6: ignore result', async () => {
    const result = await add.applyAsync({ args: [1, 2], ignoreResult: true });
    const startedAt = cloud.clock.now();
    expect(await result.get()).toBeUndefined();
    expect(cloud.clock.now()).toBe(startedAt);
    await cloud.clock.sleep(1000);
    expect(await result.get()).toBeUndefined();
    expect(await app.asyncResult(result.taskId).get()).toBeUndefined();
  });

  it('row T8: reject with requeue redelivers and succeeds', async () => {
    // A retry does the work of Celery's Reject(requeue=True): without a delay, and counted.
    const result = await secondPass.delay();
    expect(await get(result)).toBe('second-pass');
    expect(await result.state()).toBe('SUCCESS');
  });

  it.each(['seconds', 'a date'])('row T12: expired, by %s', async (form) => {
    const expires = form === 'seconds' ? 1 : new Date(cloud.clock.now() + 1000);
    const result = await add.applyAsync({ args: [1, 1], countdown: 2, expires });
    expect(await errorOf(result)).toMatchObject({
      code: 'CHORDAL_TASK_REVOKED',
      reason: 'expired',
      taskId: result.taskId,
    });
    expect(await result.status()).toBe('REVOKED');
    expect(await result.ready()).toBe(true);
    expect(await result.failed()).toBe(false);
    expect(await result.successful()).toBe(false);
  });

  it('row T14: fail', async () => {
    const result = await fail.delay();
    expect(await errorOf(result)).toMatchObject({ code: 'CHORDAL_TASK_FAILED', errorType: 'ExpectedError' });
    expect(await result.state()).toBe('FAILURE');
    expect(await result.ready()).toBe(true);
    expect(await result.failed()).toBe(true);
    expect(await result.successful()).toBe(false);
  });

  it('row T20: retry', async () => {
    const without = await retry.delay();
    await cloud.clock.sleep(50);
    expect(await without.status()).toBe('RETRY');
    expect(await errorOf(without)).toMatchObject({ errorType: 'ExpectedError' });
    expect(await without.status()).toBe('FAILURE');
    const within = await retry.delay('bar');
    expect(await get(within)).toBe('bar');
    expect(await within.status()).toBe('SUCCESS');
  });

  it('row T22: fail with unpickleable exception', async () => {
    const error = await errorOf(await failUnserialisable.delay('foo'));
    expect(error).toMatchObject({ errorType: 'UnserialisableError', failedTask: 'failUnserialisable' });
    expect(String(error)).toContain('made with foo');
  });

  it('row T24: task retried once', async () => {
    expect(await valueOf(retryOnce.s())).toBe(1);
  });

  it('row T28: unicode task', async () => {
    expect(await valueOf(group(range(5).map(() => log.s('hiöäüß 日本 🎶'))))).toEqual(
      Array(5).fill('LOG: hiöäüß 日本 🎶'),
    );
  });

  it('row T30: soft time limit exceeding time limit', async () => {
    const calling = add.applyAsync({ args: [1, 1], softTimeLimit: 2, timeLimit: 1 });
    await expect(calling).rejects.toMatchObject({ code: 'CHORDAL_INVALID_OPTIONS' });
    expect(() => app.task('softer', { softTimeLimit: 2, timeLimit: 1 }, () => 1)).toThrow(
      /softTimeLimit: expected less than timeLimit \(1 s\)/,
    );
  });

  it('row T32: request time limits none when not configured', async () => {
    expect(await valueOf(wait.s(50))).toBe(50);
    expect(await ledger(cloud, 'aborted')).toEqual([]);
  });

  it('row T34: apply async time limits override task declaration', async () => {
    expect(await valueOf(waitUpToAMinute.s(40))).toBe(40);
    const result = await waitUpToAMinute.applyAsync({ args: [40], timeLimit: 10, softTimeLimit: 5 });
    const startedAt = cloud.clock.now();
    expect(await errorOf(result)).toMatchObject({ errorType: 'TimeLimitExceeded' });
    expect(cloud.clock.now() - startedAt).toBeLessThan(20_000);
    expect(await ledger(cloud, 'aborted')).toEqual([5]);
  });

  it('row T36: apply nested parent child relationship', async () => {
    const outer = app.task('outerIds', { bind: true }, async ({ request }) => ({
      own: request,
      inner: await middle(),
    }));
    const middle = app.task('middleIds', { bind: true }, async ({ request }) => ({
      own: request,
      inner: await requestIds(),
    }));
    const { own, inner } = await outer();
    expect(own).toMatchObject({ rootId: own.id, parentId: null });
    expect(inner.own).toMatchObject({ rootId: own.id, parentId: own.id });
    expect(inner.inner).toMatchObject({ rootId: own.id, parentId: inner.own.id });
  });

  it('row T42: replaced task nesting level 0', async () => {
    expect(await valueOf(add.si(4, 2))).toBe(6);
    expect(await valueOf(addReplaced.si(4, 2))).toBe(6);
  });
});

describe('replacements of replacements', () => {
  it('row T44: replaced task nesting chain', async () => {
    expect(await valueOf(chain(secondOrderReplace.si('A'), add.si(4, 2)))).toBe(6);
    expect(await ledger(cloud)).toEqual(['In A', 'In B', 'In/Out C', 'Out B', 'Out A']);
  });
});

describe('headers, in place of stamps', () => {
  const headers = { tenant: 'a', trace: { id: 7 } };

  it('travel with retries', async () => {
    expect(await get(await retryEnvelope.applyAsync({ headers }))).toEqual(headers);
  });

  it('travel with replacements', async () => {
    expect(await get(await replaceEnvelope.applyAsync({ headers }))).toMatchObject({ headers });
  });

  it('travel with links and error callbacks', async () => {
    const linked = await identity.s(1).link(envelope.s()).applyAsync({ headers });
    const failed = await fail.s().linkError(envelope.s()).applyAsync({ headers });
    await idle(cloud);
    expect(await get(app.asyncResult(`${linked.taskId}^0`))).toMatchObject({ headers });
    expect(await get(app.asyncResult(`${failed.taskId}^0`))).toMatchObject({ headers });
  });

  it('travel with the callbacks of a canvas, and with those of a task that was replaced', async () => {
    const linked = await chord([identity.s(1)], identity.s())
      .link(envelope.s())
      .applyAsync({ headers });
    const failed = await chord([fail.s()], identity.s()).linkError(envelope.s()).applyAsync({ headers });
    const replaced = await replaceEnvelope.s().link(envelope.s()).applyAsync({ headers });
    const replacedAndFailed = await failReplaced.s().linkError(envelope.s()).applyAsync({ headers });
    await idle(cloud);
    for (const { taskId } of [linked, failed, replaced, replacedAndFailed])
      expect(await get(app.asyncResult(`${taskId}^0`)), taskId).toMatchObject({ headers });
  });

  it('are added to, and not replaced, by what a link or a member says of its own', async () => {
    const own = { own: 1 };
    const linked = await identity
      .s(1)
      .link(envelope.s().set({ headers: own }))
      .applyAsync({ headers });
    await idle(cloud);
    expect(await get(app.asyncResult(`${linked.taskId}^0`))).toMatchObject({ headers: { ...headers, ...own } });
    const member = replaceEnvelope.s().set({ headers: own });
    expect(await get(await group([member, member]).applyAsync({ headers }))).toMatchObject([
      { headers: { ...headers, ...own } },
      { headers: { ...headers, ...own } },
    ]);
  });

  it('reach every step of a chain and every member of a group', async () => {
    const canvas = chain(identity.s(1), group([envelope.s(), envelope.s()]));
    expect(await get(await canvas.applyAsync({ headers }))).toMatchObject([{ headers }, { headers }]);
  });
});
