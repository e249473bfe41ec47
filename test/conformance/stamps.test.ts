/** Celery's own tests of stamps (`t/integration/test_canvas.py`, `test_tasks.py`), by their numbers. */
import { chain, chord, createApp, currentTask, group } from 'chordal';
import type { StampingVisitor, Stamps } from 'chordal';
import { memoryCloud } from 'chordal/testing';
import type { TestCloud } from 'chordal/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TaskFailedError } from '../../src/index.ts';
import { errorOf, get, idle } from './cloud.ts';

const app = createApp('stamps');
/** The stamps that tasks were run with, by what they are. */
const seen: (readonly [what: string, stamps: Stamps])[] = [];

function see(what: string): void {
  seen.push([what, { ...currentTask().request.stamps }]);
}

const add = app.task('add', (x: number, y: number) => {
  see('add');
  return x + y;
});
const identity = app.task('identity', (x: number) => {
  see('identity');
  return x;
});
const xsum = app.task('xsum', (numbers: readonly number[]) => {
  see('xsum');
  return numbers.reduce((sum, n) => sum + n, 0);
});
const fail = app.task('fail', (): never => {
  see('fail');
  throw new TypeError('expected');
});
const note = app.task('note', (what: string, _value: unknown = undefined) => see(what));
const retryTwice = app.task('retryTwice', { bind: true }, (ctx) => {
  see(`try ${ctx.request.retries}`);
  if (ctx.request.retries < 2) throw ctx.retry({ countdown: 1 });
  return ctx.request.retries;
});
const replaced = app.task('replaced', { bind: true }, (ctx) => {
  see('replaced');
  return ctx.replace(chain(add.s(1, 2), identity.s().stamp({ inner: 1 })));
});
const launching = app.task('launching', async () => {
  await note.s('launched').delay();
});
const waiting = app.task('waiting', { bind: true }, async (ctx) => {
  await cloud.clock.sleep(60_000, ctx.signal);
  ctx.signal.throwIfAborted();
  return 'slept';
});

let cloud: TestCloud;

beforeEach(() => {
  seen.length = 0;
  const tasks = [add, identity, xsum, fail, note, retryTwice, replaced, launching, waiting];
  cloud = memoryCloud({ all: app.handler(...tasks) }, { time: 'virtual', seed: 1, logLevel: 'silent' });
});

afterEach(async () => {
  await idle(cloud);
  expect(cloud.deadLetters).toEqual([]);
  cloud.close();
});

/** The stamps that the runs of a task had, once everything has ended. */
async function stampsOf(what: string): Promise<readonly Stamps[]> {
  await idle(cloud);
  return seen.filter(([name]) => name === what).map(([, stamps]) => stamps);
}

const FORTY_TWO: StampingVisitor = { onSignature: () => ({ onSignature: 42 }) };

describe('stamps', () => {
  it('row 160: stamping a workflow', async () => {
    const header = [chain(add.s(1, 2), add.s(3)), chain(add.s(4, 5), add.s(6)), identity.si(21)];
    const workflow = chord(header, group([xsum.s(), xsum.s()]))
      .link(note.si('link'))
      .linkError(note.si('error'));
    const stamped = workflow.stamp(FORTY_TWO);
    expect(await get(await stamped.delay())).toEqual([42, 42]);
    await idle(cloud);
    expect(seen.map(([what]) => what).toSorted()).toEqual(
      [...Array.from({ length: 4 }, () => 'add'), 'identity', 'link', 'xsum', 'xsum'].toSorted(),
    );
    for (const [, stamps] of seen) expect(stamps).toEqual({ onSignature: 42 });
    expect(JSON.stringify(stamped).match(/"stamped_headers":\["onSignature"\]/g)).toHaveLength(9);
  });

  it.each([42, [4, 2]])('row 162: the value %j of a stamp stays what the visitor has made it', async (value) => {
    const stamped = add.si(1, 1).stamp({ onSignature: () => ({ value }) });
    expect(stamped.toJSON().options).toEqual({ value, stamped_headers: ['value'] });
    expect(await get(await stamped.delay())).toBe(2);
    expect(await stampsOf('add')).toEqual([{ value }]);
  });

  it('row 164: the receiver of a task has its stamps', async () => {
    const received: unknown[] = [];
    const stop = app.on('taskStart', ({ request }) => void received.push(request.stamps, request.stampedHeaders));
    await get(await add.si(1, 1).stamp(FORTY_TWO).delay());
    stop();
    expect(received).toEqual([{ onSignature: 42 }, ['onSignature']]);
  });

  it('row 166: what replaces a task has its stamps, and those that it is given', async () => {
    await get(await chain(replaced.s(), identity.s()).stamp({ outer: 2 }).delay());
    expect(await stampsOf('add')).toEqual([{ outer: 2 }]);
    expect(await stampsOf('identity')).toEqual([{ inner: 1, outer: 2 }, { outer: 2 }]);
  });

  it('row 168: an error callback has the stamps of its signature', async () => {
    const stamped = fail.s().stamp({ first: 1 }).linkError(note.si('error')).stamp({ second: 2 });
    expect(await errorOf(await stamped.delay())).toBeInstanceOf(TaskFailedError);
    const json = stamped.toJSON();
    expect(json.options).toMatchObject({ first: 1, second: 2, link_error: [{ options: { second: 2 } }] });
    await idle(cloud);
  });

  it('row 170: a canvas is stamped whose link is a plain dictionary', async () => {
    const json = { ...add.s(1, 1).toJSON(), options: { link: note.si('link').toJSON() } };
    await get(await app.signature(json).stamp(FORTY_TWO).delay());
    expect(await stampsOf('link')).toEqual([{ onSignature: 42 }]);
  });

  it("row 44 of the tasks' own: retries, links and launches have the stamps of their task", async () => {
    expect(await get(await retryTwice.s().link(note.si('link')).stamp({ a: 1 }).delay())).toBe(2);
    await get(await launching.s().stamp({ b: 2 }).delay());
    await idle(cloud);
    expect(seen).toEqual([
      ['try 0', { a: 1 }],
      ['try 1', { a: 1 }],
      ['try 2', { a: 1 }],
      ['link', { a: 1 }],
      ['launched', { b: 2 }],
    ]);
  });
});

