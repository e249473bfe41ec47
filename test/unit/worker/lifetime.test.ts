import { expect, onTestFinished, test } from 'vitest';
import { keptFor } from '../../../src/core/protocol/lifetime.ts';
import { decodeMessage, encodeMessage } from '../../../src/core/protocol/message-codec.ts';
import { chain, chord, createApp, group } from '../../../src/index.ts';
import type { AsyncResult, Handler } from '../../../src/index.ts';
import type { TestCloud } from '../../../src/testing/index.ts';
import { memoryCloud } from '../../../src/testing/index.ts';
import { deliveryOf, makeBench, messageOf, refusingOneSettlement, taskDelivery } from './bench.ts';

const DAY_SECONDS = 86_400;
const DAY_MS = 1000 * DAY_SECONDS;

const app = createApp('lifetime');
const now = app.task('now', () => cloud.clock.now());
const span = app.task('span', (times: readonly number[]) =>
  Math.round((Math.max(...times) - Math.min(...times)) / DAY_MS),
);
/** Asks once a day, for so many days. */
const polled = app.task('polled', { bind: true, maxRetries: null }, (ctx, days: number, _ballast = '') => {
  if (ctx.request.retries < days) throw ctx.retry({ countdown: DAY_SECONDS });
  return cloud.clock.now();
});
const polledLast = app.task('polledLast', { bind: true, maxRetries: null }, (ctx, _before: unknown, days: number) => {
  if (ctx.request.retries < days) throw ctx.retry({ countdown: DAY_SECONDS });
  return cloud.clock.now();
});
/** Asks as `polled` does, and stores its arguments each time. */
const given = app.task('given', { bind: true, maxRetries: null }, (ctx, days: number, _ballast = '') => {
  if (ctx.request.retries < days) throw ctx.retry({ countdown: DAY_SECONDS, args: [days, LARGE] });
  return cloud.clock.now();
});
/** More than a message carries of a value. */
const LARGE = 'x'.repeat(5000);
const large = app.task('large', () => LARGE);
/** Asks once more, so many days ahead. */
const waiting = app.task('waiting', { bind: true }, (ctx, days: number, _ballast = '') => {
  if (ctx.request.retries === 0) throw ctx.retry({ countdown: days * DAY_SECONDS });
  return ctx.request.retries;
});
/** Ends behind the 30 days of its group. */
const late = app.task('late', { bind: true, maxRetries: null, rateLimit: '1/h' }, async (ctx, isBusy: boolean) => {
  if (!isBusy) return 0;
  if (ctx.request.retries === 0) throw ctx.retry({ countdown: 14.9 * DAY_SECONDS });
  await cloud.clock.sleep(DAY_MS / 4);
  return 0;
});
/** How often it has run. */
let counts = 0;
const counting = app.task('counting', () => (counts += 1));
const replaced = app.task('replaced', { bind: true }, (ctx, days: number) =>
  ctx.replace(chord([now.s(), now.s().set({ countdown: days * DAY_SECONDS })], span.s())),
);
const handler: Handler = app.handler(now, span, polled, polledLast, given, large, replaced, counting, waiting);
let cloud: TestCloud;

function begin(): void {
  cloud = memoryCloud({ one: handler }, { time: 'virtual' });
  onTestFinished(() => cloud.close());
}

/** Polls only when it is over: each poll of a month is a step of the virtual clock. */
async function resultAfter<R>(result: AsyncResult<R>): Promise<R> {
  await cloud.clock.sleep(30.5 * DAY_MS);
  return result.get({ timeout: 1 });
}

test('a chord waits for a member whose eta is a month ahead', async () => {
  begin();
  const result = await chord([now.s(), now.s().set({ countdown: 30 * DAY_SECONDS })], span.s()).delay();
  expect(await resultAfter(result)).toBe(30);
});

test('a chord waits for members whose steps add up to a month', async () => {
  begin();
  const slow = chain(
    now.s(),
    now.si().set({ countdown: 15 * DAY_SECONDS }),
    now.si().set({ countdown: 15 * DAY_SECONDS }),
  );
  expect(await resultAfter(await chord([now.s(), slow], span.s()).delay())).toBe(30);
});

