import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ServiceUnavailable } from '../../../src/core/errors/caller.ts';
import type { RunMessage } from '../../../src/core/protocol/message.ts';
import { chain, chord, createApp, group } from '../../../src/index.ts';
import type { AnySignature, Signature, TaskContext } from '../../../src/index.ts';
import { memoryCloud } from '../../../src/testing/index.ts';
import type { TestCloud } from '../../../src/testing/index.ts';
import { overriding } from '../../../src/testing/overriding.ts';
import { makeBench, taskDelivery } from './bench.ts';

const app = createApp('places', {});
let running = 0;
let most = 0;
let order: unknown[] = [];
let endedAt = 0;
/** Runs for a time, and notes how many did at once. */
const work = async (what: unknown = undefined, ms = 100): Promise<unknown> => {
  running += 1;
  most = Math.max(most, running);
  order.push(what);
  await cloud.clock.sleep(ms);
  running -= 1;
  endedAt = cloud.clock.now();
  return what;
};
const one = app.task('one', { concurrencyLimit: 1 }, (what: unknown = undefined) => work(what));
const three = app.task('three', { concurrencyLimit: 3, inline: true }, (what: unknown = undefined) => work(what));
const once = app.task('once', { concurrencyLimit: 1, concurrencyKey: 'shared', acksLate: false }, () => work());
const twice = app.task(
  'twice',
  { bind: true, concurrencyLimit: 1, concurrencyKey: 'shared', defaultRetryDelay: 30 },
  async (ctx: TaskContext, n: number) => {
    await work();
    if (ctx.request.retries === 0) throw ctx.retry();
    return n;
  },
);
const long = app.task('long', { concurrencyLimit: 1, timeLimit: 5 }, () => work('long', 12_000));
const other = app.task('other', () => work('other'));
const slow = app.task('slow', { concurrencyLimit: 1 }, (what: unknown = undefined) => work(what, 20_000));

let cloud: TestCloud;
beforeEach(() => {
  [running, most, order] = [0, 0, []];
  const handler = app.handler(one, three, once, twice, long, other, slow);
  cloud = memoryCloud({ places: handler }, { time: 'virtual', seed: 1, logLevel: 'silent' });
});
afterEach(() => cloud.close());

const all = (n: number, signature: (i: number) => AnySignature): readonly AnySignature[] =>
  Array.from({ length: n }, (_, i) => signature(i));

/** A group, without its types. */
const together = (members: readonly AnySignature[]): Signature<[], unknown> =>
  group(members as never[]) as unknown as Signature<[], unknown>;

describe('a task with a limit', () => {
  it('runs so many times at once as the limit says, and no more', async () => {
    await (await together(all(30, (i) => one.s(i))).delay()).get();
    expect([most, order.length]).toEqual([1, 30]);
    most = 0;
    await (await together(all(30, (i) => three.s(i))).delay()).get();
    expect([most, order.length]).toEqual([3, 60]);
  });

  it.each<[string, () => AnySignature]>([
    ['steps of chains', () => together(all(4, (i) => chain(one.s(i), one.s(), one.si(1))))],
    ['a body and a header', () => together(all(3, () => chord([one.s(1), one.s(2)], one.s() as never)))],
    ['callbacks', () => together(all(4, (i) => one.s(i).link(one.s())))],
    ['chunks', () => one.chunks(all(12, (i) => [i] as never) as never, 3) as never],
    ['tasks at most once', () => together(all(4, () => once.s()))],
    ['steps that would run inline', () => together(all(4, (i) => chain(three.s(i), three.s(), three.s())))],
  ])('keeps its limit as %s', async (what, canvas) => {
    await (canvas() as Signature<[], unknown>).delay().then((result) => result.get());
    await cloud.clock.sleep(600_000);
    expect(most).toBeGreaterThan(0);
    expect(most).toBeLessThanOrEqual(what.includes('inline') ? 3 : 1);
  });

  it('shares its places with every task and call of its key, and retries that wait hold none', async () => {
    const key = { concurrencyKey: 'shared', concurrencyLimit: 1 };
    const started = cloud.clock.now();
    const result = await together([
      ...all(3, (i) => twice.s(i)),
      once.s(),
      ...all(3, () => other.s().set(key)),
    ]).delay();
    await result.get();
    expect([most, order.length]).toEqual([1, 10]);
    // The three retries wait at once.
    expect(cloud.clock.now() - started).toBeLessThan(60_000);
  });

  it('does not hold up other keys and tasks', async () => {
    const results = await Promise.all(Array.from({ length: 10 }, (_, i) => slow.delay(i)));
    const started = cloud.clock.now();
    const others = Array.from({ length: 10 }, (_, i) => slow.s(i).set({ concurrencyKey: `k${i}` }));
    await Promise.all(others.map((signature) => signature()));
    await (await other.delay()).get();
    expect(cloud.clock.now() - started).toBeLessThan(25_000);
    await Promise.all(results.map((result) => result.get()));
  });

  it('lets messages run nearly in the order in which they came', async () => {
    const startedAt = cloud.clock.now();
    for (let i = 0; i < 12; i += 1) {
      await slow.s(i).delay();
      await cloud.clock.sleep(5000);
    }
    await cloud.clock.sleep(600_000);
    const places = order.map((what, at) => Math.abs(Number(what) - at));
    expect(order).toHaveLength(12);
    expect(Math.max(...places)).toBeLessThanOrEqual(4);
    // The first in line comes back soon: a place is hardly ever free.
    expect(endedAt - startedAt).toBeLessThan(12 * 20_000 * 1.25);
  });

  it('keeps its place as long as its code runs, also behind its time limit', async () => {
    const results = await Promise.all([long.delay(), long.delay(), long.delay()]);
    for (const result of results) await expect(result.get()).rejects.toMatchObject({ errorType: 'TimeLimitExceeded' });
    await cloud.clock.sleep(20_000);
    expect([most, order.length]).toEqual([1, 3]);
  });

  it('is revoked, and expires, while it waits', async () => {
    const first = await slow.s('first').delay();
    await cloud.clock.sleep(100);
    const [revoked, expired] = [await slow.s('revoked').delay(), await slow.s('expired').set({ expires: 5 }).delay()];
    await revoked.revoke();
    await expect(expired.get()).rejects.toMatchObject({ name: 'TaskRevokedError' });
    await expect(revoked.get()).rejects.toMatchObject({ name: 'TaskRevokedError' });
    await first.get();
    await cloud.clock.sleep(600_000);
    expect(order).toEqual(['first']);
  });
});

