import { kwargs } from 'chordal';
import type { TestCloud } from 'chordal/testing';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { app } from '../../../handlers/tasks/app.ts';
import { add, mul, tsum, xsum } from '../../../handlers/tasks/math.ts';
import { sampleCloud } from '../../support/sample-cloud.ts';

let cloud: TestCloud;
beforeEach(() => void (cloud = sampleCloud()));
afterEach(() => cloud.close());

test('add() sums numbers, with z by position or by name', async () => {
  expect(await (await add.delay(2, 3)).get()).toBe(5);
  expect(await (await add.delay(2, 3, 4)).get()).toBe(9);
  expect(await (await add.delay(2, 3, kwargs({ z: 4 }))).get()).toBe(9);
  expect(await add.s(3, 4)()).toBe(7);
  expect(await add.s(1)(10)).toBe(11);
});

test.each([
  [['a', 'b'], 'ab'],
  [['b', 'c', 'a'], 'bca'],
  [
    [[1], [2, 3]],
    [1, 2, 3],
  ],
  [
    [[1], [[2]]],
    [1, [2]],
  ],
])('add() joins the strings and lists %j, which come as JSON', async (args, sum) => {
  expect(await (await app.signature('add', { args }).delay()).get()).toEqual(sum);
});

test.each([
  [[1, 'a'], 'a number and a string'],
  [[[1], 2], 'a list and a number'],
  [[null, 1], 'null and a number'],
])('add() refuses %j', async (args, which) => {
  const result = await app.signature('add', { args }).delay();

  await expect(result.get()).rejects.toMatchObject({
    errorType: 'TypeError',
    message: `Cannot add the values: expected two of one kind, got ${which}`,
  });
});

test('add() logs x and y when told to debug', async () => {
  cloud.close();
  const lines: string[] = [];
  vi.spyOn(console, 'error').mockImplementation((line) => void lines.push(String(line)));
  try {
    await add(1, 2);
    await add(2, 3, kwargs({ debug: true }));
  } finally {
    vi.restoreAllMocks();
  }
  expect(lines.map((line): unknown => JSON.parse(line))).toMatchObject([{ task: 'add', message: 'x: 2; y: 3' }]);
});

test('mul(), tsum() and xsum() calculate', async () => {
  expect(await (await mul.delay(6, 7)).get()).toBe(42);
  expect(await (await tsum.delay([1, 2, 3])).get()).toBe(6);
  expect(await (await xsum.delay([1, [2, 3], 4])).get()).toBe(10);
});

test.each<[string, unknown[], unknown]>([
  ['add', [true, 1], 2],
  ['tsum', [[true, 1, false]], 2],
  ['add', [9007199254740993n, 1], 9007199254740994n],
  ['add', [2n, 0.5], 2.5],
  ['tsum', [[9007199254740993n, 9007199254740993n]], 18014398509481986n],
])('%s() calculates as Python does with %s', async (name, args, sum) => {
  expect(await (await app.signature(name, { args }).delay()).get()).toBe(sum);
});

test('tsum() and xsum() refuse what is no number, as Python does', async () => {
  for (const name of ['tsum', 'xsum']) {
    const result = await app.signature(name, { args: [['a', 'b']] }).delay();
    await expect(result.get()).rejects.toMatchObject({ errorType: 'TypeError' });
  }
});