test('a task that asks again every day for a month has a result at its end', async () => {
  begin();
  const begunAt = cloud.clock.now();
  const result = await polled.delay(30);
  expect(((await resultAfter(result)) - begunAt) / DAY_MS).toBeCloseTo(30, 2);
});

test('a step that is delayed by a month still finds what it was given', async () => {
  begin();
  const later = span.s().set({ countdown: 30 * DAY_SECONDS });
  expect(await resultAfter(await chord([now.s(), now.s()], later).delay())).toBe(0);
});

test('a member that asks again for longer than its group is kept fails, and does not let the group wait for ever', async () => {
  begin();
  const members = Array.from({ length: 9 }, () => now.s());
  const result = await chord([...members, polled.s(30)], span.s()).delay();
  await cloud.clock.sleep(16 * DAY_MS);
  await expect(result.get({ timeout: 1 })).rejects.toMatchObject({
    errorType: 'TimeLimitExceeded',
    message: expect.stringContaining('it must start 15 days before'),
  });
});

test.each([
  ['its arguments', () => polled.s(40, LARGE)],
  ['its input', () => chain(large.s(), polledLast.s(40))],
  ['the values of the header before it', () => chord([now.s(), now.s()], polledLast.s(40))],
  ['steps in blocks', () => chain(polled.si(40), ...Array.from({ length: 200 }, () => now.si()))],
  ['the arguments of a step behind it', () => chain(polled.si(40), now.si(), polled.si(0, LARGE))],
  ['a callback', () => polled.s(40).link(polled.si(0, LARGE))],
  ['a callback of what is around it', () => chain(polled.si(40), now.si()).link(polled.si(0, LARGE))],
])('a task that asks again for longer than what it needs is kept fails in time: %s', async (_, make) => {
  begin();
  const result = await make().delay();
  await cloud.clock.sleep(16 * DAY_MS);
  await expect(result.get({ timeout: 1 })).rejects.toMatchObject({ errorType: 'TimeLimitExceeded' });
});

test.each([
  ['small steps follow', () => chain(polled.si(40), now.si())],
  ['it is given its arguments anew', () => given.s(40)],
  ['it is the last of many steps', () => chain(...Array.from({ length: 200 }, () => now.si()), polled.si(40))],
])('a task asks again for as long as it likes where nothing that it needs can expire: %s', async (_, make) => {
  begin();
  const result = await make().delay();
  await cloud.clock.sleep(40.5 * DAY_MS);
  expect(await result.get({ timeout: 1 })).toBeGreaterThan(0);
});

test.each([
  ['and fails at once where steps follow', () => chain(waiting.s(20), now.si())],
  ['and fails at once where its arguments are stored', () => waiting.s(20, 'x'.repeat(3000))],
])('a retry further ahead than the items of its canvas is refused, %s', async (_, make) => {
  begin();
  const result = await make().delay();
  await expect(result.get({ timeout: DAY_SECONDS })).rejects.toMatchObject({ errorType: 'TimeLimitExceeded' });
});

test.each([
  ['steps follow', () => chain(replaced.s(20), now.si())],
  ['it is a member', () => chord([now.s(), replaced.s(20)], span.s() as never)],
])('a replacement that starts further ahead than the items of its canvas is refused where %s', async (_, make) => {
  begin();
  const result = await make().delay();
  await expect(result.get({ timeout: DAY_SECONDS })).rejects.toMatchObject({ errorType: 'TimeLimitExceeded' });
});

test('a retry of a task that stands alone may be further ahead', async () => {
  begin();
  const result = await waiting.s(20).delay();
  await cloud.clock.sleep(20.5 * DAY_MS);
  expect(await result.get({ timeout: 1 })).toBe(1);
});