describe('a message that was the first in line', () => {
  const waiting = { waits: 1, sent: 1, next: true } as const;

  it.each<[string, Partial<RunMessage>, readonly string[]]>([
    ['that is purged', waiting, ['disk m']],
    ['that has expired', { ...waiting, expires: 2 }, ['disk m']],
    ['whose workflow is revoked', { ...waiting, id: 'R', base: 'R' }, ['disk m']],
    ['behind a message that waits longer', { waits: 1, sent: 1 }, []],
  ])('gives up its turn if it ends without a run: one %s', async (_, more, left) => {
    const turns: string[] = [];
    const bench = makeBench(({ places }) => ({
      places: overriding(places, {
        leave: async ({ key, tokens, mid }) => {
          turns.push(`${key} ${mid}`);
          expect(tokens).toEqual([]);
        },
      }),
    }));
    const until = bench.clock.now() + 60_000;
    bench.app.task('single', { concurrencyLimit: 1, concurrencyKey: 'disk' }, () => order.push('run'));
    if (more.expires === undefined && more.id === undefined)
      await bench.engine.records.purge({ task: 'single', before: bench.clock.now() });
    await bench.engine.records.revoke({ scope: 'R', until, gateUntil: until });
    expect(await bench.work([taskDelivery('single', more)])).toEqual([]);
    expect(turns).toEqual(left);
    expect(order).toEqual([]);
  });
});

describe('a key without a limit', () => {
  it('is refused where a task has it, where it is called, and where a worker finds it', async () => {
    const text =
      /^Cannot use the concurrencyKey "k" of \w+: it has no limit\. Give the task or the call a concurrencyLimit, too\.$/;
    expect(() => app.task('keyed', { concurrencyKey: 'k' }, () => 1)).toThrow(text);
    await expect(other.s().set({ concurrencyKey: 'k' }).delay()).rejects.toThrow(text);
    await expect(group([other.s()]).set({ concurrencyKey: 'k' }).delay()).rejects.toThrow(text);
    const bench = makeBench();
    bench.app.task('plain', () => 1);
    const keyed = { sig: { task: 'plain', options: { concurrencyKey: 'k' } } };
    // The release that limits it may not be deployed yet.
    expect(await bench.work([taskDelivery('plain', keyed)])).toEqual(['sqs-1']);
    await bench.work([taskDelivery('plain', keyed, { receives: 6 })]);
    await expect(bench.app.asyncResult('W').get()).rejects.toThrow(text);
  });
});

describe('a batch', () => {
  it('asks once for the places of all its messages, and gives each back', async () => {
    const calls: string[] = [];
    const bench = makeBench(({ places }) => ({
      places: overriding(places, {
        take: (params) => {
          calls.push(`take ${params.tokens.length}`);
          return places.take(params);
        },
        leave: (params) => {
          calls.push(`leave ${params.tokens.length}`);
          return places.leave(params);
        },
      }),
    }));
    bench.app.task('two', { concurrencyLimit: 2 }, () => bench.clock.sleep(10));
    bench.app.task('free', () => 1);
    const ids = ['A', 'B', 'C', 'D', 'E'];
    const batch = ids.map((id) => taskDelivery('two', { id, base: id, mid: id }, { messageId: id }));
    expect(await bench.work([...batch, taskDelivery('free', {}, { messageId: 'f' })])).toEqual([]);
    // The other three get the places of the first two, without a write.
    expect(calls).toEqual(['take 2', 'leave 1', 'leave 1']);
  });

  it('returns its messages where the cloud refuses a place, and leaves those that it may have got', async () => {
    const left: string[] = [];
    const bench = makeBench(({ places }) => ({
      places: overriding(places, {
        take: async (params) => {
          await places.take(params);
          throw new ServiceUnavailable('Cannot read the answer: the connection was lost');
        },
        leave: async (params) => {
          left.push(...params.tokens);
          return places.leave(params);
        },
      }),
    }));
    bench.app.task('two', { concurrencyLimit: 2 }, () => 1);
    const batch = ['A', 'B'].map((id) => taskDelivery('two', { id, base: id, mid: id }, { messageId: id }));
    expect([...(await bench.work(batch))].toSorted()).toEqual(['A', 'B']);
    expect(left).toHaveLength(2);
  });
});
