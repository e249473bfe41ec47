import { chain, createApp, group, kwargs } from 'chordal';
import type { Handler } from 'chordal';
import type { TestCloud } from 'chordal/testing';
import { memoryCloud } from 'chordal/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const app = createApp('again');
const page = app.task(
  'page',
  { bind: true },
  (ctx, from: string, size: number, { label = 'none' }: { label?: string } = {}) => {
    if (from.length < 3) throw ctx.retry<[string, number]>({ args: [`${from}x`, size + 1], countdown: 1 });
    return `${from} ${size} ${label} ${ctx.request.retries}`;
  },
);
const labelled = app.task(
  'labelled',
  { bind: true },
  (ctx, x: unknown, { label = 'none' }: { label?: string } = {}) => {
    if (ctx.request.retries === 0) throw ctx.retry({ kwargs: { label: 'second' }, countdown: 1 });
    return [x, label];
  },
);
const large = app.task('large', { bind: true }, (ctx, texts: readonly string[]) => {
  if (ctx.request.retries < 2) throw ctx.retry({ args: [[...texts, 'x'.repeat(9000)]], countdown: 1 });
  return texts.map(({ length }) => length);
});
const changing = app.task('changing', { bind: true }, (ctx, list: number[]) => {
  if (ctx.request.retries > 0) return list;
  const retry = ctx.retry({ args: [list], countdown: 1 });
  list.push(2);
  throw retry;
});
const wrong = app.task('wrong', { bind: true }, (ctx, how: 'many' | 'no value' | 'no list') => {
  const args = { many: ['a', 1, 2], 'no value': [() => 1], 'no list': 'a' as unknown as unknown[] }[how];
  throw ctx.retry({ args });
});
const failing = app.task('failing', { bind: true, maxRetries: 1 }, (ctx, x: number) => {
  throw ctx.retry({ args: [x + 1], error: new RangeError(`at ${x}`), countdown: 1 });
});
const tell = app.task('tell', (failure: { readonly args: readonly unknown[] }) => void told.push(failure.args));
const handler = app.handler(page, labelled, large, changing, wrong, failing, tell);

let cloud: TestCloud;
let told: unknown[] = [];

function start(handlers: Readonly<Record<string, Handler>> = { all: handler }): void {
  cloud = memoryCloud(handlers, { time: 'virtual', seed: 3, logLevel: 'silent' });
}

beforeEach(() => {
  told = [];
  start();
});

afterEach(() => cloud.close());

describe('ctx.retry() with arguments', () => {
  it('calls the next attempt with them, and keeps the keyword arguments', async () => {
    expect(await (await page.delay('a', 1, kwargs({ label: 'b' }))).get()).toBe('axx 3 b 2');
  });

  it('changes keyword arguments, and keeps the others, also the value of the step before', async () => {
    expect(await (await labelled.delay(1)).get()).toEqual([1, 'second']);
    const canvas = chain(group([labelled.s(1), labelled.s('x'.repeat(5000))]), labelled.s());
    const [[first]] = (await (await canvas.delay()).get()) as [[unknown]];
    expect(first).toEqual([1, 'second']);
  });

  it('replaces the value of the step before, which is the first argument', async () => {
    expect(await (await chain(page.s('', 1), page.s(5)).delay()).get()).toBe('xxx 4 none 3 5 none 0');
  });

  it('keeps large ones outside of the message', async () => {
    expect(await (await large.delay([])).get()).toEqual([9000, 9000]);
  });

  it('has them as they were when it was called', async () => {
    expect(await (await changing.delay([1])).get()).toEqual([1]);
  });

  it('refuses those that do not fit, and those that cannot be sent', async () => {
    const of = async (how: 'many' | 'no value' | 'no list'): Promise<unknown> =>
      (await wrong.delay(how)).get({ propagate: false });
    expect(await of('many')).toMatchObject({ errorType: 'InvalidArguments' });
    expect(await of('no value')).toMatchObject({ errorType: 'SerializationError' });
    expect(await of('no list')).toMatchObject({
      errorType: 'InvalidOptions',
      message: 'Cannot use args of a retry of wrong: expected a list of arguments, got "a"',
    });
  });

  it('refuses them for the items of a batch', async () => {
    const result = await failing.map([1]).delay();
    await expect(result.get()).rejects.toMatchObject({
      errorType: 'InvalidOptions',
      message: expect.stringMatching(
        /^Cannot retry failing \(.*\) with other arguments: it is called for each item of a map\./,
      ),
    });
  });

  it('tells error callbacks the arguments of the last attempt', async () => {
    await (await failing.s(1).linkError(tell.s()).delay()).get({ propagate: false });
    await cloud.clock.sleep(1000);
    expect(told).toEqual([[2]]);
  });
});