describe('row T16: revoked by stamps', () => {
  it.each([
    ['its own value', 'mine', true],
    ['a list with its value', ['other', 'mine'], true],
    ['another value', 'other', false],
    ['another type', 4242, false],
    ['null', null, false],
  ])('a task that carries a stamp is revoked by %s or not', async (_, value, isRevoked) => {
    const result = await add.si(1, 1).stamp({ target: 'mine' }).applyAsync({ countdown: 60 });
    await app.control.revokeByStamp({ target: value });
    if (isRevoked) expect(await errorOf(result)).toMatchObject({ code: 'CHORDAL_TASK_REVOKED' });
    else expect(await get(result)).toBe(2);
    expect(await result.state()).toBe(isRevoked ? 'REVOKED' : 'SUCCESS');
    expect(await stampsOf('add')).toHaveLength(isRevoked ? 0 : 1);
  });

  it('a value of a list counts, as do tasks that are sent later, until the revocation ends', async () => {
    await app.control.revokeByStamp({ customer: 42 }, { seconds: 3600 });
    // Workers look at the gate once a second.
    await cloud.clock.sleep(2000);
    const stamped = add.si(1, 1).stamp({ customer: [1, 42] });
    expect(await errorOf(await stamped.delay())).toMatchObject({ code: 'CHORDAL_TASK_REVOKED' });
    await cloud.clock.sleep(3_600_000);
    expect(await get(await stamped.delay())).toBe(2);
  });

  it('a revocation that stands for less long leaves the longer one', async () => {
    await app.control.revokeByStamp({ customer: 42 }, { seconds: 7200 });
    await app.control.revokeByStamp({ customer: 42 }, { seconds: 60 });
    const result = await add.si(1, 1).stamp({ customer: 42 }).applyAsync({ countdown: 3600 });
    expect(await errorOf(result)).toMatchObject({ code: 'CHORDAL_TASK_REVOKED' });
  });

  it('only the tasks of a canvas that carry the stamp are revoked, and what waits for them', async () => {
    const members = group([add.si(1, 1).stamp({ customer: 42 }), add.si(2, 2).stamp({ customer: 43 })]);
    const result = await members.applyAsync({ countdown: 60 });
    await app.control.revokeByStamp({ customer: 42 });
    expect(await errorOf(result)).toMatchObject({ code: 'CHORDAL_TASK_REVOKED' });
    await idle(cloud);
    expect(await Promise.all(result.results.map((one) => one.state()))).toEqual(['REVOKED', 'SUCCESS']);
  });

  it('a running task is told by its signal, and is then REVOKED', async () => {
    const result = await waiting.s().stamp({ customer: 42 }).delay();
    await cloud.clock.sleep(3000);
    await app.control.revokeByStamp({ customer: 42 });
    expect(await errorOf(result)).toMatchObject({ code: 'CHORDAL_TASK_REVOKED' });
  });

  it('a task that has ended keeps its outcome', async () => {
    const result = await add.si(1, 1).stamp({ customer: 42 }).delay();
    expect(await get(result)).toBe(2);
    await app.control.revokeByStamp({ customer: 42 });
    expect(await result.state()).toBe('SUCCESS');
    expect(await get(result)).toBe(2);
  });

  it('a value that no task can be revoked by is refused, as is nothing', async () => {
    // The compiler refuses these too.
    const given = [{}, { customer: undefined }, { customer: {} }, { customer: 'x'.repeat(1000) }, 7] as unknown[];
    for (const stamps of given)
      await expect(app.control.revokeByStamp(stamps as { customer: 1 })).rejects.toMatchObject({
        code: 'CHORDAL_INVALID_OPTIONS',
      });
    for (const seconds of [0, -1, 366 * 86_400 + 1])
      await expect(app.control.revokeByStamp({ customer: 1 }, { seconds })).rejects.toThrow(/Cannot use seconds/);
  });
});
