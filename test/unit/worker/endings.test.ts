/** Final means final, and everybody is told: what ends a workflow, and what of it goes on. */
import { chain, chord, createApp, group } from 'chordal';
import type { MemberOutcome } from 'chordal';
import type { TestCloud } from 'chordal/testing';
import { memoryCloud } from 'chordal/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const app = createApp('endings');
let ran: unknown[] = [];
let told: object[] = [];
const add = app.task('add', (x: number, y: number) => x + y);
const count = app.task('count', (values: readonly unknown[]) => values.length);
const fail = app.task('fail', (): never => {
  throw new RangeError('no');
});
const mail = app.task('mail', (to: string) => void ran.push(to));
const slow = app.task('slow', async () => cloud.clock.sleep(40_000).then(() => 'done'));
const tell = app.task('tell', (failure: object) => void told.push(failure));
const quiet = app.task('quiet', { ignoreResult: true }, () => 'secret');
const seen = app.task('seen', (outcomes: readonly (MemberOutcome<unknown> | number)[]) => outcomes);
const retried = app.task('retried', { bind: true }, (ctx) => {
  if (ctx.request.retries === 0) throw ctx.retry({ countdown: -5 });
  return ctx.request.retries;
});
const replaced = app.task('replaced', { bind: true }, (ctx, expires: number) =>
  ctx.replace(chain(slow.si(), slow.si(), slow.si()).set({ expires })),
);
const all = app.handler(replaced, retried, add, count, fail, mail, slow, tell, quiet, seen);

let cloud: TestCloud;
beforeEach(() => {
  ran = [];
  told = [];
  cloud = memoryCloud({ all }, { time: 'virtual' });
});
afterEach(() => cloud.close());

describe('an id inside a revoked workflow', () => {
  it('stays REVOKED for every reader when it was read while it ran', async () => {
    const result = await chain(slow.si(), add.si(1, 2)).delay();
    await cloud.clock.sleep(1000);
    await result.revoke();
    await cloud.clock.sleep(1000);
    const first = await result.parent?.state();
    await cloud.clock.sleep(60_000);
    expect([first, await result.parent?.state()]).toEqual(['REVOKED', 'REVOKED']);
    await expect(result.parent?.get()).rejects.toMatchObject({ code: 'CHORDAL_TASK_REVOKED' });
  });

  it('keeps the outcome that it had before', async () => {
    const result = await chain(add.si(1, 2), slow.si(), add.si(1, 2)).delay();
    await cloud.clock.sleep(1000);
    await result.revoke();
    await cloud.clock.sleep(1000);
    expect(await result.parent?.parent?.state()).toBe('SUCCESS');
  });
});

describe('revoke() after a member has failed', () => {
  it('revokes what has not run, each for itself', async () => {
    const later = mail.s('ada').set({ countdown: 3600 });
    const result = await group([fail.s(), later, chain(later, mail.si('bob'))]).delay();
    await result.get().catch(() => undefined);
    await result.revoke();
    await cloud.clock.sleep(2 * 3_600_000);
    expect(ran).toEqual([]);
    expect(await Promise.all(result.results.map((member) => member.state()))).toEqual([
      'FAILURE',
      'REVOKED',
      'REVOKED',
    ]);
    expect(await result.state()).toBe('FAILURE');
  });

  it('revokes the members of a wide group that are not sent yet', async () => {
    const members = Array.from({ length: 300 }, (_, i) => mail.s(`${i}`).set({ countdown: 3600 }));
    const result = await group([fail.s(), ...members]).delay();
    await result.get().catch(() => undefined);
    await result.revoke();
    await cloud.clock.sleep(2 * 3_600_000);
    expect(ran).toEqual([]);
    expect(await result.results[300]?.state()).toBe('REVOKED');
  });

  it('leaves the error callbacks alone', async () => {
    const result = await chord([fail.s()], count.s())
      .linkError(tell.s().set({ countdown: 3600 }))
      .delay();
    await result.get().catch(() => undefined);
    await result.revoke();
    await cloud.clock.sleep(2 * 3_600_000);
    expect(told).toHaveLength(1);
  });

  it('changes nothing of a task that has succeeded', async () => {
    const result = await add.delay(1, 2);
    await result.get();
    await result.revoke();
    await cloud.clock.sleep(1000);
    expect(await result.state()).toBe('SUCCESS');
  });
});

