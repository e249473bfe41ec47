/** Where we differ from Celery on purpose: one test, or a few, for each row of that table. */
import { chain, chord, group, range, zip } from 'chordal';
import type { FailureInfo } from 'chordal';
import type { TestCloud } from 'chordal/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { conformanceCloud, errorOf, get, idle, ledger, valueOf } from './cloud.ts';
import {
  add,
  addToAll,
  app,
  countArguments,
  echo,
  envelope,
  errback,
  fail,
  identity,
  ids,
  limitedTime,
  mul,
  record,
  retryOnce,
  time,
  timesOf,
  tsum,
} from './tasks.ts';

let cloud: TestCloud;

beforeEach(() => {
  cloud = conformanceCloud();
});

afterEach(async () => {
  await idle(cloud);
  cloud.close();
});

const EXPECTED = { code: 'CHORDAL_TASK_FAILED', errorType: 'ExpectedError', failedTask: 'fail' };
const any = (name: string, ...args: unknown[]) => app.signature(name, { args });

describe('nested groups', () => {
  it('come out in source order in the header of a chord', async () => {
    const canvas = chord([group([identity.s('a'), identity.s('b')]), identity.s('c')], identity.s());
    expect(await valueOf(canvas)).toEqual(['a', 'b', 'c']);
  });

  it('come out in source order where a group ends a chain', async () => {
    const canvas = chain(identity.s(1), group([group([add.s(1), add.s(2)]), add.s(3)]));
    expect(await valueOf(canvas)).toEqual([2, 3, 4]);
  });

  it('come out in source order in a group that is the body of a chord', async () => {
    const body = group([group([any('addToAll', 1), any('addToAll', 2)]), any('addToAll', 3)]);
    expect(await valueOf(chord([identity.s(0)], body))).toEqual([[1], [2], [3]]);
  });

  it('are lists of their own inside a chain, also one of a single step', async () => {
    const pair = group([identity.si(1), identity.si(2)]);
    expect(await valueOf(group([chain(pair), identity.si(3)]))).toEqual([[1, 2], 3]);
    expect(await valueOf(chord([chain(pair), identity.si(3)], identity.s()))).toEqual([[1, 2], 3]);
    expect(await valueOf(chord(chain(pair), identity.s()))).toEqual([[1, 2]]);
    expect(await valueOf(group([chain(pair)]))).toEqual([[1, 2]]);
  });

  it('are taken apart also where they have a link, which gets their list', async () => {
    const inner = group([identity.s('a'), identity.s('b')]).link(echo.s());
    expect(await valueOf(chord([inner, identity.s('c')], identity.s()))).toEqual(['a', 'b', 'c']);
    expect(await ledger(cloud)).toEqual([['a', 'b']]);
  });
});

describe('a chain as the whole header', () => {
  it('is one member', async () => {
    expect(await valueOf(chord(chain(add.s(1, 2), add.s(3)), identity.s()))).toEqual([6]);
  });
});

describe('a group of one', () => {
  it('is a list of one before a step, as a function and as a pipe', async () => {
    expect(await valueOf(chain(group([add.s(1, 2)]), identity.s()))).toEqual([3]);
    expect(await valueOf(group([add.s(1, 2)]).pipe(identity.s()))).toEqual([3]);
  });

  it('is a list of one behind a step', async () => {
    expect(await valueOf(add.s(1, 2).pipe(group([add.s(1)])))).toEqual([4]);
  });

  it('is a list in the list of a group around its chain', async () => {
    expect(await valueOf(group([add.s(1, 2).pipe(group([add.s(1), add.s(2)]))]))).toEqual([[4, 5]]);
  });
});

