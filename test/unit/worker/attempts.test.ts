/** The effects of one attempt of a task on the next one, on its callbacks and on its readers. */
import { createApp, currentTask } from 'chordal';
import type { TestCloud } from 'chordal/testing';
import { memoryCloud } from 'chordal/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

class PaymentError extends Error {}

const LARGE = 'x'.repeat(3000);
const app = createApp('attempts');
let runs = 0;
let told: unknown;
const add = app.task('add', (x: number, y: number) => x + y);
const tell = app.task('tell', ({ args }: { args: readonly unknown[] }) => void (told = args));
const append = app.task('append', { bind: true }, (ctx, list: unknown[]) => {
  list.push('seen');
  if (ctx.request.retries === 0) throw ctx.retry({ countdown: 1 });
  return list.length;
});
const change = app.task('change', (order: { paid?: boolean; note: string }): never => {
  order.paid = true;
  throw new RangeError('no');
});
const label = app.task('label', { bind: true }, (ctx) => {
  const { trace } = ctx.request.headers as { trace: unknown[] };
  trace.push('seen');
  if (ctx.request.retries === 0) throw ctx.retry({ countdown: 1 });
  return trace.length;
});
const pay = app.task('pay', { autoretryFor: ['PaymentError'], defaultRetryDelay: 1 }, (what: string) => {
  runs += 1;
  if (what === 'busy' && runs < 3) throw new PaymentError('busy');
  return runs;
});
const anyError = app.task('anyError', { autoretryFor: [Error], defaultRetryDelay: 1, maxRetries: 2 }, (): unknown => {
  runs += 1;
  return () => 1;
});
const named = app.task(
  'named',
  { autoretryFor: ['SerializationError'], defaultRetryDelay: 1, maxRetries: 2 },
  (): unknown => {
    runs += 1;
    return () => 1;
  },
);
const replaced = app.task('replaced', { bind: true }, async (ctx): Promise<number> => {
  const replacement: unknown = ctx.replace(add.s(1, 2));
  throw replacement;
});
const gaveUp = app.task('gaveUp', { bind: true, maxRetries: 1 }, (ctx, error: unknown): never => {
  throw ctx.retry({ countdown: 1, error });
});
const busy = app.task('busy', { timeLimit: 0.05 }, (what: string) => {
  for (const end = performance.now() + 100; performance.now() < end;);
  if (what === 'throws') throw new RangeError('late');
  return 'done';
});
const all = app.handler(add, tell, append, change, label, pay, anyError, named, replaced, gaveUp, busy);

let cloud: TestCloud;
beforeEach(() => {
  runs = 0;
  told = undefined;
  cloud = memoryCloud({ all }, { time: 'virtual' });
});
afterEach(() => cloud.close());

describe('a change that an attempt makes to its arguments', () => {
  it.each([
    ['small', 1],
    ['large', LARGE],
  ])('does not reach its retry: %s ones', async (_, item) => {
    expect(await (await append.delay([item])).get()).toBe(2);
  });

  it.each([
    ['small', 'a'],
    ['large', LARGE],
  ])('does not reach its error callbacks: %s ones', async (_, note) => {
    await (await change.s({ note }).linkError(tell.s()).delay()).get().catch(() => undefined);
    await cloud.clock.sleep(1000);
    expect(told).toEqual([{ note }]);
  });

  it('does not reach its retry where it is done to a header', async () => {
    expect(
      await (
        await label
          .s()
          .set({ headers: { trace: ['a'] } })
          .delay()
      ).get(),
    ).toBe(2);
  });
});

describe('autoretryFor', () => {
  it('finds a class by its name where the class sets none, as errorType says it', async () => {
    expect(await (await pay.delay('busy')).get()).toBe(3);
  });

  it('does not retry what no attempt can change, unless it is named', async () => {
    await expect((await anyError.delay()).get()).rejects.toMatchObject({ errorType: 'SerializationError' });
    expect(runs).toBe(1);
    runs = 0;
    await expect((await named.delay()).get()).rejects.toMatchObject({ errorType: 'SerializationError' });
    expect(runs).toBe(3);
  });
});

describe('a task ends as its code says', () => {
  it('by a replacement that is thrown, as by one that is returned', async () => {
    expect(await (await replaced.delay()).get()).toBe(3);
    expect(await replaced()).toBe(3);
  });

  it.each([
    ['the disk is full', 'Error', 'the disk is full'],
    [{ code: 5 }, 'Error', 'The task asked to be run again because of an object with the keys code'],
    [null, 'MaxRetriesExceededError', 'Cannot retry gaveUp'],
  ])('with what its last retry gives as the error, be it none: %o', async (error, errorType, message) => {
    await expect((await gaveUp.delay(error)).get()).rejects.toMatchObject({
      errorType,
      message: expect.stringContaining(message),
    });
  });

  it('with the very error that it gives, where it is called here', async () => {
    const error = new PaymentError('no card');
    await expect(gaveUp(error)).rejects.toBe(error);
    await expect(gaveUp('the disk is full')).rejects.toThrow(new Error('the disk is full'));
  });
});

describe('timeLimit', () => {
  it.each(['returns', 'throws'])('holds for code that keeps the processor busy and %s too late', async (what) => {
    cloud.close();
    cloud = memoryCloud({ all });
    await expect((await busy.delay(what)).get()).rejects.toMatchObject({ errorType: 'TimeLimitExceeded' });
  });
});

it('currentTask() has the same arguments as the function', async () => {
  const same = app.task('same', (list: unknown[]) => currentTask().request.args[0] === list);
  expect(await same([1])).toBe(true);
});
