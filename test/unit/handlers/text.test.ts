import { chain, group } from 'chordal';
import type { TestCloud } from 'chordal/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { identity, ids, log, record, recorded } from '../../../handlers/tasks/text.ts';
import { sampleCloud } from '../../support/sample-cloud.ts';

let cloud: TestCloud;
beforeEach(() => void (cloud = sampleCloud()));
afterEach(() => cloud.close());

test('log() writes a string as it is and all else as JSON', async () => {
  expect(await (await log.delay('a')).get()).toBe('LOG: a');
  expect(await (await log.delay([1, { a: 'b' }, null])).get()).toBe('LOG: [1,{"a":"b"},null]');
});

test('identity() returns its argument', async () => {
  expect(await (await identity.delay({ a: [1, null] })).get()).toEqual({ a: [1, null] });
});

test('ids() tells where it stands in the workflow', async () => {
  const result = await chain(ids.si(1), ids.si(2)).delay();

  const first = await result.parent?.get();
  const second = await result.get();

  expect(first).toEqual([result.parent?.taskId, null, 1]);
  expect(second).toEqual([result.parent?.taskId, result.parent?.taskId, 2]);
});

test('recorded() returns what record() has appended under the key', async () => {
  const result = await group([record.s('a', 1), record.s('a', { b: 2 }), record.s('c', 3)]).delay();
  await result.get();

  expect(await (await recorded.delay('a')).get()).toEqual([1, { b: 2 }]);
  expect(await (await recorded.delay('none')).get()).toEqual([]);
});