describe('an empty group', () => {
  it('has the value [] at every place in a chain', async () => {
    expect(await valueOf(chain(group([]), identity.s()))).toEqual([]);
    expect(await valueOf(chain(identity.s(1), group([]), identity.s()))).toEqual([]);
    expect(await valueOf(chain(identity.s(1), group([])))).toEqual([]);
    expect(await valueOf(group([]))).toEqual([]);
  });

  it('runs the body of a chord with []', async () => {
    expect(await valueOf(chord([], tsum.s()))).toBe(0);
  });

  it('has the value [] as what replaces a task', async () => {
    expect(await valueOf(addToAll.s([], 1))).toEqual([]);
    expect(await valueOf(chain(addToAll.s([], 1), tsum.s()))).toBe(0);
  });

  it('has the value [] as the chunks of nothing, in a group too', async () => {
    expect(await valueOf(add.chunks([], 2))).toEqual([]);
    expect(await valueOf(group([add.chunks([], 2), identity.s(1)]))).toEqual([[], 1]);
  });
});

describe('a step after a chord whose body is a group', () => {
  it('runs once, with the list', async () => {
    const canvas = chain(chord([identity.s(1)], group([any('tsum'), any('identity')])), echo.s());
    expect(await valueOf(canvas)).toEqual([1, [1]]);
    expect(await ledger(cloud)).toEqual([[1, [1]]]);
  });
});

describe('a chain whose first step is a group', () => {
  it('hands the arguments it is called with to every member of that group', async () => {
    const canvas = chain(group([add.s(1), add.s(2)]), identity.s());
    expect(await get(await canvas.applyAsync({ args: [10], kwargs: { z: 5 } }))).toEqual([16, 17]);
    expect(await get(await group([add.s(1), add.s(2)]).delay(10))).toEqual([11, 12]);
    expect(await get(await chord([add.s(1), add.s(2)], tsum.s()).delay(10))).toBe(23);
  });
});

describe('a header member that ends in a group that holds a chord', () => {
  it('has the list of that group as its value', async () => {
    const inner = chord([identity.si(1), identity.si(2)], tsum.s());
    const member = chain(identity.s(0), group([inner, identity.s()]));
    expect(await valueOf(chord([member, identity.si('x')], identity.s()))).toEqual([[3, 0], 'x']);
  });
});

describe('chunks', () => {
  const sums = [[0, 2], [4, 6], [8]];
  const canvas = add.chunks(zip(range(5), range(5)), 2);

  it('have a list of lists as their value', async () => {
    expect(await valueOf(canvas)).toEqual(sums);
  });

  it('have it also as a chain step and as a group member', async () => {
    expect(await valueOf(chain(identity.s(1), canvas, identity.s()))).toEqual(sums);
    expect(await valueOf(group([canvas, identity.s(1)]))).toEqual([sums, 1]);
    expect(await valueOf(chord([canvas], identity.s()))).toEqual([sums]);
    expect(await valueOf(chain(canvas, identity.s()))).toEqual(sums);
  });

  it('like maps and starmaps, fail as a whole where one item fails', async () => {
    expect(await valueOf(identity.map([1, 'a', null]))).toEqual([1, 'a', null]);
    expect(
      await valueOf(
        mul.starmap([
          [1, 2],
          [3, 4],
        ]),
      ),
    ).toEqual([2, 12]);
    await expect(valueOf(fail.starmap([[1], [2]]))).rejects.toMatchObject({
      ...EXPECTED,
      args: ['Task expected to fail', 1],
    });
  });
});

describe('countdown and eta', () => {
  it('of a chord delay its header', async () => {
    const startedAt = cloud.clock.now();
    const canvas = chord([time.s(), time.s()], any('identity').pipe(any('countArguments')));
    const result = await chord([time.s(), time.s()], timesOf.s()).applyAsync({ countdown: 100 });
    expect((await get(result)).map((at) => at - startedAt)).toEqual([100_000, 100_000]);
    const later = await canvas.applyAsync({ eta: new Date(startedAt + 500_000) });
    expect(await get(later)).toBe(1);
    expect(cloud.clock.now() - startedAt).toBeGreaterThanOrEqual(500_000);
  });

  it('of a chain delay its first step alone', async () => {
    const startedAt = cloud.clock.now();
    const result = await chain(time.s(), time.s(), time.s()).applyAsync({ countdown: 100 });
    const last = await get(result);
    expect(last - startedAt).toBeGreaterThanOrEqual(100_000);
    expect(last - startedAt).toBeLessThan(101_000);
  });

  it('of a group replace those of its members', async () => {
    const startedAt = cloud.clock.now();
    const result = await group([time.s().set({ countdown: 500 }), time.s()]).applyAsync({ countdown: 3 });
    expect((await get(result)).map((at) => at - startedAt)).toEqual([3000, 3000]);
  });

  it('are kept beyond the longest delay of a queue, and exactly', async () => {
    const startedAt = cloud.clock.now();
    const result = await time.applyAsync({ countdown: 3 * 86_400 });
    expect((await get(result)) - startedAt).toBe(3 * 86_400_000);
    expect((await get(await time.applyAsync({ countdown: 0.1 }))) - cloud.clock.now()).toBeLessThanOrEqual(0);
  });
});

