/** Every accepted canvas reaches an end: it is refused at the call, or fails where it cannot continue. */
import { expect, test } from 'vitest';
import { chain, createApp, group, isChordalError } from '../../../src/index.ts';
import type { AnySignature } from '../../../src/index.ts';
import { memoryCloud } from '../../../src/testing/index.ts';

const DAYS = 86_400;

test('replacements inside replacements fail with TooDeep when their ids or frames outgrow the limits', async () => {
  const app = createApp('t');
  const done = app.task('done', () => 'done');
  const nest = (k: number, sig: AnySignature): AnySignature =>
    k === 0 ? sig : chain(group([nest(k - 1, sig)] as never), done.si() as never);
  const deep = app.task('deep', { bind: true }, (ctx, n: number): unknown =>
    n === 0 ? 'bottom' : ctx.replace(nest(20, deep.si(n - 1)) as never),
  );
  using cloud = memoryCloud({ all: app.handler(deep, done) }, { time: 'virtual', logLevel: 'silent' });
  for (const depth of [2, 12, 14]) {
    const result = await deep.s(depth).delay();
    const end = await result.get({ timeout: 30 * DAYS }).catch((error: unknown) => error);
    if (depth === 2) expect(end).toBe('done');
    else expect(end).toMatchObject({ name: 'TaskFailedError', errorType: 'TooDeep' });
  }
  expect(cloud.deadLetters).toEqual([]);
});

test('a later step whose message would be too long fails, and a first one is refused at the call', async () => {
  const app = createApp('t');
  const first = app.task('first', () => 1);
  using _cloud = memoryCloud({ all: app.handler(first) }, { time: 'virtual', logLevel: 'silent' });
  const long = { headers: { a: 'x'.repeat(300_000) } };
  await expect(first.s().applyAsync(long)).rejects.toSatisfy((error) => isChordalError(error));
  await expect(chain(first.s(), first.si().set(long)).delay()).rejects.toSatisfy((error) => isChordalError(error));
  await expect(first.s().applyAsync({ headers: { traceparent: '0'.repeat(5000) } })).rejects.toSatisfy((error) =>
    isChordalError(error),
  );
});