describe('a header member that expires, or is revoked', () => {
  const expired = add.s(1, 1).set({ expires: new Date(0) });

  it('fails the chord, and its error callbacks are called once', async () => {
    const result = await chord([expired, expired, add.s(2, 2)], count.s())
      .linkError(tell.s())
      .delay();
    await expect(result.get()).rejects.toMatchObject({ code: 'CHORDAL_TASK_REVOKED', reason: 'expired' });
    await cloud.clock.sleep(60_000);
    expect(told).toEqual([
      expect.objectContaining({
        taskId: result.taskId,
        failedTaskId: `${result.taskId}.0~0`,
        task: 'add',
        errorType: 'TaskRevokedError',
        message: `add (${result.taskId}.0~0) was expired`,
        reason: 'expired',
      }),
    ]);
  });

  it('calls the error callbacks of the chord when it is revoked', async () => {
    const result = await chord([add.s(1, 1).set({ countdown: 60 }), add.s(2, 2)], count.s())
      .linkError(tell.s())
      .delay();
    await app.asyncResult(`${result.taskId}.0~0`).revoke();
    await cloud.clock.sleep(120_000);
    expect(told).toHaveLength(1);
    expect(await result.state()).toBe('REVOKED');
  });

  it('calls none of its own, and none when the whole is revoked', async () => {
    const alone = await expired.linkError(tell.s()).delay();
    await expect(alone.get()).rejects.toMatchObject({ code: 'CHORDAL_TASK_REVOKED' });
    const whole = await chord([add.s(1, 1).set({ countdown: 60 })], count.s())
      .linkError(tell.s())
      .delay();
    await whole.revoke();
    await cloud.clock.sleep(120_000);
    expect(told).toEqual([]);
  });

  it('is told apart where the chord collects', async () => {
    const result = await chord([add.s(1, 1), expired, fail.s()], seen.s(), { onMemberFailure: 'collect' }).delay();
    expect(await result.get()).toMatchObject([
      { ok: true, value: 2 },
      {
        ok: false,
        error: {
          reason: 'expired',
          failedTask: 'add',
          failedTaskId: `${result.taskId}.0~1`,
          errorType: 'TaskRevokedError',
          message: `add (${result.taskId}.0~1) was expired`,
        },
      },
      { ok: false, error: { errorType: 'RangeError', failedTask: 'fail' } },
    ]);
  });
});

describe('a member whose result is ignored', () => {
  it('has no value in any client’s get(), and the next task is given it', async () => {
    const result = await group([quiet.s(), add.s(1, 2), group([quiet.s()]).link(count.s())]).delay();
    expect(await result.get()).toEqual([undefined, 3, undefined]);
    expect(await result.info()).toEqual([undefined, 3, undefined]);
    expect(await app.asyncResult(result.taskId).get()).toEqual([undefined, 3, undefined]);
    const body = await chord([quiet.s(), quiet.s()], seen.s() as unknown as ReturnType<typeof count.s>).delay();
    expect(await body.get()).toEqual(['secret', 'secret']);
  });
});

