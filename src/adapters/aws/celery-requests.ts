import type { GetItemCommandInput, PutItemCommandInput } from '@aws-sdk/client-dynamodb';
import { isPlainObject, jsonIn } from '../../core/values/json.ts';
import type { JsonObject } from '../../core/values/json.ts';
import type { Item } from './attributes.ts';
import { number, text } from './attributes.ts';

/** The result of one task, and where it goes. */
export interface ResultWrite {
  readonly table: string;
  readonly taskId: string;
  readonly rank: number;
  readonly meta: JsonObject;
  /** Epoch ms. */
  readonly now: number;
  /** Seconds for which it is kept. */
  readonly keptSeconds: number;
}

/** Returns the request that reads a saved group. It reads strongly: the group is saved just before its tasks are sent. */
export function groupRequest(table: string, group: string): GetItemCommandInput {
  return { TableName: table, Key: { id: keyOf('taskset', group) }, ConsistentRead: true };
}

/** Returns the request that reads the result of a task. It reads strongly: Celery writes it just before it tells of it. */
export function taskRequest(table: string, taskId: string): GetItemCommandInput {
  return { TableName: table, Key: { id: keyOf('task', taskId) }, ConsistentRead: true };
}

/** Returns the request that keeps a result, unless one of a later attempt stands. */
export function resultRequest({ table, taskId, rank, meta, now, keptSeconds }: ResultWrite): PutItemCommandInput {
  return {
    TableName: table,
    Item: {
      id: keyOf('task', taskId),
      result: { B: new TextEncoder().encode(JSON.stringify(meta)) },
      timestamp: number(now / 1000),
      ttl: number(Math.ceil(now / 1000) + keptSeconds),
      rank: number(rank),
    },
    ConditionExpression: 'attribute_not_exists(#rank) OR #rank <= :rank',
    ExpressionAttributeNames: { '#rank': 'rank' },
    ExpressionAttributeValues: { ':rank': number(rank) },
  };
}

/** Returns the ids of the members of a saved group; undefined if the item is not one. */
export function membersIn(item: Item): readonly string[] | undefined {
  const { result } = metaIn(item) ?? {};
  const members: unknown = Array.isArray(result) ? result[1] : undefined;
  return Array.isArray(members) ? members.map(idOf) : undefined;
}

/** Returns what an item keeps, if it is an object of JSON. */
export function metaIn(item: Item): JsonObject | undefined {
  const bytes = item['result']?.B;
  const saved = bytes === undefined ? undefined : jsonIn(new TextDecoder().decode(bytes));
  // It comes from JSON.
  return isPlainObject(saved) ? (saved as JsonObject) : undefined;
}

// --- internal ---

/** Celery makes its keys by `str` of Python's bytes, so the quotes and the `b` belong to them. */
function keyOf(kind: 'task' | 'taskset', id: string): ReturnType<typeof text> {
  return text(`b'celery-${kind}-meta-${id}'`);
}

/** Returns the id in a result as Celery writes it: `[[id, parent], children]`. */
function idOf(tuple: unknown): string {
  const first: unknown = Array.isArray(tuple) ? tuple[0] : tuple;
  return String(Array.isArray(first) ? first[0] : first);
}