test.each(['failFast', 'collect'] as const)(
  'a member that ends behind its group fails it, also a group that has %s',
  async (onMemberFailure) => {
    begin();
    cloud.close();
    cloud = memoryCloud({ one: app.handler(now, span, late) }, { time: 'virtual', timeoutSeconds: DAY_SECONDS });
    const header = [...Array.from({ length: 8 }, () => now.s()), late.s(true)];
    const result = await chord(header, span.s() as never, { onMemberFailure }).delay();
    await cloud.clock.sleep(14.89 * DAY_MS);
    // The others take the hours until just before the group's end.
    await group(Array.from({ length: 361 }, () => late.s(false))).delay();
    await cloud.clock.sleep(16 * DAY_MS);
    await expect(result.get({ timeout: 1 })).rejects.toMatchObject({ errorType: 'TimeLimitExceeded' });
  },
);

test.each([
  ['the only leaf', 0, 3],
  ['a leaf of its own', 8, 9],
])('a member that ends behind its group fails it, also if it is refused at first, in %s', async (_, x, n) => {
  const bench = makeBench(refusingOneSettlement());
  bench.app.task('slow', () => bench.clock.sleep(2000));
  const id = `W~${x}`;
  const member = { id, base: id, frames: [{ join: 'W', x, n }], until: bench.clock.now() + 1000 };

  expect(await bench.work([taskDelivery('slow', member)])).toEqual(['sqs-1']);
  expect(await bench.work([taskDelivery('slow', member, { receives: 2 })])).toEqual([]);
  await expect(bench.app.asyncResult('W').get({ timeout: 0 })).rejects.toMatchObject({
    errorType: 'TimeLimitExceeded',
  });
});

test('a task that asks again for longer than a retry may wait is told so', async () => {
  begin();
  const forever = app.task('forever', { bind: true }, (ctx) => {
    throw ctx.retry({ countdown: 1e300 });
  });
  cloud.close();
  cloud = memoryCloud({ one: app.handler(forever) }, { time: 'virtual' });
  await expect((await forever.delay()).get()).rejects.toMatchObject({ errorType: 'InvalidOptions' });
});

test('a task that asks again at the latest time that there is sends a message that can be read', async () => {
  const sent: string[] = [];
  const bench = makeBench(() => ({ scheduler: { schedule: async ({ body }) => sent.push(body) > 0 } }));
  bench.app.task('late', { bind: true }, (ctx) => {
    throw ctx.retry({ eta: new Date(253_402_300_799_999) });
  });
  expect(await bench.work([taskDelivery('late')])).toEqual([]);
  expect(sent.map((body) => decodeMessage(body, 'm'))).toMatchObject([{ kind: 'run', try: 1 }]);
});

test('a chord that replaces a task waits for a member whose eta is a month ahead', async () => {
  begin();
  expect(await resultAfter(await replaced.delay(30))).toBe(30);
});

test('a revoked task does not run, however far ahead its start lies', async () => {
  begin();
  counts = 0;
  const far = { countdown: 40 * DAY_SECONDS };
  const task = await counting.applyAsync(far);
  const behind = await chain(now.s(), counting.si().set(far), counting.si()).delay();
  const narrow = await chord([now.s(), counting.s().set(far)], span.s()).delay();
  await cloud.clock.sleep(DAY_MS);
  await task.revoke();
  await behind.revoke();
  await app.asyncResult(`${narrow.taskId}.0~1`).revoke();
  await cloud.clock.sleep(45 * DAY_MS);
  expect(counts).toBe(0);
  expect([await task.state(), await behind.state(), await narrow.state()]).toEqual(['REVOKED', 'REVOKED', 'REVOKED']);
  expect(cloud.isIdle).toBe(true);
});

test('the tasks of a schedule’s canvas live from the time at which it starts', async () => {
  const bench = makeBench();
  bench.app.task('add', () => 1);
  const { sig: _sig, ...rest } = messageOf('add', { until: 0, again: true });
  const sig = { seq: [{ task: 'add' }, { task: 'add' }] };
  await bench.work([deliveryOf(encodeMessage({ ...rest, kind: 'expand', sig }))]);
  const [sent] = bench.receive().map(({ body }) => decodeMessage(body, 'm'));
  expect(sent).toMatchObject({ id: 'W.0', until: keptFor(bench.clock.now()), again: true });
});
