import type {
  DeleteItemCommandInput,
  PutItemCommandInput,
  QueryCommandInput,
  UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import type { Address } from '../../core/protocol/address.ts';
import { workflowOf } from '../../core/protocol/ids.ts';
import { compact } from '../../core/values/compact.ts';
import type {
  AppendLedger,
  EndSubmission,
  DeadLetter,
  Gate,
  OpenSubmission,
  Progress,
  Purge,
  SetRate,
  Submission,
} from '../../ports/records.ts';
import { expiry, keyAttributes, number, readNumber, readText, text } from './attributes.ts';
import type { Item, Key } from './attributes.ts';
import { besideTask, dayOf, inWorkflow, sortableTime } from './keys.ts';

export const GATE_KEY: Key = { pk: '$gate', sk: '-' };

export function progressKey(address: Address): Key {
  return besideTask('u', address);
}

export function progressOf(item: Item): Progress {
  const [key, since] = [readText(item, 'k'), readNumber(item, 'w')];
  const waits = key === undefined || since === undefined ? undefined : { key, since };
  return {
    state: readText(item, 's') ?? '',
    meta: readText(item, 'm') ?? '',
    ...compact({ attempt: readNumber(item, 'a'), waits }),
  };
}

export function submissionKey(key: string): Key {
  return { pk: key, sk: 's' };
}

export function resultKey(id: string): Key {
  return inWorkflow('g', id);
}

/** An item that is written whole; the last writer wins. */
export function putRequest(table: string, key: Key, attributes: Item, until: number): PutItemCommandInput {
  return { TableName: table, Item: { ...keyAttributes(key), ...attributes, x: expiry(until) } };
}

export function appendRequest(
  table: string,
  { key, at, nonce, text: entry, until }: AppendLedger,
): PutItemCommandInput {
  const place = { pk: `$ledger/${key}`, sk: `${sortableTime(at)}#${nonce}` };
  return putRequest(table, place, { v: text(entry) }, until);
}

export function ledgerRequest(table: string, key: string): QueryCommandInput {
  return {
    TableName: table,
    KeyConditionExpression: 'pk = :pk',
    ExpressionAttributeValues: { ':pk': text(`$ledger/${key}`) },
    ConsistentRead: true,
  };
}

export function markRequest(table: string, scope: string, until: number): PutItemCommandInput {
  return {
    ...putRequest(table, { pk: workflowOf(scope), sk: `!${scope}` }, {}, until),
    // A second revocation may stand for less long.
    ConditionExpression: 'attribute_not_exists(x) OR x < :x',
    ExpressionAttributeValues: { ':x': expiry(until) },
  };
}

/** All marks of a workflow, read strongly: the gate may show before them. */
export function marksRequest(table: string, workflow: string): QueryCommandInput {
  return {
    TableName: table,
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :mark)',
    ExpressionAttributeValues: { ':pk': text(workflow), ':mark': text('!') },
    ConsistentRead: true,
  };
}

/** Raises the gate; it is refused where the gate is up for longer. */
export function gateRequest(table: string, until: number): UpdateItemCommandInput {
  return {
    TableName: table,
    Key: keyAttributes(GATE_KEY),
    // The item also has the rate limits that were set at run time, which do not expire.
    UpdateExpression: 'SET g = :until REMOVE x',
    ConditionExpression: 'attribute_not_exists(g) OR g < :until',
    ExpressionAttributeValues: { ':until': number(until) },
  };
}

/** Sets the rate limit of a task beside the gate, or removes it. */
export function rateLimitRequest(table: string, { task, limit }: SetRate): UpdateItemCommandInput {
  return {
    TableName: table,
    Key: keyAttributes(GATE_KEY),
    UpdateExpression: limit === null ? 'REMOVE #rate, x' : 'SET #rate = :limit REMOVE x',
    ExpressionAttributeNames: { '#rate': `${RATE}${task}` },
    ...(limit === null ? {} : { ExpressionAttributeValues: { ':limit': text(limit) } }),
  };
}

/** Sets the time of a purge beside the gate; it is refused where a later one stands. */
export function purgeRequest(table: string, purge: Purge): UpdateItemCommandInput {
  return {
    TableName: table,
    Key: keyAttributes(GATE_KEY),
    UpdateExpression: 'SET #purge = :before REMOVE x',
    ConditionExpression: 'attribute_not_exists(#purge) OR #purge < :before',
    ExpressionAttributeNames: {
      '#purge': 'task' in purge ? `${PURGED_TASK}${purge.task}` : `${PURGED_QUEUE}${purge.queue}`,
    },
    ExpressionAttributeValues: { ':before': number(purge.before) },
  };
}

export function openSubmissionRequest(
  table: string,
  { key, workflow, digest, until, message, now }: OpenSubmission & { readonly now: number },
): PutItemCommandInput {
  const attributes = {
    g: text(digest),
    ...(workflow === key ? {} : { w: text(workflow) }),
    // A window of a second is not to last for two: `x` has whole seconds.
    ...(message === undefined ? {} : { m: text(message), e: number(until) }),
  };
  return {
    ...putRequest(table, submissionKey(key), attributes, until),
    ConditionExpression: 'attribute_not_exists(pk) OR x <= :now OR e <= :ms',
    ExpressionAttributeValues: { ':now': number(Math.floor(now / 1000)), ':ms': number(now) },
  };
}

/** Returns whether the time of a submission is over, to the millisecond. */
export function isOver(item: Item, now: number): boolean {
  return (readNumber(item, 'e') ?? Number.POSITIVE_INFINITY) <= now;
}

