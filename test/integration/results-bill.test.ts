/** The cost of looking at results: counted in front of the emulators. */
import { chain, chord, group, range } from 'chordal';
import type { GroupResult } from 'chordal';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { app } from '../../handlers/tasks/app.ts';
import { add, tsum } from '../../handlers/tasks/math.ts';
import { startCountedCloud } from '../bench/support/counted-cloud.ts';
import type { CountedCloud } from '../bench/support/counted-cloud.ts';

const N = 300;
const timeout = 60;
let cloud: CountedCloud;

beforeAll(async () => {
  cloud = await startCountedCloud();
  // The variables are this file's own process's: each test file has one.
  Object.assign(process.env, cloud.env);
});
afterAll(() => cloud.stop());

test('iterate() reads the members that have ended together, each item once', { timeout: 90_000 }, async () => {
  const result = await group(range(N).map((x) => add.s(x, 1))).delay();
  await result.get({ timeout });

  const values: unknown[] = [];
  const { client } = await cloud.billOf(async () => {
    for await (const { value } of result.iterate({ timeout })) values.push(value);
  });

  expect(values).toEqual(range(1, N + 1));
  // Three queries to see who has ended; then 16, 16 and 6 leaves, each with the outcome of the whole.
  expect(client.requests).toEqual({ Query: 3, BatchGetItem: 3 });
  expect(client.reads).toBeLessThanOrEqual(4 + 41 / 2);
});

test(
  'the progress of the header of a chord costs half a read unit for 4 KB, and no read of each member',
  { timeout: 90_000 },
  async () => {
    const header = range(N).map((x) => add.s(x, 1));
    const result = await chord(header, tsum.s()).delay();
    await result.get({ timeout });

    // The handle of a chord's header is a group's.
    const members = result.parent as GroupResult<readonly number[]>;
    const bill = await cloud.billOf(() => members.completedCount());
    expect(bill.client).toMatchObject({ requests: { Query: 3 }, reads: 3.5 });
    // The members that have ended are known.
    const again = await cloud.billOf(async () => expect(await members.completedCount()).toBe(N));
    expect(again.client).toMatchObject({ requests: {}, reads: 0 });
  },
);

test('graph() of a chain reads its steps together', { timeout: 90_000 }, async () => {
  const result = await chain(add.s(0, 1), ...range(9).map(() => add.s(1))).delay();
  await result.get({ timeout });

  const { client } = await cloud.billOf(async () => {
    const { nodes } = await result.graph();
    expect(nodes.map(({ state }) => state)).toEqual(Array(10).fill('SUCCESS'));
  });
  // A query for each step that may be a group; most other reads share requests. One by one they were 42.
  const requests = Object.values(client.requests).reduce((sum, count) => sum + count, 0);
  expect(requests).toBeLessThanOrEqual(26);
});

test('the values of a set that has ended are read together, and each outcome once', { timeout: 90_000 }, async () => {
  const results = await Promise.all(range(N).map((x) => add.delay(x, 1)));
  const set = app.resultSet(results);
  expect(await set.get({ timeout })).toEqual(range(1, N + 1));

  const { client } = await cloud.billOf(() => set.get({ timeout }));
  // The first, then 1, 2, 4 and so on behind it, up to 128. Between them, one is waited for.
  const requests = Object.values(client.requests).reduce((sum, count) => sum + count, 0);
  expect(requests).toBeLessThanOrEqual(24);
  expect(client.reads).toBe(N / 2);
});
