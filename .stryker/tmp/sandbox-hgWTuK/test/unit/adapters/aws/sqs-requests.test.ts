import { describe, expect, it } from 'vitest';
import {
  deadLetterRequest,
  deleteBatches,
  releaseBatches,
  sendBatches,
} from '../../../../src/adapters/aws/sqs-requests.ts';
import type { Outgoing } from '../../../../src/ports/broker.ts';

const KB = 1024;

function message(body: string, more: Partial<Outgoing> = {}): Outgoing {
  return { queue: 'math', body, delaySeconds: 0, ...more };
}

describe('requests of SqsBroker and SqsDeliveries', () => {
  it('sendBatches() makes an entry of each message', () => {
    const messages = [message('{}'), message('"\uFFFF😀"', { delaySeconds: 0.1, tenant: 'acme' })];
    expect(sendBatches(messages)).toEqual([
      {
        queue: 'math',
        entries: [
          { Id: '0', MessageBody: '{}' },
          { Id: '1', MessageBody: '"\\uffff\\ud83d\\ude00"', DelaySeconds: 1, MessageGroupId: 'acme' },
        ],
      },
    ]);
  });

  it.each([
    [-5, undefined],
    [0, undefined],
    [59.01, 60],
    [901, 900],
  ])('sendBatches() takes whole seconds from 0 to 900 when the delay is %d', (delaySeconds, expected) => {
    const [batch] = sendBatches([message('{}', { delaySeconds })]);
    expect(batch?.entries[0]?.DelaySeconds).toBe(expected);
  });

  it('sendBatches() puts at most ten messages of one queue in a batch', () => {
    const messages = Array.from({ length: 25 }, (_, i) => message(`${i}`, { queue: i % 5 === 0 ? 'text' : 'math' }));
    const batches = sendBatches(messages).map(({ queue, entries }) => [queue, entries.length]);
    expect(batches).toEqual([
      ['text', 5],
      ['math', 10],
      ['math', 10],
    ]);
  });

  it('sendBatches() puts at most 1 MiB of bodies, as UTF-8, in a batch', () => {
    const sizes = [300, 300, 300, 124, 1, 1024, 512, 512];
    const batches = sendBatches(sizes.map((size) => message('é'.repeat((size * KB) / 2))));
    expect(batches.map(({ entries }) => entries.length)).toEqual([4, 1, 1, 2]);
  });

  it('deleteBatches() and releaseBatches() name receipts, ten to a batch', () => {
    const receipts = Array.from({ length: 11 }, (_, i) => ({ queue: 'math', handle: `handle${i}` }));
    expect(deleteBatches(receipts).map(({ entries }) => entries.length)).toEqual([10, 1]);
    expect(releaseBatches(receipts, 50_000)[1]).toEqual({
      queue: 'math',
      entries: [{ Id: '10', ReceiptHandle: 'handle10', VisibilityTimeout: 43_200 }],
    });
  });

  it('deadLetterRequest() carries the reason as an attribute that SQS takes', () => {
    expect(deadLetterRequest('url', 'body', 'bad \u0000\uFFFF 😀')).toEqual({
      QueueUrl: 'url',
      MessageBody: 'body',
      MessageAttributes: { reason: { DataType: 'String', StringValue: 'bad ?? 😀' } },
    });
    expect(deadLetterRequest('url', 'body', '').MessageAttributes?.['reason']?.StringValue).toBe('unknown');
  });
});
