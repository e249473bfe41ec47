import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ServiceUnavailable } from '../../../src/core/errors/caller.ts';
import { addressOf } from '../../../src/core/protocol/address.ts';
import { encodeMessage } from '../../../src/core/protocol/message-codec.ts';
import type { Message } from '../../../src/core/protocol/message.ts';
import { overriding } from '../../../src/testing/overriding.ts';
import { buryBatch } from '../../../src/worker/bury.ts';
import { makeBench, messageOf, QUEUE } from './bench.ts';
import type { Bench } from './bench.ts';

/** A worker whose one task notes how it was called. */
interface Attacked extends Bench {
  readonly calls: unknown[][];
}

function attacked(change?: Parameters<typeof makeBench>[0]): Attacked {
  const bench = makeBench(change);
  const calls: unknown[][] = [];
  bench.app.task('work', (...args: readonly unknown[]) => calls.push([...args]));
  return { ...bench, calls };
}

/** Sends a body and has everything worked on that comes of it, also in the dead-letter queue, until nothing is left. */
async function drain(bench: Attacked, body: string): Promise<void> {
  const { cloud, engine, clock } = bench;
  await cloud.queues.send({ messages: [{ queue: QUEUE, body, delaySeconds: 0 }] });
  for (let rounds = 0; cloud.queues.size > 0; rounds += 1) {
    if (rounds > 500) throw new Error('Cannot come to an end');
    const deliveries = bench.receive();
    await finish(bench, deliveries, await bench.work(deliveries));
    const dead = cloud.queues.receive('dead', 10);
    await finish(bench, dead, await buryBatch(engine, dead, () => 60_000));
    await clock.sleep(31_000);
  }
}

async function finish(
  { cloud }: Bench,
  deliveries: ReturnType<Bench['receive']>,
  back: readonly string[],
): Promise<void> {
  const done = deliveries.filter(({ messageId }) => !back.includes(messageId));
  await cloud.queues.finish({ receipts: done.map(({ receipt }) => receipt) });
}

async function lettersOf({ engine, clock }: Bench): Promise<readonly { readonly reason: string }[]> {
  return engine.records.deadLetters({ since: 0, now: clock.now() });
}

const step = { steps: [{ task: 'work' }], i: 1, base: 'W' } as const;
const range = { ...messageOf('work', { id: 'W.0', base: 'W.0', frames: [step] }), kind: 'expand' as const };
const HONEST: readonly Message[] = [
  messageOf('work'),
  messageOf('work', {
    id: 'W.0~1',
    base: 'W.0~1!2',
    try: 2,
    sig: { task: 'work', args: [1], kwargs: {}, options: { countdown: 1, headers: {} }, links: [] },
    in: { val: 1 },
    frames: [{ join: 'W.0', x: 1, n: 2, links: [{ on: 'failure', plan: { task: 'work' } }] }, step],
    links: [{ on: 'success', plan: { seq: [{ task: 'work' }] } }],
    headers: { h: 1 },
  }),
  messageOf('work', { in: { join: 'W.0', n: 2 }, notBefore: 5, expires: 10 }),
  { ...range, sig: { par: [{ task: 'work' }, { task: 'work' }] }, lo: 0, hi: 2 },
  { ...range, sig: { par: { stored: 'table:W/0', n: 5, per: 2, first: 'work' }, collect: true }, lo: 0, hi: 5 },
  { ...range, sig: { seq: [{ task: 'work' }, { par: [] }] } },
  { ...messageOf('work'), kind: 'revoke' },
];

/** A value where none like it is expected. */
const anything = fc.oneof(
  fc.constantFrom(
    null,
    true,
    '',
    '__proto__',
    'constructor',
    'W~0.1!2^3',
    'X.1',
    `W${'.1'.repeat(3000)}`,
    0,
    -1,
    1.5,
    3,
    1e6,
    1e9,
    2 ** 53,
    1e308,
  ),
  fc.constantFrom<unknown>([], {}, [[]], { stored: 'table:X/1', n: 3, per: 1, first: 'work' }, { stored: 'none' }),
  fc.constantFrom<unknown>(
    { val: 1 },
    { ref: 'table:X|v/none' },
    { ref: '' },
    { join: 'X', n: 1 },
    { join: 'X', n: 1e9 },
  ),
  fc.jsonValue({ maxDepth: 3 }),
);

/** Every place in a value, as the keys that lead there. */
function placesIn(value: unknown): readonly (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [[]];
  return [[], ...Object.entries(value).flatMap(([key, inner]) => placesIn(inner).map((path) => [key, ...path]))];
}

/** A copy with something else at a place; its keys may be any text. */
function withAt(value: unknown, [key, ...rest]: readonly string[], put: unknown): unknown {
  if (key === undefined) return put;
  const old = typeof value === 'object' && value !== null ? value : {};
  const entries = Object.entries(old).filter(([name]) => name !== key);
  const inner = withAt(Object.entries(old).find(([name]) => name === key)?.[1], rest, put);
  const made = Object.fromEntries([...entries, [key, inner]]);
  return Array.isArray(value) ? Object.values(made) : made;
}

