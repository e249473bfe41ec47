import type {
  ChangeMessageVisibilityBatchRequestEntry,
  DeleteMessageBatchRequestEntry,
  SendMessageBatchRequestEntry,
  SendMessageCommandInput,
} from '@aws-sdk/client-sqs';
import { compact } from '../../core/values/compact.ts';
import type { Outgoing, Receipt } from '../../ports/broker.ts';

/** Limits of SQS, of one batch and of one message. */
const BATCH_ENTRIES = 10;
const BATCH_BYTES = 1024 * 1024;
const MAX_DELAY_SECONDS = 900;
const MAX_VISIBILITY_SECONDS = 43_200;

/** What one call does to one queue. */
export interface QueueBatch<Entry> {
  readonly queue: string;
  readonly entries: readonly Entry[];
}

/** Messages in batches: per queue, in order, each within the limits of one call. */
export function sendBatches(messages: readonly Outgoing[]): readonly QueueBatch<SendMessageBatchRequestEntry>[] {
  return perQueue(messages, sendEntry, ({ MessageBody = '' }) => Buffer.byteLength(MessageBody));
}

export function deleteBatches(receipts: readonly Receipt[]): readonly QueueBatch<DeleteMessageBatchRequestEntry>[] {
  return perQueue(receipts, ({ handle }, Id) => ({ Id, ReceiptHandle: handle }));
}

export function releaseBatches(
  receipts: readonly Receipt[],
  seconds: number,
): readonly QueueBatch<ChangeMessageVisibilityBatchRequestEntry>[] {
  const VisibilityTimeout = wholeSeconds(seconds, MAX_VISIBILITY_SECONDS);
  return perQueue(receipts, ({ handle }, Id) => ({ Id, ReceiptHandle: handle, VisibilityTimeout }));
}

export function deadLetterRequest(queueUrl: string, body: string, reason: string): SendMessageCommandInput {
  // An attribute may not be empty, and what SQS cannot carry it may not hold.
  const value = reason.slice(0, MAX_REASON_CHARACTERS).replace(NOT_CARRIED, '?') || 'unknown';
  const MessageAttributes = { reason: { DataType: 'String', StringValue: value } };
  return { QueueUrl: queueUrl, MessageBody: body, MessageAttributes };
}

// --- internal ---

const MAX_REASON_CHARACTERS = 1000;
const NOT_CARRIED = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu;

function sendEntry({ body, delaySeconds, tenant }: Outgoing, id: string): SendMessageBatchRequestEntry {
  const DelaySeconds = wholeSeconds(delaySeconds, MAX_DELAY_SECONDS);
  return compact({
    Id: id,
    MessageBody: body.replace(REFUSED, escaped),
    DelaySeconds: DelaySeconds > 0 ? DelaySeconds : undefined,
    MessageGroupId: tenant,
  });
}

/**
 * What JSON leaves as it is, and SQS refuses: U+FFFE and U+FFFF, and in emulators each character that takes two units.
 * In JSON they stand in strings only, where an escape means the same.
 */
const REFUSED = /[\uD800-\uDFFF\uFFFE\uFFFF]/g;

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16)}`;
}

function wholeSeconds(seconds: number, max: number): number {
  return Math.min(Math.max(0, Math.ceil(seconds)), max);
}

function perQueue<Given extends { readonly queue: string }, Entry>(
  given: readonly Given[],
  entryOf: (given: Given, id: string) => Entry,
  sizeOf: (entry: Entry) => number = () => 0,
): readonly QueueBatch<Entry>[] {
  const queues = Map.groupBy(given, ({ queue }) => queue);
  return [...queues].flatMap(([queue, ofQueue]) => {
    const entries = ofQueue.map((one, index) => entryOf(one, String(index)));
    return cut(entries, sizeOf).map((batch) => ({ queue, entries: batch }));
  });
}

function cut<Entry>(entries: readonly Entry[], sizeOf: (entry: Entry) => number): readonly (readonly Entry[])[] {
  const batches: Entry[][] = [];
  let bytes = 0;
  for (const entry of entries) {
    const size = sizeOf(entry);
    const batch = batches.at(-1);
    if (batch === undefined || batch.length === BATCH_ENTRIES || bytes + size > BATCH_BYTES) {
      batches.push([entry]);
      bytes = size;
    } else {
      batch.push(entry);
      bytes += size;
    }
  }
  return batches;
}
