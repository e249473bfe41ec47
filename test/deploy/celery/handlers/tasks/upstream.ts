import { chain, group } from 'chordal';
import { app } from './app.ts';

class ExpectedError extends Error {
  override readonly name = 'ExpectedError';
}

class ValueError extends Error {
  override readonly name = 'ValueError';
}

type Summand = number | string | readonly unknown[];

function sumOf(x: Summand, y: Summand): Summand {
  if (Array.isArray(x)) return [...x, ...[y].flat(1)];
  return typeof x === 'number' && typeof y === 'number' ? x + y : `${String(x)}${String(y)}`;
}

/** The tasks of Celery's own integration tests, as far as its canvases use them. */
const join = app.task('proj.join', (x: Summand, y: Summand, { z = 0 }: { z?: number } = {}) => {
  const sum = sumOf(x, y);
  return typeof sum === 'number' ? sum + z : sum;
});
const identity = app.task('proj.identity', (value: unknown) => value);
const xsum = app.task('proj.xsum', (numbers: readonly (number | readonly number[])[]) =>
  numbers.flat().reduce((sum, n) => sum + n, 0),
);
const expected = app.task('proj.expected', (...args: readonly unknown[]): unknown => {
  throw new ExpectedError(`Task expected to fail ${args.join(' ')}`);
});
const joinReplaced = app.task('proj.join_replaced', { bind: true }, (ctx, x: number, y: number) =>
  ctx.replace(join.s(x, y)),
);
const joinToAll = app.task('proj.join_to_all', { bind: true }, (ctx, all: readonly Summand[], value: Summand) =>
  ctx.replace(group(all.map((one) => join.si(one, value)))),
);
const count = app.task('proj.count', { bind: true }, (ctx, key: string) => ctx.ledger.append(key, 1));
const counted = app.task('proj.counted', { bind: true }, async (ctx, key: string) => {
  const entries = await ctx.ledger.read(key);
  return entries.length;
});
const replaceWithChain = app.task(
  'proj.replace_with_chain',
  { bind: true },
  (ctx, value: unknown, { told }: { told?: string } = {}) => {
    const inner = chain(identity.s(value), identity.s());
    return ctx.replace(told === undefined ? inner : inner.link(count.si(told)));
  },
);
const raise = app.task('proj.raise', (): unknown => {
  throw new ValueError('deliberate error');
});
const replaceWithFailure = app.task(
  'proj.replace_with_failure',
  { bind: true },
  (ctx, value: unknown, { told }: { told?: string } = {}) => {
    const inner = chain(identity.s(value), raise.si());
    return ctx.replace(told === undefined ? inner : inner.linkError(count.si(told)));
  },
);
const expectedReplaced = app.task('proj.expected_replaced', { bind: true }, (ctx) => ctx.replace(expected.si()));
const retryOnce = app.task('proj.retry_once', { bind: true }, (ctx) => {
  if (ctx.request.retries === 0) throw ctx.retry({ countdown: 0 });
  return ctx.request.retries;
});
const retry = app.task('proj.retry', { bind: true, maxRetries: 3 }, (ctx, value: unknown = undefined) => {
  if (ctx.request.retries < 3 || value === undefined)
    throw ctx.retry({ countdown: 0, error: new ExpectedError('Retried too often') });
  return value;
});
const sleeping = app.task('proj.sleeping', { bind: true }, async (ctx, seconds: number) => {
  await new Promise((done) => {
    const timer = setTimeout(done, seconds * 1000);
    ctx.signal.addEventListener('abort', () => {
      clearTimeout(timer);
      done(undefined);
    });
  });
  return ctx.signal.aborted ? 'warned' : 'slept';
});

const stamps = app.task('proj.stamps', { bind: true }, (ctx) => ctx.request.stamps);

export const upstream = [
  stamps,
  join,
  identity,
  xsum,
  expected,
  joinReplaced,
  joinToAll,
  count,
  counted,
  replaceWithChain,
  raise,
  replaceWithFailure,
  expectedReplaced,
  retryOnce,
  retry,
  sleeping,
];
