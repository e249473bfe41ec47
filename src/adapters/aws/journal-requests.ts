import type { PutItemCommandInput } from '@aws-sdk/client-dynamodb';
import type { JournalMark, Submitted } from '../../core/protocol/journal.ts';
import { compact } from '../../core/values/compact.ts';
import { text } from './attributes.ts';
import type { Key } from './attributes.ts';
import { fnv1a } from './fnv.ts';
import { dayOf, sortableTime } from './keys.ts';
import { putRequest } from './records-requests.ts';

/** The two lists of the journal: submissions and failures. */
export type JournalList = 'journal' | 'failed';

/**
 * The partitions of one day. A partition takes 1,000 writes a second, so 16 take 10,000 submissions a second with room
 * to spare. A reader asks each of them.
 */
export const JOURNAL_SHARDS = 16;

/** The partition of an id on a day. */
export function journalPartition(list: JournalList, day: string, shard: number): string {
  return `$${list}/${day}/${shard}`;
}

/** The shard of an id: a hash spreads ids evenly. */
export function shardOfId(id: string): number {
  const hash = fnv1a(id);
  return (hash ^ (hash >>> 16)) & (JOURNAL_SHARDS - 1);
}

/** The key of an entry. */
export function entryKey(list: JournalList, { at, id }: JournalMark): Key {
  return { pk: journalPartition(list, dayOf(at), shardOfId(id)), sk: markText({ at, id }) };
}

export function noteSubmissionRequest(table: string, entry: Submitted, until: number): PutItemCommandInput {
  const { app, shape, tenant, parent } = entry;
  const attributes = compact({
    a: text(app),
    c: text(JSON.stringify(shape)),
    n: tenant === undefined ? undefined : text(tenant),
    p: parent === undefined ? undefined : text(parent),
  });
  return putRequest(table, entryKey('journal', entry), attributes, until);
}

export function noteFailureRequest(table: string, mark: JournalMark, until: number): PutItemCommandInput {
  return putRequest(table, entryKey('failed', mark), {}, until);
}

/** A mark as the sort key of an entry. */
export function markText({ at, id }: JournalMark): string {
  return `${sortableTime(at)}#${id}`;
}
