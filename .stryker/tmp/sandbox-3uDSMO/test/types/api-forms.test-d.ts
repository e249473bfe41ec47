/** Every form of the API, and a chain of 20: what the compiler does for this file has a budget. */
import { app, chain, chord, group, kwargs, range, zip } from './support.ts';

const add = app.task(
  'add',
  (x: number, y: number, z: number | undefined = undefined, { debug = false }: { debug?: boolean } = {}) =>
    debug ? 0 : x + y + (z ?? 0),
);
const log = app.task('log', (msg: unknown) => `LOG: ${String(msg)}`);
const tsum = app.task('tsum', (nums: readonly number[]) => nums.length);
const again = app.task('again', { bind: true, maxRetries: 3 }, async (ctx, countdown: number = 0.1) => {
  if (ctx.request.retries === 0) throw ctx.retry({ countdown });
  return ctx.replace(add.s(1, 2));
});

export const forms = [
  await add(1, 2),
  await add.delay(2, 3),
  await add.applyAsync({ args: [1, 2], kwargs: { debug: true }, countdown: 10 }),
  await add.s(3, 4)(),
  await add.s(1)(10),
  await add.s(2, 2).delay(kwargs({ debug: true })),
  await add.s(2, 2).applyAsync({ kwargs: { debug: true } }),
  await add.si(1, 2).delay(),
  await again.delay(),
  await app.signature('add', { args: [1, 2] }).delay(),
  await app.asyncResult('W').get({ timeout: 10 }),
  app.declare<typeof add>('add').s(1).set({ queue: 'math' }).link(log.s()).linkError(log.s()).clone(),
  chain(add.s(1), add.s(3)),
  add.s(1, 2).pipe(add.s(3)).pipe(log.s()),
  chain(add.s(1), group([add.s(1), log.s()]), log.s()),
  group([add.s(1, 2), log.s('a'), group([add.si(1, 2), add.s(3, 4)])]),
  group(range(10).map((i) => add.s(i, i))),
  chord(group(range(10).map((i) => add.s(i, i))), log.s()),
  chord([add.s(1), add.s(2)], tsum.s(), { onMemberFailure: 'failFast' }),
  chord([add.s(1, 2), add.s(3, 4)], log.s(), { onMemberFailure: 'collect' }),
  chord([add.s(1, 2)])(group([tsum.s(), log.s()])),
  add.chunks(zip(range(100), range(100)), 10),
  log.map(range(10)),
  add.starmap(zip(range(10), range(100))),
  (await group([add.s(1, 2), log.s('a')]).delay()).results,
];

export const twenty = chain(
  add.s(1, 2),
  add.s(1),
  add.s(2),
  add.s(3),
  add.s(4),
  add.s(5),
  add.s(6),
  add.s(7),
  add.s(8),
  add.s(9),
  add.s(10),
  add.s(11),
  add.s(12),
  add.s(13),
  add.s(14),
  add.s(15),
  add.s(16),
  add.s(17),
  add.s(18),
  log.s(),
);
