import { chain } from 'chordal';
import type { TestCloud } from 'chordal/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { addReplaced, addToAll, replaceWithChain } from '../../../handlers/tasks/canvas.ts';
import { add, tsum } from '../../../handlers/tasks/math.ts';
import { sampleCloud } from '../../support/sample-cloud.ts';

let cloud: TestCloud;
beforeEach(() => void (cloud = sampleCloud()));
afterEach(() => cloud.close());

test('addReplaced() has the value of the add() that it replaces itself with', async () => {
  expect(await (await chain(addReplaced.s(1, 2), add.s(3)).delay()).get()).toBe(6);
  expect(await addReplaced(1, 2)).toBe(3);
});

test('addToAll() has the list of the group that it replaces itself with', async () => {
  expect(await (await addToAll.delay([1, 2, 3], 10)).get()).toEqual([11, 12, 13]);
  expect(await (await chain(addToAll.s([1, 2], 10), tsum.s()).delay()).get()).toBe(23);
  expect(await (await addToAll.delay([], 10)).get()).toEqual([]);
});

test('replaceWithChain() has the value that the chain ends with', async () => {
  expect(await (await replaceWithChain.delay({ a: 1 })).get()).toEqual({ a: 1 });
  await expect((await replaceWithChain.delay(1, 2)).get()).rejects.toMatchObject({ errorType: 'InvalidArguments' });
});
