import type { PutItemCommandInput, QueryCommandInput, UpdateItemCommandInput } from '@aws-sdk/client-dynamodb';
import type { Closing, Window } from '../../core/protocol/window.ts';
import type { CloseWindow, NoteWake, PutWindow } from '../../ports/windows.ts';
import { expiry, isExpired, keyAttributes, number, readNumber, readText, text } from './attributes.ts';
import type { Item, Key } from './attributes.ts';

/** The windows of a key are in one partition, in the order of their numbers. */
export function windowKey(key: string, place: number): Key {
  return { pk: `$debounce/${key}`, sk: `${KIND}${String(place).padStart(10, '0')}` };
}

export function newestWindowRequest(table: string, key: string): QueryCommandInput {
  return {
    TableName: table,
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :kind)',
    ExpressionAttributeValues: { ':pk': text(windowKey(key, 0).pk), ':kind': text(KIND) },
    ScanIndexForward: false,
    Limit: 1,
    ConsistentRead: true,
  };
}

export function windowOf(item: Item, now: number): Window {
  return {
    number: Number((readText(item, 'sk') ?? '').slice(KIND.length)),
    workflow: readText(item, 'w') ?? '',
    calls: readNumber(item, 'n') ?? 0,
    openedAt: readNumber(item, 'f') ?? 0,
    due: readNumber(item, 'd') ?? 0,
    message: readText(item, 'm') ?? '',
    isAwaited: item['s']?.BOOL === true,
    isClosed: item['c'] !== undefined || isExpired(item, now),
  };
}

/** Writes a window whole: the first call where none stands, and any other over the call before it. */
export function putWindowRequest(
  table: string,
  { key, window, until, now }: PutWindow & { readonly now: number },
): PutItemCommandInput {
  const { number: place, workflow, calls, openedAt, due, message, isAwaited } = window;
  const condition =
    calls === 1
      ? {
          ConditionExpression: 'attribute_not_exists(pk) OR x <= :now',
          ExpressionAttributeValues: { ':now': number(Math.floor(now / 1000)) },
        }
      : {
          ConditionExpression: 'n = :before AND attribute_not_exists(c)',
          ExpressionAttributeValues: { ':before': number(calls - 1) },
        };
  return {
    TableName: table,
    Item: {
      ...keyAttributes(windowKey(key, place)),
      w: text(workflow),
      n: number(calls),
      f: number(openedAt),
      d: number(due),
      m: text(message),
      ...(isAwaited ? { s: { BOOL: true } } : {}),
      x: expiry(until),
    },
    ...condition,
  };
}

export function noteWakeRequest(table: string, { key, number: place }: NoteWake): UpdateItemCommandInput {
  return {
    TableName: table,
    Key: keyAttributes(windowKey(key, place)),
    UpdateExpression: 'SET s = :sent',
    ConditionExpression: 'attribute_exists(pk)',
    ExpressionAttributeValues: { ':sent': { BOOL: true } },
  };
}

/** Closes a window that is due, unless it is closed. */
export function closeWindowRequest(
  table: string,
  { key, number: place, workflow, mid, now }: CloseWindow,
): UpdateItemCommandInput {
  return {
    TableName: table,
    Key: keyAttributes(windowKey(key, place)),
    UpdateExpression: 'SET c = :mid',
    ConditionExpression: 'w = :w AND d <= :now AND attribute_not_exists(c)',
    ExpressionAttributeValues: { ':mid': text(mid), ':w': text(workflow), ':now': number(now) },
    ReturnValues: 'ALL_NEW',
  };
}

export function closingOf(item: Item): Closing {
  return {
    workflow: readText(item, 'w') ?? '',
    due: readNumber(item, 'd') ?? 0,
    message: readText(item, 'm') ?? '',
    closedBy: readText(item, 'c'),
  };
}

// --- internal ---

/** How the sort keys of windows begin. */
const KIND = 'd';
