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

test.each([
  ['a state', { state: 395_000 }, 'SerializationError', 'Cannot keep the meta of state HALF: it takes 3950'],
  ['an entry of a ledger', { entry: 395_000 }, 'SerializationError', 'Cannot keep a value of the ledger k: it takes'],
  ['the key of a ledger', { key: 1001 }, 'InvalidOptions', 'its key takes 1001 bytes, and the most is 1000'],
])('%s that an item of DynamoDB cannot hold fails the task in memory, too', async (_, sizes, errorType, message) => {
  const app = createApp('t');
  const note = app.task('note', { bind: true }, async (ctx, { state = 1, entry = 1, key = 1 }: Sizes) => {
    await ctx.updateState('HALF', 'x'.repeat(state));
    await ctx.ledger.append('k'.repeat(key), 'x'.repeat(entry));
  });
  using _cloud = memoryCloud({ all: app.handler(note) }, { time: 'virtual', logLevel: 'silent' });
  await expect((await note.delay({ state: 380_000, entry: 380_000, key: 1000 })).get()).resolves.toBeUndefined();
  await expect((await note.delay(sizes)).get()).rejects.toMatchObject({
    errorType,
    message: expect.stringContaining(message) as string,
  });
});

interface Sizes {
  readonly state?: number;
  readonly entry?: number;
  readonly key?: number;
}
