import type { QueryCommandInput } from '@aws-sdk/client-dynamodb';
import type { JournalMark, Submitted } from '../../core/protocol/journal.ts';
import type { Shape } from '../../core/protocol/shape.ts';
import { compact } from '../../core/values/compact.ts';
import type { JournalRange } from '../../ports/journal.ts';
import { readText, text } from './attributes.ts';
import type { Item } from './attributes.ts';
import { markText } from './journal-requests.ts';
import { sortableTime } from './keys.ts';

/** The newest entries of one partition: one more than is wanted, as the first may be the mark itself. */
export function entriesRequest(
  table: string,
  pk: string,
  { since, now, before, limit }: JournalRange,
): QueryCommandInput {
  // A `#` sorts before the next character of an id, and `$` behind it.
  const last = before === undefined ? `${sortableTime(now)}$` : markText(before);
  return {
    TableName: table,
    KeyConditionExpression: 'pk = :pk AND sk BETWEEN :since AND :last',
    ExpressionAttributeValues: { ':pk': text(pk), ':since': text(sortableTime(since)), ':last': text(last) },
    ScanIndexForward: false,
    Limit: limit + 1,
  };
}

/** All entries of one partition from `since` on, the oldest first, without their content. */
export function marksOfRequest(table: string, pk: string, since: number): QueryCommandInput {
  return {
    TableName: table,
    KeyConditionExpression: 'pk = :pk AND sk >= :since',
    ExpressionAttributeValues: { ':pk': text(pk), ':since': text(sortableTime(since)) },
    ProjectionExpression: 'sk, x',
  };
}

export function markOf(item: Item): JournalMark {
  const [time = '', ...id] = (readText(item, 'sk') ?? '').split('#');
  return { at: Number(time), id: id.join('#') };
}

export function submittedOf(item: Item): Submitted {
  const mark = markOf(item);
  return compact({
    ...mark,
    app: readText(item, 'a') ?? '',
    // It was written by `noteSubmissionRequest`.
    shape: JSON.parse(readText(item, 'c') ?? '""') as Shape,
    tenant: readText(item, 'n'),
    parent: readText(item, 'p'),
  });
}