describe('the options of a chain', () => {
  it('reach every step that does not say otherwise', async () => {
    const canvas = chain(envelope.s(), chord([envelope.s().set({ headers: { own: 1 } })], identity.s()));
    const expires = cloud.clock.now() + 60_000;
    const result = await canvas.applyAsync({ headers: { all: 2 }, expires: new Date(expires) });
    expect(await get(result)).toEqual([{ headers: { all: 2, own: 1 }, expires }]);
  });

  it('do not reach what says otherwise, also inside another chain', async () => {
    const at = new Date(cloud.clock.now() + 90_000);
    const inner = chain(group([envelope.s().set({ expires: at })]), identity.s()).set({ expires: 5 });
    expect(await valueOf(chain(identity.s(1), inner))).toEqual([{ headers: {}, expires: at.getTime() }]);
  });
});

describe('get() after a failed chord', () => {
  it('throws the error of the member that failed', async () => {
    const result = await chain(chord([identity.s(1), fail.s('x')], tsum.s()), add.s(1)).delay();
    const failed = {
      ...EXPECTED,
      args: ['Task expected to fail', 'x'],
      taskId: result.taskId,
      failedTaskId: `${result.taskId}.0~1`,
    };
    expect(await errorOf(result)).toMatchObject(failed);
    expect(await errorOf(app.asyncResult(result.taskId))).toMatchObject(failed);
  });
});

describe('a task downstream of a failure', () => {
  it('fails at once, whichever id is asked', async () => {
    const slow = time.s().set({ countdown: 1000 });
    const startedAt = cloud.clock.now();
    const result = await chain(group([fail.s(), slow]), identity.s(), group([identity.s(), identity.s()])).delay();
    expect(await errorOf(result)).toMatchObject({ ...EXPECTED, failedTaskId: `${result.taskId}.0~0` });
    expect(cloud.clock.now() - startedAt).toBeLessThan(10_000);
    for (const id of ['', '.1', '~0', '~1', '.0']) {
      expect(await app.asyncResult(result.taskId + id).state(), id).toBe('FAILURE');
    }
    expect(await app.asyncResult(`${result.taskId}.0~1`).state()).toBe('PENDING');
    await idle(cloud);
    expect(await app.asyncResult(`${result.taskId}.0~1`).state()).toBe('SUCCESS');
    expect(await result.state()).toBe('FAILURE');
  });
});

describe('a failed header member', () => {
  it('fails the chord before the other members have finished', async () => {
    const startedAt = cloud.clock.now();
    const result = await chord([time.s().set({ countdown: 500 }), fail.s()], echo.si('body')).delay();
    expect(await errorOf(result)).toMatchObject(EXPECTED);
    expect(cloud.clock.now() - startedAt).toBeLessThan(10_000);
    expect(await ledger(cloud)).toEqual([]);
  });

  it('is one of the outcomes where the chord collects', async () => {
    const canvas = chord([identity.s(1), fail.s('x'), chain(identity.s(2), fail.s(), identity.s())], any('identity'), {
      onMemberFailure: 'collect',
    });
    const result = await canvas.delay();
    const error = { errorType: 'ExpectedError', message: 'Task expected to fail', failedTask: 'fail' };
    expect(await get(result)).toEqual([
      { ok: true, value: 1 },
      { ok: false, error: { ...error, failedTaskId: `${result.taskId}.0~1`, index: 1 } },
      { ok: false, error: { ...error, failedTaskId: `${result.taskId}.0~2.1`, index: 2 } },
    ]);
  });

  it('calls its own error callbacks where the chord collects, and none of the chord', async () => {
    const canvas = chord([fail.s().linkError(echo.si('member'))], any('countArguments'), {
      onMemberFailure: 'collect',
    });
    expect(await valueOf(canvas.linkError(echo.si('chord')))).toBe(1);
    expect(await ledger(cloud)).toEqual(['member']);
  });
});

