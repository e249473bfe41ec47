import type { BatchResultErrorEntry } from '@aws-sdk/client-sqs';
import { describe, expect, it } from 'vitest';
import { untilDone } from '../../../../src/adapters/aws/sqs-batch.ts';

interface Entry {
  readonly Id: string;
}

/** A queue that fails some entries of each call, and what it was asked and how long its caller waited. */
function queueThatFails(...failures: readonly (readonly BatchResultErrorEntry[])[]): {
  readonly call: (entries: Entry[]) => Promise<{ Failed?: BatchResultErrorEntry[] }>;
  readonly patience: Parameters<typeof untilDone>[2];
  readonly asked: string[];
  readonly waits: number[];
} {
  const asked: string[] = [];
  const waits: number[] = [];
  const call = async (entries: Entry[]): Promise<{ Failed?: BatchResultErrorEntry[] }> => {
    const failed = failures[Math.min(asked.length, failures.length - 1)] ?? [];
    asked.push(entries.map(({ Id }) => Id).join(''));
    return failed.length === 0 ? {} : { Failed: [...failed] };
  };
  const sleep = async (ms: number): Promise<void> => void waits.push(ms);
  return { call, patience: { clock: { now: () => 0, sleep }, nonces: { random: () => 0 } }, asked, waits };
}

function failed(Id: string, Code: string, SenderFault = false): BatchResultErrorEntry {
  return { Id, Code, SenderFault, Message: 'no luck' };
}

const batch = { queue: 'math', entries: ['a', 'b', 'c'].map((Id) => ({ Id })) };
const doing = 'send 3 messages to';

describe('untilDone()', () => {
  it('untilDone() sends failed entries again, later each time, when their failure is not for good', async () => {
    const busy = [failed('a', 'InternalError'), failed('c', 'KmsThrottled', true)];
    const { call, patience, asked, waits } = queueThatFails(busy, [failed('c', 'InternalError')], []);
    await untilDone(batch, { doing, call }, patience);
    expect(asked).toEqual(['abc', 'ac', 'c']);
    expect(waits).toEqual([25, 50]);
  });

  it('untilDone() throws ServiceUnavailable when entries fail again and again', async () => {
    const { call, patience, asked } = queueThatFails([failed('b', 'InternalError')]);
    await expect(untilDone(batch, { doing, call }, patience)).rejects.toMatchObject({
      code: 'CHORDAL_SERVICE_UNAVAILABLE',
      message:
        'Cannot send 3 messages to the queue "math" for now: 1 of 3 entries still fail after 6 tries (InternalError: no luck)',
    });
    expect(asked).toEqual(['abc', 'b', 'b', 'b', 'b', 'b']);
  });

  it('untilDone() throws ConfigurationError at once when an entry is refused for good', async () => {
    const { call, patience, asked } = queueThatFails([failed('b', 'InvalidMessageContents', true)]);
    await expect(untilDone(batch, { doing, call }, patience)).rejects.toMatchObject({
      code: 'CHORDAL_CONFIGURATION',
      message: expect.stringContaining('"math": SQS refuses the request (InvalidMessageContents') as string,
    });
    expect(asked).toEqual(['abc']);
  });

  it('untilDone() is done when what failed has nothing left to do', async () => {
    const { call, patience, asked } = queueThatFails([failed('b', 'ReceiptHandleIsInvalid', true)]);
    await untilDone(batch, { doing, call, isDone: (code) => code === 'ReceiptHandleIsInvalid' }, patience);
    expect(asked).toEqual(['abc']);
  });
});
