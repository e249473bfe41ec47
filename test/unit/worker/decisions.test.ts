/** The decisions that runs come to, as they are committed. */
import { beforeEach, describe, expect, it } from 'vitest';
import { addressOf } from '../../../src/core/protocol/address.ts';
import type { RunMessage } from '../../../src/core/protocol/message.ts';
import type { Cell } from '../../../src/core/protocol/outcome.ts';
import { loadValue } from '../../../src/engine/inputs.ts';
import { makeBench, taskDelivery } from './bench.ts';
import type { Bench } from './bench.ts';

let bench: Bench;

beforeEach(() => {
  bench = makeBench();
  bench.app.task('add', (x: number, y: number = 0) => x + y);
});

/** A member of a group of two: it needs the items of the other one. */
const member = { id: 'W.0~0', base: 'W.0~0', frames: [{ join: 'W.0', x: 0, n: 2 }] } as const;

/** Runs a task once, and returns the cell of its id. */
async function decided(task: string, more: Partial<RunMessage> = {}): Promise<Cell> {
  expect(await bench.work([taskDelivery(task, more)])).toEqual([]);
  expect(bench.cloud.queues.dead).toEqual([]);
  return (await bench.engine.outcomes.read({ address: addressOf(more.id ?? 'W') })).cell;
}

/** The error of a failure, as it is kept. */
async function errorOf({ outcome }: Cell): Promise<unknown> {
  expect(outcome?.state).toBe('FAILURE');
  return outcome && loadValue(bench.engine, outcome.value);
}

describe('a success', () => {
  it('is kept for as long as its task says, else its app, and at least until its call needs it', async () => {
    bench.app.task('brief', { resultExpires: 60 }, () => 1);
    const now = bench.clock.now();
    const inSeconds = (ms: number): number => Math.ceil((now + ms) / 1000);
    expect((await decided('brief')).outcome?.expiresAt).toBe(inSeconds(60_000));
    bench = makeBench();
    bench.app.task('plain', () => 1);
    expect((await decided('plain')).outcome?.expiresAt).toBe(inSeconds(86_400_000));
    bench = makeBench();
    bench.app.task('brief', { resultExpires: 60 }, () => 1);
    expect((await decided('brief', { keep: now + 90_500 })).outcome?.expiresAt).toBe(inSeconds(90_500));
    bench = makeBench();
    bench.app.task('brief', { resultExpires: 60 }, () => 1);
    expect((await decided('brief', { keep: now + 1000 })).outcome?.expiresAt).toBe(inSeconds(60_000));
  });

  it.each([
    [undefined, undefined, false],
    [true, undefined, true],
    [true, false, false],
    [false, true, true],
  ])('of a task with ignoreResult %o, called with %o, is ignored: %o', async (ofTask, ofCall, isIgnored) => {
    bench.app.task('one', ofTask === undefined ? {} : { ignoreResult: ofTask }, () => 1);
    const sig = { task: 'one', options: ofCall === undefined ? {} : { ignoreResult: ofCall } };
    const { outcome } = await decided('one', { sig });
    expect(outcome?.ignored).toBe(isIgnored ? true : undefined);
  });

  it.each([
    [0, undefined],
    [20, 'in the outcome'],
    [21, 'beside it'],
  ])('that has launched %i others names them %s', async (count, where) => {
    bench.app.task('launching', async () => {
      for (let n = 0; n < count; n += 1) await bench.app.signature('add', { args: [n] }).delay();
    });
    const children = (await decided('launching')).outcome?.children;
    expect(children && (Array.isArray(children) ? 'in the outcome' : 'beside it')).toBe(where);
  });
});

describe('a retry', () => {
  it('has the error that the task gives, with the name of the task, and none without one', async () => {
    bench.app.task('busy', { bind: true }, (ctx) => {
      throw ctx.retry({ countdown: 5, error: new RangeError('too busy') });
    });
    const { next } = await decided('busy');
    expect(next).toMatchObject({ kind: 'retry', attempt: 1, notBefore: bench.clock.now() + 5000 });
    const error = next && 'error' in next && next.error && (await loadValue(bench.engine, next.error));
    expect(error).toMatchObject({ errorType: 'RangeError', message: 'too busy', task: 'busy' });

    bench = makeBench();
    bench.app.task('later', { bind: true }, (ctx) => {
      throw ctx.retry({ countdown: 5 });
    });
    expect((await decided('later')).next).not.toHaveProperty('error');
  });

  it('that is too far ahead fails the task, and says until when', async () => {
    const until = bench.clock.now() + 20 * 86_400_000;
    bench.app.task('patient', { bind: true }, (ctx) => {
      throw ctx.retry({ eta: new Date(until) });
    });
    const at = new Date(until).toISOString();
    expect(await errorOf(await decided('patient', { ...member, until }))).toMatchObject({
      errorType: 'TimeLimitExceeded',
      message: expect.stringContaining(`Cannot retry W.0~0 at ${at}: the items of its canvas are kept until ${at}`),
    });
  });
});

describe('a replacement', () => {
  beforeEach(() => {
    bench.app.task('replaced', { bind: true }, (ctx, countdown: number = 0) =>
      ctx.replace(bench.app.signature('add', { args: [1] }).set({ countdown })),
    );
  });

  it('is decided below the greatest depth, and fails with TooDeep at it', async () => {
    const { maxDepth } = bench.engine.settings;
    expect((await decided('replaced', { depth: maxDepth - 1 })).next).toMatchObject({ kind: 'replace' });
    bench = makeBench();
    bench.app.task('replaced', { bind: true }, (ctx) => ctx.replace(bench.app.signature('replaced')));
    expect(await errorOf(await decided('replaced', { depth: maxDepth }))).toMatchObject({
      errorType: 'TooDeep',
      message: `Cannot replace W once more: ${maxDepth} launches and replacements led to it, which is the most`,
    });
  });

  it('that starts too far ahead fails the task, and says so', async () => {
    const until = bench.clock.now() + 20 * 86_400_000;
    const sig = { task: 'replaced', args: [19 * 86_400] };
    expect(await errorOf(await decided('replaced', { ...member, until, sig }))).toMatchObject({
      errorType: 'TimeLimitExceeded',
      message: expect.stringMatching(/^Cannot replace W\.0~0 at /),
    });
  });
});

describe('a run whose message has a value that cannot be read', () => {
  const bad = { __type__: 'datetime', __value__: 'never' };

  it.each([
    [{ args: [1, bad] }, 'argument 2 of add'],
    [{ args: [1], kwargs: { y: bad } }, 'keyword argument y of add'],
    [{ args: [1], options: { headers: { who: bad } } }, 'header who of add'],
    [{ args: [1], options: { stamps: { who: bad } } }, 'stamp who of add'],
  ])('%o fails, and names it: %s', async (given, named) => {
    expect(await errorOf(await decided('add', { sig: { task: 'add', ...given } }))).toMatchObject({
      message: expect.stringContaining(named),
    });
  });
});