describe('an expired or revoked member', () => {
  it('fails the chord with the reason', async () => {
    const late = identity.si(1).set({ countdown: 5, expires: 1 });
    const result = await chord([late, identity.si(2)], identity.s()).delay();
    expect(await errorOf(result)).toMatchObject({
      code: 'CHORDAL_TASK_REVOKED',
      reason: 'expired',
      taskId: result.taskId,
    });
  });

  it('is an outcome where the chord collects', async () => {
    const late = identity.si(1).set({ countdown: 5, expires: 1 });
    const result = await chord([late], any('identity'), { onMemberFailure: 'collect' }).delay();
    expect(await get(result)).toMatchObject([{ ok: false, error: { errorType: 'TaskRevokedError' } }]);
  });
});

describe('a member or step whose result is ignored', () => {
  it('has a value for the body and for the next step, and none for clients', async () => {
    const ignored = add.s(1, 2).set({ ignoreResult: true });
    const result = await chain(chord([ignored, identity.s(4)], tsum.s().set({ ignoreResult: true })), add.s(1)).delay();
    expect(await get(result)).toBe(8);
    expect(await result.parent?.get()).toBeUndefined();
    expect(await app.asyncResult(`${result.taskId}.0~0`).get()).toBeUndefined();
    expect(await app.asyncResult(`${result.taskId}.0~1`).get()).toBe(4);
  });
});

describe('error callbacks', () => {
  it('are tasks, called once with what failed before their own arguments', async () => {
    const canvas = chain(identity.s(1), fail.s('x')).linkError(errback.s('own', 2));
    const result = await canvas.delay();
    const error = await errorOf(result);
    expect(error).toMatchObject(EXPECTED);
    const failure: FailureInfo = {
      taskId: result.taskId,
      failedTaskId: result.taskId,
      rootId: `${result.taskId}.0`,
      task: 'fail',
      errorType: 'ExpectedError',
      message: 'Task expected to fail',
      args: [1, 'x'],
      kwargs: {},
    };
    expect(await ledger(cloud, 'errback')).toEqual([[failure, 'own', 2]]);
  });

  it('that are immutable are called with their own arguments alone', async () => {
    await errorOf(await fail.s().linkError(errback.si('own')).delay());
    expect(await ledger(cloud, 'errback')).toEqual([['own']]);
  });

  it('are not called on a retry, and once when no retry is left', async () => {
    expect(await valueOf(retryOnce.s().linkError(echo.si('failed')))).toBe(1);
    expect(await ledger(cloud)).toEqual([]);
    await errorOf(await app.signature('retry').linkError(echo.si('failed')).delay());
    expect(await ledger(cloud)).toEqual(['failed']);
  });

  it('may fail, and be canvases, without a trace in the result', async () => {
    const result = await fail
      .s()
      .linkError(fail.s('too'))
      .linkError(chain(echo.si(1), group([echo.si(2), echo.si(3)])))
      .delay();
    expect(await errorOf(result)).toMatchObject({ ...EXPECTED, args: ['Task expected to fail'] });
    expect(await ledger(cloud)).toHaveLength(3);
  });
});

