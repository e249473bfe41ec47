import { expect, test } from 'vitest';
import { readBatchAnswer } from '../../../src/local/batch-answer.ts';

const ids = ['a', 'b'];
const read = (answer: string | undefined) => readBatchAnswer(ids, answer);

test.each([undefined, 'null', '{}', '{"batchItemFailures":null}', '{"batchItemFailures":[]}', '{"statusCode":200}'])(
  'readBatchAnswer() takes %s as a success',
  (answer) => {
    expect(read(answer)).toEqual({ failed: new Set() });
  },
);

test('readBatchAnswer() fails the messages that are named, and no other', () => {
  expect(read('{"batchItemFailures":[{"itemIdentifier":"b"}]}')).toEqual({ failed: new Set(['b']) });
});

test.each([
  '"ok"',
  'true',
  '[]',
  '{"batchItemFailures":{}}',
  '{"batchItemFailures":["a"]}',
  '{"batchItemFailures":[{"messageId":"a"}]}',
  '{"batchItemFailures":[{"itemIdentifier":""}]}',
  '{"batchItemFailures":[{"itemIdentifier":null}]}',
  '{"batchItemFailures":[{"itemIdentifier":"a"},{"itemIdentifier":"c"}]}',
])('readBatchAnswer() fails the whole batch for %s', (answer) => {
  expect(read(answer)).toEqual({ failed: new Set(ids), malformed: expect.any(String) });
});
