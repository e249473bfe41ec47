import { describe, expect, it } from 'vitest';
import {
  deadLetterRequest,
  deleteEntries,
  inRequests,
  releaseEntries,
  sendEntries,
  sentBytes,
} from '../../../../src/adapters/aws/sqs-requests.ts';
import type { Outgoing } from '../../../../src/ports/broker.ts';

const KB = 1024;

function message(body: string, more: Partial<Outgoing> = {}): Outgoing {
  return { queue: 'math', body, delaySeconds: 0, ...more };
}

describe('requests of SqsBroker and SqsDeliveries', () => {
  it('sendEntries() makes an entry of each message, per queue', () => {
    const odd = message('[]', { delaySeconds: 0.1, tenant: 'acme' });
    expect(sendEntries([message('{}'), message('1', { queue: 'text' }), odd])).toEqual([
      {
        queue: 'math',
        entries: [{ MessageBody: '{}' }, { MessageBody: '[]', DelaySeconds: 1, MessageGroupId: 'acme' }],
      },
      { queue: 'text', entries: [{ MessageBody: '1' }] },
    ]);
  });

  it.each([
    [-5, undefined],
    [0, undefined],
    [59.01, 60],
    [901, 900],
  ])('sendEntries() takes whole seconds from 0 to 900 when the delay is %d', (delaySeconds, expected) => {
    const [ofQueue] = sendEntries([message('{}', { delaySeconds })]);
    expect(ofQueue?.entries[0]?.DelaySeconds).toBe(expected);
  });

  it('inRequests() puts at most ten items in a request, and keeps those of a call together if one can hold them', () => {
    const calls = ['a', 'bbb', 'ccccccc', 'dd', 'e'.repeat(24), 'f', ''].map((call) => call.split(''));
    const requests = inRequests(calls, () => 0).map((items) => items.join(''));
    expect(requests).toEqual(['abbb', 'cccccccdde', 'eeeeeeeeee', 'eeeeeeeeee', 'eeef']);
  });

  it('inRequests() puts at most 1 MiB of bodies, as UTF-8, in a request', () => {
    const sizes = [300, 300, 300, 124, 1, 1024, 512, 512];
    const calls = sizes.map((size) => [{ MessageBody: 'é'.repeat((size * KB) / 2) }]);
    expect(inRequests(calls, sentBytes).map((items) => items.length)).toEqual([4, 1, 1, 2]);
    expect(inRequests([calls.flat()], sentBytes).map((items) => items.length)).toEqual([4, 1, 1, 2]);
  });

  it('deleteEntries() and releaseEntries() name receipts', () => {
    const receipts = [{ queue: 'math', handle: 'handle' }];
    expect(deleteEntries(receipts)).toEqual([{ queue: 'math', entries: [{ ReceiptHandle: 'handle' }] }]);
    expect(releaseEntries(receipts, 50_000)).toEqual([
      { queue: 'math', entries: [{ ReceiptHandle: 'handle', VisibilityTimeout: 43_200 }] },
    ]);
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