describe('the link of a group', () => {
  it('runs once, with the list, when all have succeeded', async () => {
    expect(await valueOf(group([identity.s(1), identity.s(2)]).link(echo.s()))).toEqual([1, 2]);
    expect(await ledger(cloud)).toEqual([[1, 2]]);
  });

  it('runs once, with the list, also where a step follows the group', async () => {
    expect(await valueOf(chain(group([identity.s(1), identity.s(2)]).link(echo.s()), tsum.s()))).toBe(3);
    expect(await ledger(cloud)).toEqual([[1, 2]]);
  });

  it('does not run when one has failed', async () => {
    await errorOf(
      await group([identity.s(1), fail.s()])
        .link(echo.s())
        .delay(),
    );
    expect(await ledger(cloud)).toEqual([]);
  });
});

describe('a link', () => {
  it('is started after the outcome was committed', async () => {
    const readBack = app.signature('linkedState');
    const result = await identity.s(5).link(readBack).applyAsync({ taskId: 'linked' });
    expect(await get(result)).toBe(5);
    expect(await get(app.asyncResult('linked^0'))).toBe('SUCCESS');
  });

  it('gets the value before its own arguments, an immutable one only those, and several run', async () => {
    const canvas = add
      .s(1, 2)
      .link(record.si('three', 'r'))
      .link(echo.si('own'))
      .link(chain(add.s(1), echo.s()));
    expect(await valueOf(canvas)).toBe(3);
    expect(await ledger(cloud)).toEqual(expect.arrayContaining(['own', 4]));
    expect(await ledger(cloud, 'three')).toEqual(['r']);
  });

  it('of a chord waits for its body, and of a chain for its last step', async () => {
    expect(await valueOf(chord([identity.s(1)], tsum.s()).link(echo.s()))).toBe(1);
    expect(await valueOf(chord([identity.s(1)], chain(tsum.s(), add.s(1))).link(echo.s()))).toBe(2);
    expect(await valueOf(chain(identity.s(1), add.s(2)).link(echo.s()))).toBe(3);
    expect(await valueOf(chain(chain(identity.s(1), add.s(3)).link(echo.s()), add.s(3)))).toBe(7);
    expect(await ledger(cloud)).toEqual([1, 2, 3, 4]);
  });
});

describe('revoke()', () => {
  it('on the result of a canvas revokes all of it that has not run', async () => {
    const later = echo.si('ran').set({ countdown: 100 });
    const result = await chain(echo.si('first'), group([later, later]), echo.si('last')).delay();
    await cloud.clock.sleep(2000);
    await result.revoke();
    expect(await errorOf(result)).toMatchObject({ code: 'CHORDAL_TASK_REVOKED', reason: 'revoked' });
    expect(await ledger(cloud)).toEqual(['first']);
    expect(await app.asyncResult(`${result.taskId}.0`).state()).toBe('SUCCESS');
    expect(await app.asyncResult(`${result.taskId}.1~1`).state()).toBe('REVOKED');
  });

  it('of a member fails what waits for it, and not its siblings', async () => {
    const later = echo.si('ran').set({ countdown: 100 });
    const result = await chain(group([later, later]), echo.si('last')).delay();
    await app.asyncResult(`${result.taskId}.0~0`).revoke();
    expect(await errorOf(result)).toMatchObject({ code: 'CHORDAL_TASK_REVOKED' });
    expect(await ledger(cloud)).toEqual(['ran']);
    expect(await app.asyncResult(`${result.taskId}.0~1`).state()).toBe('SUCCESS');
  });

  it('after the end changes nothing', async () => {
    const result = await identity.delay(1);
    expect(await get(result)).toBe(1);
    await result.revoke();
    await idle(cloud);
    expect(await result.state()).toBe('SUCCESS');
    expect(await get(result)).toBe(1);
  });
});