const damaged = fc
  .record({ message: fc.constantFrom(...HONEST), place: fc.nat(), put: anything, extra: fc.string() })
  .map(({ message, place, put, extra }) => {
    const envelope: unknown = JSON.parse(encodeMessage(message));
    const places = placesIn(envelope);
    const path = places[place % places.length] ?? [];
    return JSON.stringify(withAt(envelope, place % 5 === 0 ? [...path, extra] : path, put));
  });

const truncated = fc
  .record({ message: fc.constantFrom(...HONEST), at: fc.nat(400) })
  .map(({ message, at }) => encodeMessage(message).slice(0, -1 - at));

describe('a worker given hostile messages', () => {
  it('ends each, on record with a reason or with an outcome, and leaves nothing behind', async () => {
    const property = fc.asyncProperty(fc.oneof(damaged, truncated, fc.string()), async (body) => {
      const bench = attacked();
      await drain(bench, body);
      const letters = await lettersOf(bench);
      const ids = ['W', 'W.0', 'W.0~1', 'X', 'X.1'];
      const cells = await bench.engine.outcomes.readMany({ addresses: ids.map(addressOf) });
      const isOnRecord = letters.length > 0 && letters.every(({ reason }) => reason !== '');
      const isDecided = cells.some(({ outcome, next }) => outcome !== undefined || next !== undefined);
      const isKnown = isOnRecord || isDecided || bench.calls.length > 0 || (await isRevoked(bench));
      expect({ body, isKnown }).toEqual({ body, isKnown: true });
      expect(Object.keys(Object.prototype)).toEqual([]);
    });
    await fc.assert(property, { numRuns: 1500, seed: 4 });
  });

  it('runs no code of a user for what is no message, and says why', async () => {
    const wrong = fc.oneof(truncated, fc.string(), fc.json());
    const property = fc.asyncProperty(wrong, async (body) => {
      const bench = attacked();
      await drain(bench, body);
      expect(bench.calls).toEqual([]);
      expect(await lettersOf(bench)).toMatchObject([{ reason: expect.stringMatching(/^\w+: Cannot /), body }]);
    });
    await fc.assert(property, { numRuns: 300, seed: 5 });
  });

  it.each([
    ['of a megabyte', encodeMessage(messageOf('nobody', { sig: { task: 'x'.repeat(1_000_000) } }))],
    ['nested 20,000 deep', `{"v":1,"mid":"m","kind":"run","in":{"val":${'['.repeat(20_000)}${']'.repeat(20_000)}}}`],
    [
      'nested as deep as may be',
      encodeMessage(messageOf('work')).replace('"depth":0', `"depth":0,"in":{"val":${nested(999)}}`),
    ],
    ['of a group of a thousand million', wide(1e9)],
    ['of a range of a million', wide(1e6)],
    ['of a time that never comes', encodeMessage(messageOf('work', { until: 1e300 }))],
  ])('survives one %s', { timeout: 60_000 }, async (_, body) => {
    const bench = attacked();
    await drain(bench, body);
    expect(bench.cloud.queues.size).toBe(0);
    expect((await lettersOf(bench)).length + (await outcomes(bench))).toBeGreaterThan(0);
  });

  it('reads keys such as __proto__ as data, and gives them on as such', async () => {
    const bench = attacked();
    const sig = '{"task":"work","args":[{"__proto__":{"admin":true}}]}';
    const body = encodeMessage(messageOf('work')).replace('{"task":"work"}', sig);
    await drain(bench, body.replace('{"v":1', '{"__proto__":{"kind":"expand"},"v":1'));
    expect(bench.calls).toEqual([[JSON.parse('{"__proto__":{"admin":true}}')]]);
    expect('admin' in {}).toBe(false);
  });

  it('buries each also while the cloud refuses for a while', async () => {
    let refusals = 5;
    const bench = attacked(({ records }) => ({
      records: overriding(records, {
        bury: async (params) => {
          if ((refusals -= 1) >= 0) throw new ServiceUnavailable('throttled');
          await records.bury(params);
        },
      }),
    }));
    await drain(bench, '{"v":1}');
    expect(await lettersOf(bench)).toHaveLength(1);
  });
});

async function outcomes({ engine }: Bench): Promise<number> {
  const cells = await engine.outcomes.readMany({ addresses: ['W', 'W.0'].map(addressOf) });
  return cells.filter(({ outcome }) => outcome !== undefined).length;
}

async function isRevoked({ engine }: Bench): Promise<boolean> {
  return (await engine.records.gate()).upUntil > 0;
}

function nested(depth: number): string {
  return `${'['.repeat(depth)}${']'.repeat(depth)}`;
}

function wide(n: number): string {
  const sig = { par: { stored: 'table:W/0', n, per: 1000, first: 'work' } };
  return encodeMessage({ ...range, sig, lo: 0, hi: n });
}