describe('a link on a group in a header that collects', () => {
  const expectedOf = (id: string): unknown[] => [
    { ok: true, value: 2 },
    { ok: true, value: 3 },
    {
      ok: false,
      error: {
        errorType: 'RangeError',
        message: 'no',
        failedTask: 'fail',
        failedTaskId: id && `${id}.0~1~1`,
        index: 2,
      },
    },
    { ok: true, value: 4 },
  ];
  const canvas = (link: boolean) => {
    const inner = group([add.s(1, 2), fail.s()]);
    const members = [add.s(1, 1), link ? inner.link(mail.si('linked')) : inner, add.s(2, 2)] as const;
    return chord(members, seen.s() as unknown as ReturnType<typeof count.s>, { onMemberFailure: 'collect' });
  };

  it('does not change what the body is given', async () => {
    const linked = await canvas(true).delay();
    const plain = await canvas(false).delay();
    expect(await linked.get()).toEqual(expectedOf(linked.taskId));
    expect(await plain.get()).toMatchObject(expectedOf('').map(() => ({ ok: expect.any(Boolean) })));
    expect(await canvas(true)()).toEqual(expectedOf(''));
    expect(ran).toEqual([]);
  });

  it('is started with the values when all have succeeded', async () => {
    const inner = group([add.s(1, 2), add.s(2, 2)]).link(seen.s());
    const result = await chord([inner, fail.s()], seen.s(), { onMemberFailure: 'collect' }).delay();
    expect(await result.get()).toMatchObject([{ ok: true, value: 3 }, { ok: true, value: 4 }, { ok: false }]);
    await cloud.clock.sleep(1000);
    expect(await app.asyncResult(`${result.taskId}.0~0^0`).get()).toEqual([3, 4]);
  });
});

describe('a time that is over, as it is mostly computed', () => {
  it('starts a task at once where it is a countdown, also of a retry and in JSON', async () => {
    expect(await (await add.applyAsync({ args: [1, 2], countdown: -3600 })).get()).toBe(3);
    const json = { ...add.s(1, 2).toJSON(), options: { countdown: -0.2 } };
    expect(await (await app.signature(json).delay()).get()).toBe(3);
    expect(await (await retried.delay()).get()).toBe(1);
    expect(cloud.clock.now() - Date.UTC(2026, 0, 1)).toBeLessThan(60_000);
  });

  it('keeps what it is about for as long as any other', async () => {
    const canvas = group(Array.from({ length: 300 }, (_, i) => add.si(i, i)));
    expect(await (await canvas.applyAsync({ countdown: -3_000_000_000 })).get()).toHaveLength(300);
  });

  it('revokes a task where it is the end of its time', async () => {
    await expect((await add.applyAsync({ args: [1, 2], expires: -1 })).get()).rejects.toMatchObject({
      code: 'CHORDAL_TASK_REVOKED',
      reason: 'expired',
    });
  });

  it.each([
    ['a chain', chain(slow.si(), slow.si(), slow.si())],
    ['a chord', chord([slow.si(), chain(slow.si(), slow.si())], add.si(1, 2))],
    ['a group, also for the tasks of its chains', group([chain(slow.si(), slow.si(), slow.si())])],
  ])('counts from the call for all tasks of %s, as a Date does', async (_, canvas) => {
    for (const [seconds, end] of [
      [60, 'expired'],
      [100, 'done'],
    ] as const) {
      expect(await endOf(canvas.applyAsync({ expires: seconds }))).toBe(end);
      expect(await endOf(canvas.applyAsync({ expires: new Date(cloud.clock.now() + seconds * 1000) }))).toBe(end);
    }
  });

  it('counts from the replacement for what replaces a task', async () => {
    expect(await endOf(replaced.delay(60))).toBe('expired');
    expect(await endOf(replaced.delay(100))).toBe('done');
  });

  it('counts from its own start for a callback, and from its sending for one step', async () => {
    const callback = mail.si('bob').set({ expires: 60 });
    const step = slow.si().set({ expires: 30 });
    expect(await endOf(chain(slow.si(), step, slow.si().link(callback)).applyAsync({ expires: 1000 }))).toBe('done');
    await cloud.clock.sleep(1000);
    expect(ran).toEqual(['bob']);
  });
});

// --- internal ---

async function endOf(sent: Promise<{ get(options: { timeout: number }): Promise<unknown> }>): Promise<unknown> {
  const read = (await sent).get({ timeout: 1000 });
  return read.then(
    () => 'done',
    (error: unknown) => (error instanceof Error && 'reason' in error ? error.reason : error),
  );
}
