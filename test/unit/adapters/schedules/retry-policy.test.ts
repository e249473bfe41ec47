import { expect, test } from 'vitest';
import { deadRequest, nextTryMs, RETRY_POLICY } from '../../../../src/adapters/schedules/retry-policy.ts';
import { deliveryOf } from '../../../../src/lambda/handler.ts';

const DAY = 86_400_000;

test.each([
  ['after a second at first', { tries: 1, now: 0 }, 1000],
  ['after twice the wait each time', { tries: 4, now: 0 }, 8000],
  ['after ten minutes at most', { tries: 100, now: 0 }, 600_000],
  ['not when its age would be over', { tries: 100, now: DAY - 599_999 }, undefined],
  ['as long as its age is not over', { tries: 100, now: DAY - 600_000 }, 600_000],
  ['for the last time as its 186th try', { tries: 185, now: 0 }, 600_000],
  ['not after that', { tries: 186, now: 0 }, undefined],
])('a message that could not be sent is tried again %s', (_, { tries, now }, expected) => {
  expect(nextTryMs(RETRY_POLICY, { dueAt: 0, tries, now })).toBe(expected);
});

test('a request that is given up is read by `bury` as the message that its schedule held, with the reason', () => {
  const error = Object.assign(new Error('gone'), { name: 'QueueDoesNotExist' });
  const { body, attributes } = deadRequest({ queueUrl: 'http://127.0.0.1/0/q', body: '{"v":1}' }, error);
  expect(JSON.parse(body)).toEqual({ MessageBody: '{"v":1}', QueueUrl: 'http://127.0.0.1/0/q' });
  const record = {
    messageId: 'm',
    receiptHandle: 'h',
    body,
    attributes: { ApproximateReceiveCount: '1' },
    eventSourceARN: 'arn:aws:sqs:us-east-1:0:p-dead',
    messageAttributes: Object.fromEntries(
      Object.entries(attributes).map(([name, stringValue]) => [name, { stringValue }]),
    ),
  };
  expect(deliveryOf(record, 'p-')).toMatchObject({
    body: '{"v":1}',
    reason: 'its schedule could not send it: QueueDoesNotExist: gone',
  });
});
