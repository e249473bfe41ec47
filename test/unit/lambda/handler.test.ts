import { expect, test } from 'vitest';
import { deliveryOf } from '../../../src/lambda/handler.ts';
import type { QueueRecord } from '../../../src/lambda/sqs-event.ts';

const record: QueueRecord = {
  messageId: 'sqs-1',
  receiptHandle: 'h',
  body: '{"v":1}',
  attributes: { ApproximateReceiveCount: '2', SentTimestamp: '5' },
  eventSourceARN: 'arn:aws:sqs:eu-west-1:1:shop-dev-dead',
};
const text = (stringValue: string): { stringValue: string } => ({ stringValue });

test('a dead letter is read with the reason that its sender gave', () => {
  const delivery = deliveryOf({ ...record, messageAttributes: { reason: text('garbage') } }, 'shop-dev-');
  expect(delivery).toMatchObject({ body: '{"v":1}', reason: 'garbage', receives: 2, receipt: { queue: 'dead' } });
});

test('a dead letter of EventBridge Scheduler is read as the message that its schedule held', () => {
  const body = JSON.stringify({ MessageBody: '{"v":1}', QueueUrl: 'https://sqs/1/shop-dev-math' });
  const messageAttributes = {
    ERROR_CODE: text('AWS.SimpleQueueService.NonExistentQueue'),
    ERROR_MESSAGE: text('gone'),
  };
  expect(deliveryOf({ ...record, body, messageAttributes }, '')).toMatchObject({
    body: '{"v":1}',
    reason: 'its schedule could not send it: AWS.SimpleQueueService.NonExistentQueue: gone',
  });
});

test.each(['nonsense', '[]', '{"MessageBody":7}'])(
  'a request of a schedule that cannot be read stays as it is: %s',
  (body) => {
    const messageAttributes = { ERROR_CODE: text('X') };
    expect(deliveryOf({ ...record, body, messageAttributes }, '')).toMatchObject({
      body,
      reason: expect.stringContaining('X') as string,
    });
  },
);
