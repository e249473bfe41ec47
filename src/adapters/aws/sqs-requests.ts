import type {
  ChangeMessageVisibilityBatchRequestEntry,
  DeleteMessageBatchRequestEntry,
  SendMessageBatchRequestEntry,
  SendMessageCommandInput,
} from '@aws-sdk/client-sqs';
import { BATCH_MESSAGES } from '../../core/protocol/limits.ts';
import { compact } from '../../core/values/compact.ts';
import type { Outgoing, Receipt } from '../../ports/broker.ts';
import { foreignQueue } from '../queue-names.ts';

const BATCH_BYTES = 1024 * 1024;
const MAX_DELAY_SECONDS = 900;
const MAX_VISIBILITY_SECONDS = 43_200;

/** An entry of each kind of request; its id is given where it is sent. */
export type SendEntry = Omit<SendMessageBatchRequestEntry, 'Id'>;
export type DeleteEntry = Omit<DeleteMessageBatchRequestEntry, 'Id'>;
export type ReleaseEntry = Omit<ChangeMessageVisibilityBatchRequestEntry, 'Id'>;

/** The entries of one call for one queue. */
export interface QueueEntries<Entry> {
  readonly queue: string;
  readonly entries: readonly Entry[];
}

export function sendEntries(messages: readonly Outgoing[]): readonly QueueEntries<SendEntry>[] {
  const keyed = messages.map((one) => ({
    ...one,
    queue: one.isForeign === true ? foreignQueue(one.queue) : one.queue,
  }));
  return perQueue(keyed, sendEntry);
}

/** Returns the bytes that an entry counts for the limit of a request. */
export function sentBytes({ MessageBody = '' }: SendEntry): number {
  return Buffer.byteLength(MessageBody);
}

export function deleteEntries(receipts: readonly Receipt[]): readonly QueueEntries<DeleteEntry>[] {
  return perQueue(receipts, ({ handle }) => ({ ReceiptHandle: handle }));
}

export function releaseEntries(receipts: readonly Receipt[], seconds: number): readonly QueueEntries<ReleaseEntry>[] {
  const VisibilityTimeout = wholeSeconds(seconds, MAX_VISIBILITY_SECONDS);
  return perQueue(receipts, ({ handle }) => ({ ReceiptHandle: handle, VisibilityTimeout }));
}

/**
 * Combines the calls for one queue into requests, each within the limits of one. The items of a call stay together
 * where one request can hold them: so a small canvas is accepted as a whole or not at all.
 */
export function inRequests<Item>(
  calls: readonly (readonly Item[])[],
  sizeOf: (item: Item) => number,
): readonly (readonly Item[])[] {
  const requests: { readonly items: Item[]; bytes: number }[] = [];
  const add = (items: readonly Item[], bytes: number): void => {
    const open = requests.at(-1);
    const fits = open !== undefined && fitsOne(open.items.length + items.length, open.bytes + bytes);
    if (!fits) requests.push({ items: [...items], bytes });
    else {
      open.items.push(...items);
      open.bytes += bytes;
    }
  };
  for (const items of calls) {
    const sizes = items.map(sizeOf);
    const bytes = sizes.reduce((sum, size) => sum + size, 0);
    if (fitsOne(items.length, bytes)) add(items, bytes);
    else items.forEach((item, index) => add([item], sizes[index] ?? 0));
  }
  return requests.map(({ items }) => items).filter((items) => items.length > 0);
}

export function deadLetterRequest(queueUrl: string, body: string, reason: string): SendMessageCommandInput {
  // An attribute must not be empty, and must not hold anything that SQS cannot carry.
  const value = reason.slice(0, MAX_REASON_CHARACTERS).replace(NOT_CARRIED, '?') || 'unknown';
  const MessageAttributes = { reason: { DataType: 'String', StringValue: value } };
  return { QueueUrl: queueUrl, MessageBody: body, MessageAttributes };
}

// --- internal ---

const MAX_REASON_CHARACTERS = 1000;
const NOT_CARRIED = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu;

function sendEntry({ body, delaySeconds, tenant }: Outgoing): SendEntry {
  const DelaySeconds = wholeSeconds(delaySeconds, MAX_DELAY_SECONDS);
  return compact({
    MessageBody: body,
    DelaySeconds: DelaySeconds > 0 ? DelaySeconds : undefined,
    MessageGroupId: tenant,
  });
}

function wholeSeconds(seconds: number, max: number): number {
  return Math.min(Math.max(0, Math.ceil(seconds)), max);
}

function perQueue<Given extends { readonly queue: string }, Entry>(
  given: readonly Given[],
  entryOf: (given: Given) => Entry,
): readonly QueueEntries<Entry>[] {
  const queues = Map.groupBy(given, ({ queue }) => queue);
  return [...queues].map(([queue, ofQueue]) => ({ queue, entries: ofQueue.map(entryOf) }));
}

function fitsOne(count: number, bytes: number): boolean {
  return count <= BATCH_MESSAGES && bytes <= BATCH_BYTES;
}
