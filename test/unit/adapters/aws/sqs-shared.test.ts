import type { BatchResultErrorEntry } from '@aws-sdk/client-sqs';
import { describe, expect, it } from 'vitest';
import { SharedRequests } from '../../../../src/adapters/aws/sqs-shared.ts';
import type { RequestKind } from '../../../../src/adapters/aws/sqs-shared.ts';

interface Entry {
  readonly body: string;
}

/** The entries that one request fails: their bodies, each with a code. */
type Failing = Readonly<Record<string, readonly [code: string, isSenderFault?: boolean]>>;

/** A queue that fails some entries of each request, and what it was asked and how long its caller waited. */
function queueThatFails(failing: readonly Failing[], more: Partial<RequestKind<Entry>> = {}) {
  const asked: string[] = [];
  const waits: number[] = [];
  const request: RequestKind<Entry>['request'] = async (url, entries) => {
    const now = failing[Math.min(asked.length, failing.length - 1)] ?? {};
    asked.push(`${url} ${entries.map(({ body }) => body).join('')}`);
    const Failed = entries.flatMap(({ Id, body }): BatchResultErrorEntry[] => {
      const [Code, SenderFault = false] = now[body] ?? [];
      return Code === undefined ? [] : [{ Id, Code, SenderFault, Message: 'no luck' }];
    });
    return Failed.length === 0 ? {} : { Failed };
  };
  const queueUrl = (queue: string): Promise<string> =>
    queue === 'none' ? Promise.reject(new Error('no such queue')) : Promise.resolve(`url-of-${queue}`);
  const sleep = async (ms: number): Promise<void> => void waits.push(ms);
  const patience = { clock: { now: () => 0, sleep }, nonces: { random: () => 0 } };
  const requests = new SharedRequests<Entry>(
    { doing: 'send messages to', request, ...more },
    { queueUrl, ...patience },
  );
  const send = (bodies: string, queue = 'math'): Promise<void> =>
    requests.do([{ queue, entries: bodies.split('').map((body) => ({ body })) }]);
  return { send, requests, asked, waits };
}

describe('SharedRequests', () => {
  it('SharedRequests sends what comes in one turn together, queue by queue, and what comes later apart', async () => {
    const { send, asked } = queueThatFails([]);
    await Promise.all([send('a'), send('b', 'text'), send('cd'), send('efghijklm')]);
    await send('z');
    expect(asked).toEqual(['url-of-math acd', 'url-of-math efghijklm', 'url-of-text b', 'url-of-math z']);
  });

  it('SharedRequests sends nothing when one of the queues is not there', async () => {
    const { requests, asked } = queueThatFails([]);
    const entries = [{ body: 'a' }];
    const sent = requests.do([
      { queue: 'math', entries },
      { queue: 'none', entries },
    ]);
    await expect(sent).rejects.toThrow('no such queue');
    expect(asked).toEqual([]);
  });

  it('SharedRequests settles each call by its own entries, and tries only those again that failed', async () => {
    const busy = { b: ['InternalError'], c: ['KmsThrottled', true], d: ['InvalidMessageContents', true] } as const;
    const { send, asked, waits } = queueThatFails([busy, { c: ['InternalError'] }, {}]);
    const ended = await Promise.allSettled([send('a'), send('bc'), send('de')]);
    expect(ended.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected']);
    expect(ended[2]).toMatchObject({
      reason: {
        code: 'CHORDAL_CONFIGURATION',
        message: 'Cannot send messages to the queue "math": SQS refuses the request (InvalidMessageContents: no luck)',
      },
    });
    expect(asked).toEqual(['url-of-math abcde', 'url-of-math bc', 'url-of-math c']);
    expect(waits).toEqual([25, 50]);
  });

  it('SharedRequests throws ServiceUnavailable when entries fail again and again', async () => {
    const { send, asked } = queueThatFails([{ b: ['InternalError'] }]);
    await expect(send('ab')).rejects.toMatchObject({
      code: 'CHORDAL_SERVICE_UNAVAILABLE',
      message:
        'Cannot send messages to the queue "math" for now: it still fails after 6 tries (InternalError: no luck)',
    });
    expect(asked).toHaveLength(6);
  });

  it('SharedRequests is done when what failed has nothing left to do', async () => {
    const isDone = (code: string): boolean => code === 'ReceiptHandleIsInvalid';
    const { send, asked } = queueThatFails([{ b: ['ReceiptHandleIsInvalid', true] }], { isDone });
    await send('abc');
    expect(asked).toEqual(['url-of-math abc']);
  });

  it('SharedRequests fails all calls of a request that fails as a whole', async () => {
    const request = (): Promise<never> => Promise.reject(Object.assign(new Error('away'), { code: 'ECONNREFUSED' }));
    const { send } = queueThatFails([], { request });
    const ended = await Promise.allSettled([send('a'), send('b')]);
    expect(ended.map((one) => one.status === 'rejected' && one.reason)).toMatchObject([
      { code: 'CHORDAL_SERVICE_UNAVAILABLE' },
      { code: 'CHORDAL_SERVICE_UNAVAILABLE' },
    ]);
  });
});
