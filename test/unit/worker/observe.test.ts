/** An observer is told of each decision that stands, with the attempt and the error. */
import { createApp, group, Ignore } from 'chordal';
import { memoryCloud } from 'chordal/testing';
import { afterEach, describe, expect, it, test } from 'vitest';
import type { Delivery } from '../../../src/ports/broker.ts';
import type { ObservedDecision, ObservedRun, Observer } from '../../../src/ports/system.ts';
import { observe } from '../../../src/runtime/observer.ts';
import { runBatch } from '../../../src/worker/batch.ts';
import { makeBench, taskDelivery } from './bench.ts';
import type { Bench } from './bench.ts';

const app = createApp('observed');
const shaky = app.task('shaky', { bind: true }, (ctx, x: number) => {
  if (ctx.request.retries === 0) throw ctx.retry({ error: new RangeError('not yet'), countdown: 5 });
  return x;
});
const bad = app.task('bad', (x: string) => JSON.parse(x) as unknown);
const long = app.task('long', { bind: true, maxRetries: 1, autoretryFor: ['RangeError'] }, (): never => {
  throw new RangeError('y'.repeat(150));
});
const ignored = app.task('ignored', (): never => {
  throw new Ignore();
});

afterEach(() => observe());

test('a retry, its success and a failure are told with id, attempt and error', async () => {
  const seen: string[] = [];
  const inside: string[] = [];
  observe({
    around: ({ task, attempt }, fn) => {
      inside.push(`${task} ${attempt}`);
      return fn();
    },
    decided: ({ task, id, attempt }: ObservedRun, { state, error }: ObservedDecision) =>
      void seen.push([task, id, attempt, state, error ?? '-'].join(' ')),
  });
  using cloud = memoryCloud({ h: app.handler(shaky, bad) }, { time: 'virtual' });
  const good = await shaky.delay(3);
  await good.get();
  const failed = await bad.delay('{');
  await expect(failed.get()).rejects.toThrow('JSON');

  expect(cloud.isIdle).toBe(true);
  expect(inside).toEqual(['shaky 1', 'shaky 2', 'bad 1']);
  expect(seen).toEqual([
    `shaky ${good.taskId} 1 RETRY RangeError: not yet`,
    `shaky ${good.taskId} 2 SUCCESS -`,
    expect.stringMatching(new RegExp(`^bad ${failed.taskId} 1 FAILURE SyntaxError: .*JSON`)),
  ]);
});

test('an error that no item holds itself is told as a short one is', async () => {
  const seen: string[] = [];
  observe({
    around: (_, fn) => fn(),
    decided: ({ task }, { state, error }) => void seen.push([task, state, error ?? '-'].join(' ')),
  });
  using cloud = memoryCloud({ h: app.handler(bad, long, ignored) }, { time: 'virtual', logLevel: 'silent' });
  await (await group([bad.s('{'), long.s(), ignored.s()]).delay()).get({ propagate: false });

  expect(cloud.isIdle).toBe(true);
  expect(seen.toSorted()).toEqual([
    expect.stringMatching(/^bad FAILURE SyntaxError: .*JSON/),
    'ignored REVOKED ignored',
    `long FAILURE RangeError: ${'y'.repeat(150)}`,
    `long RETRY RangeError: ${'y'.repeat(150)}`,
  ]);
});

describe('the observer of a worker', () => {
  function benchOf(): Bench {
    const bench = makeBench();
    bench.app.task('one', () => 1);
    bench.app.task('mute', (): never => {
      throw new RangeError();
    });
    bench.app.task('slow', { timeLimit: 2 }, () => bench.clock.sleep(3000));
    bench.app.task('replaced', { bind: true }, (ctx) => ctx.replace(bench.app.signature('one')));
    return bench;
  }

  /** Works on a delivery, and answers with the decisions that the observer is told: state, ms and error. */
  async function toldOf(bench: Bench, delivery: Delivery, more: Partial<Observer> = {}): Promise<readonly string[]> {
    const told: string[] = [];
    const decided: Observer['decided'] = (_, { state, ms, error = '-' }) => void told.push(`${state} ${ms} ${error}`);
    const observer: Observer = { around: (_, fn) => fn(), decided, ...more };
    await runBatch({ ...bench.engine, observer }, [delivery], () => 60_000);
    return told;
  }

  it.each([
    ['a task that was replaced', taskDelivery('replaced'), /^REPLACED 0 -$/],
    [
      'a task that no function knows',
      taskDelivery('two', {}, { receives: 100 }),
      /^FAILURE 0 NotRegistered: Cannot run two \(W\)/,
    ],
    ['an error without a message', taskDelivery('mute'), /^FAILURE 0 RangeError$/],
    ['a task that was too slow', taskDelivery('slow'), /^FAILURE 2000 TimeLimitExceeded/],
  ])('is told of %s', async (_, delivery, told) => {
    expect(await toldOf(benchOf(), delivery)).toEqual([expect.stringMatching(told)]);
  });

  it('ends the time limits of tasks where a debugger may be attached', async () => {
    expect(await toldOf(benchOf(), taskDelivery('slow'), { isDebugged: true })).toEqual(['SUCCESS 3000 -']);
  });

  it('is not told of a decision that does not stand, as another message had decided', async () => {
    const bench = benchOf();
    await bench.work([taskDelivery('one')]);
    expect(await toldOf(bench, taskDelivery('one', { mid: 'other' }))).toEqual([]);
  });
});