/** Reads the item of a submission, as a caller with this digest sees it. */
export function submissionOf(item: Item, { key, digest }: { key: string; digest?: string }): Submission {
  const workflow = readText(item, 'w') ?? key;
  // One that an earlier release wrote has no digest.
  const isOther = digest !== undefined && (readText(item, 'g') ?? digest) !== digest;
  if (isOther) return { state: 'other', workflow };
  const message = readText(item, 'm');
  return { state: item['s']?.BOOL === true ? 'sent' : 'unsent', workflow, ...compact({ message }) };
}

/** Notes that it is sent, unless the item has gone since, or is that of another workflow now. */
export function closeSubmissionRequest(table: string, params: EndSubmission): UpdateItemCommandInput {
  const { when, values } = isOf(params);
  return {
    TableName: table,
    Key: keyAttributes(submissionKey(params.key)),
    UpdateExpression: 'SET s = :sent',
    ConditionExpression: when,
    ExpressionAttributeValues: { ...values, ':sent': { BOOL: true } },
  };
}

/** Ends the time of an item that is not sent: functions may not delete items. */
export function cancelSubmissionRequest(
  table: string,
  { now, ...params }: EndSubmission & { readonly now: number },
): UpdateItemCommandInput {
  const { when, values } = isOf(params);
  return {
    TableName: table,
    Key: keyAttributes(submissionKey(params.key)),
    UpdateExpression: 'SET x = :now',
    ConditionExpression: `${when} AND attribute_not_exists(s)`,
    ExpressionAttributeValues: { ...values, ':now': number(Math.floor(now / 1000)) },
  };
}

/** A reservation of runs: how many milliseconds they take, from when. */
export interface Reservation {
  readonly task: string;
  readonly spanMs: number;
  readonly now: number;
}

/** Takes the next free span after those that are reserved; refused if nothing is reserved beyond now. */
export function reserveNextRequest(table: string, { task, spanMs, now }: Reservation): UpdateItemCommandInput {
  return {
    TableName: table,
    Key: rateKey(task),
    UpdateExpression: 'SET tat = tat + :span',
    ConditionExpression: 'tat > :now',
    ExpressionAttributeValues: { ':span': number(spanMs), ':now': number(now) },
    ReturnValues: 'UPDATED_NEW',
  };
}

/** Takes the span that begins now; refused if something is reserved beyond now. */
export function reserveNowRequest(table: string, { task, spanMs, now }: Reservation): UpdateItemCommandInput {
  return {
    TableName: table,
    Key: rateKey(task),
    UpdateExpression: 'SET tat = :end',
    ConditionExpression: 'attribute_not_exists(tat) OR tat <= :now',
    ExpressionAttributeValues: { ':end': number(now + spanMs), ':now': number(now) },
    ReturnValues: 'UPDATED_NEW',
  };
}

/** The most bytes kept of a body, from its beginning: an item holds 400 KB, and no message of ours comes near that. */
export const MAX_LETTER_BYTES: number = 256 * 1024;

export function buryRequest(table: string, letter: DeadLetter, until: number): PutItemCommandInput {
  const bytes = Buffer.from(letter.body);
  const body = bytes.length > MAX_LETTER_BYTES ? bytes.toString('utf8', 0, MAX_LETTER_BYTES) : letter.body;
  return putRequest(table, letterKey(letter), { r: text(letter.reason), b: text(body) }, until);
}

export function exhumeRequest(table: string, letter: DeadLetter): DeleteItemCommandInput {
  return { TableName: table, Key: keyAttributes(letterKey(letter)) };
}

/** The dead letters of one day, from `since` on. */
export function lettersRequest(table: string, day: string, since: number): QueryCommandInput {
  return {
    TableName: table,
    KeyConditionExpression: 'pk = :pk AND sk >= :since',
    ExpressionAttributeValues: { ':pk': text(`$dead/${day}`), ':since': text(sortableTime(since)) },
  };
}

export function letterOf(item: Item): DeadLetter {
  const [time = '', ...id] = (readText(item, 'sk') ?? '').split('#');
  return { at: Number(time), id: id.join('#'), reason: readText(item, 'r') ?? '', body: readText(item, 'b') ?? '' };
}

export function gateOf(item: Item = {}): Gate {
  return {
    upUntil: readNumber(item, 'g') ?? 0,
    rates: named(item, RATE, readText),
    purges: { tasks: named(item, PURGED_TASK, readNumber), queues: named(item, PURGED_QUEUE, readNumber) },
  };
}

// --- internal ---

/** The condition that an item is the submission of this workflow. */
function isOf({ key, workflow }: EndSubmission): { readonly when: string; readonly values: Item } {
  return workflow === key
    ? { when: 'attribute_exists(pk) AND attribute_not_exists(w)', values: {} }
    : { when: 'w = :w', values: { ':w': text(workflow) } };
}

/** How the attributes of the gate begin that limit a task's rate. */
const RATE = 'r:';

/** How the attributes of the gate begin that purge the messages of a task, or of a queue. */
const PURGED_TASK = 't:';
const PURGED_QUEUE = 'q:';

/** Returns the attributes of an item that begin so, by the rest of their names. */
function named<Value>(
  item: Item,
  beginning: string,
  read: (item: Item, name: string) => Value | undefined,
): Readonly<Record<string, Value>> {
  const found = Object.keys(item).flatMap((name) => {
    const value = name.startsWith(beginning) ? read(item, name) : undefined;
    return value === undefined ? [] : [[name.slice(beginning.length), value] as const];
  });
  return Object.fromEntries(found);
}

function rateKey(task: string): ReturnType<typeof keyAttributes> {
  return keyAttributes({ pk: `$rate/${task}`, sk: '-' });
}

function letterKey({ at, id }: DeadLetter): Key {
  return { pk: `$dead/${dayOf(at)}`, sk: `${sortableTime(at)}#${id}` };
}