describe('rate limits', () => {
  it('hold over all workers', async () => {
    const times = await valueOf(group(range(25).map(() => limitedTime.s())));
    const sorted = times.toSorted((a, b) => a - b);
    const gaps = sorted.slice(1).map((at, index) => at - (sorted[index] ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(100);
    expect((sorted.at(-1) ?? 0) - (sorted[0] ?? 0)).toBeGreaterThanOrEqual(2400);
  });
});

describe('an outcome', () => {
  it('is the first that was written, also where an id is used twice', async () => {
    const first = await echo.s('first').applyAsync({ taskId: 'same' });
    expect(await get(first)).toBe('first');
    await expect(echo.s('second').applyAsync({ taskId: 'same' })).rejects.toMatchObject({
      code: 'CHORDAL_INVALID_OPTIONS',
    });
    const second = await echo.s('first').applyAsync({ taskId: 'same' });
    await idle(cloud);
    expect([second.taskId, await get(second)]).toEqual(['same', 'first']);
  });
});

describe('an unknown task', () => {
  it('is refused by the caller where no function runs it', async () => {
    await expect(app.signature('nobody').delay()).rejects.toMatchObject({
      code: 'CHORDAL_NOT_REGISTERED',
      task: 'nobody',
    });
    const canvas = chain(identity.s(1), group([any('constructor')]));
    await expect(canvas.delay()).rejects.toMatchObject({ code: 'CHORDAL_NOT_REGISTERED', task: 'constructor' });
  });

  it('fails on a queue whose function does not have it, and with it what waits', async () => {
    const canvas = chain(any('nobody').set({ queue: 'math' }), identity.s());
    const result = await canvas.delay();
    expect(await errorOf(result)).toMatchObject({
      errorType: 'NotRegistered',
      failedTaskId: `${result.taskId}.0`,
      failedTask: 'nobody',
    });
    await idle(cloud);
    expect(cloud.deadLetters).toEqual([]);
  });
});

describe('an immutable body', () => {
  it('is called with its own arguments alone', async () => {
    expect(await valueOf(chord([identity.s(1), identity.s(2)], countArguments.si()))).toBe(0);
    expect(await valueOf(chord([identity.s(1), identity.s(2)], countArguments.si('a', 'b')))).toBe(2);
  });
});

describe('a call of a canvas', () => {
  it('runs it here, with the same value as on workers', async () => {
    const empty = group([]);
    const canvases = [
      chain(add.s(1, 2), add.s(3)),
      group([add.s(1, 2), group([add.s(3, 4), identity.s('a')])]),
      chord([add.s(1, 2), add.s(3, 4)], tsum.s()),
      chain(identity.s(1), group([add.s(1), add.s(2)]), tsum.s(), group([add.s(1)])),
      chord([group([identity.s(1), identity.s(2)]).link(echo.s()), identity.s(3)], identity.s()),
      add.chunks(zip(range(5), range(5)), 2),
      chain(identity.si(1), add.chunks([[1, 2]], 2)),
      identity.map([1, 2]),
      add.starmap([[1, 2]]),
      empty,
      chain(empty, tsum.s()),
      addToAll.s([1, 2], 3),
      chain(addToAll.s([1, 2], 3), tsum.s()),
      chord([fail.s(), identity.s(1)], any('countArguments'), { onMemberFailure: 'collect' }),
    ];
    for (const canvas of canvases) expect(await canvas(), String(canvas)).toEqual(await valueOf(canvas));
  });

  it('rejects with what the task threw', async () => {
    await expect(chain(identity.s(1), fail.s())()).rejects.toMatchObject({ name: 'ExpectedError' });
    await expect(chord([fail.s()], tsum.s())()).rejects.toMatchObject({ name: 'ExpectedError' });
  });

  it('runs links and error callbacks here, for each member of a group', async () => {
    await add.s(1, 2).link(echo.s())();
    await group([fail.s(), fail.s()])
      .linkError(echo.si('member'))()
      .catch(() => undefined);
    await chord([fail.s()], tsum.s())
      .linkError(echo.si('chord'))()
      .catch(() => undefined);
    await chord([fail.s()], tsum.s().linkError(echo.si('body')))().catch(() => undefined);
    expect(await ledger(cloud)).toEqual([3, 'member', 'member', 'chord', 'body']);
  });

  it('`chord(header)(body)` builds, and sends nothing', async () => {
    const canvas = chord([ids.s(1)])(countArguments.s());
    expect(String(canvas)).toBe('chord([ids(1)], countArguments())');
    expect(cloud.isIdle).toBe(true);
    expect(await valueOf(canvas)).toBe(1);
  });
});
