import type { AttributeValue, UpdateItemCommandInput } from '@aws-sdk/client-dynamodb';
import type { Granted, NextInLine, Places } from '../../core/protocol/places.ts';
import { compact } from '../../core/values/compact.ts';
import type { LeavePlaces, TakePlaces } from '../../ports/places.ts';
import { expiry, keyAttributes, number, readNumber, readText, text } from './attributes.ts';
import type { Item, Key } from './attributes.ts';

/** The item of a key's places. */
export function placesKey(key: string): Key {
  return { pk: `$places/${key}`, sk: '-' };
}

/** The places as they stand, and whether there is an item that can hold some. */
export interface Seen extends Places {
  readonly hasItem: boolean;
}

export function placesOf(item: Item = {}): Seen {
  const held = Object.entries(item['h']?.M ?? {});
  const holders = Object.fromEntries(held.map(([token, until]) => [token, Number(until.N)]));
  const { M: next } = item['w'] ?? {};
  return { holders, hasItem: item['h'] !== undefined, ...compact({ next: next && nextOf(next) }) };
}

/** Takes all places that a message wants, of an item that most likely has them; refused if anything is in the way. */
export function takeAllRequest(table: string, params: TakePlaces): UpdateItemCommandInput {
  const { tokens, limit, now, since } = params;
  const isFree = 'size(h) <= :room AND (attribute_not_exists(w) OR w.u <= :now OR w.s > :since)';
  const values = { ':room': number(limit - tokens.length), ':now': number(now), ':since': number(since) };
  return takeRequest(table, params, { tokens, lapsed: [], leavesLine: false }, { when: isFree, values });
}

/** Takes the places that were granted, if what stands is still what was seen; more places may have become free. */
export function takeGrantedRequest(
  table: string,
  params: TakePlaces,
  granted: Granted & { readonly kind: 'take' },
  { holders, next, hasItem }: Seen,
): UpdateItemCommandInput {
  if (!hasItem) return createRequest(table, params, granted);
  const { when, values } = sameNext(next);
  const { lapsed } = granted;
  const lapses = lapsed.map((_, index) => ` AND h.#l${index} = :l${index}`).join('');
  return takeRequest(table, params, granted, {
    when: `size(h) <= :size${lapses} AND ${when}`,
    values: {
      ...values,
      ':size': number(Object.keys(holders).length),
      ...Object.fromEntries(lapsed.map((token, index) => [`:l${index}`, number(holders[token] ?? 0)])),
    },
  });
}

/** Marks a message as the first in line, if what stands is still what was seen. */
export function markRequest(
  table: string,
  { key, now }: TakePlaces,
  mark: NextInLine,
  seen: Seen,
): UpdateItemCommandInput {
  const { when, values } = sameNext(seen.next);
  return {
    TableName: table,
    Key: keyAttributes(placesKey(key)),
    UpdateExpression: 'SET w = :w, x = :x',
    ConditionExpression: when,
    ExpressionAttributeValues: { ...values, ':w': { M: encodeNext(mark) }, ':x': expiry(now + KEPT_MS) },
  };
}

/** Gives places back; refused if there is no item any more. */
export function leaveRequest(table: string, { key, tokens }: LeavePlaces): UpdateItemCommandInput {
  return {
    TableName: table,
    Key: keyAttributes(placesKey(key)),
    UpdateExpression: `REMOVE ${tokens.map((_, index) => `h.#t${index}`).join(', ')}`,
    ConditionExpression: 'attribute_exists(h)',
    ExpressionAttributeNames: namesOf('t', tokens),
  };
}

/** Gives the turn of a message up; refused if it is not the first in line. */
export function leaveLineRequest(table: string, key: string, mid: string): UpdateItemCommandInput {
  return {
    TableName: table,
    Key: keyAttributes(placesKey(key)),
    UpdateExpression: 'REMOVE w',
    ConditionExpression: 'w.m = :m',
    ExpressionAttributeValues: { ':m': text(mid) },
  };
}

// --- internal ---

/** How long an item is kept after its last use, in ms: longer than any sandbox lives. */
const KEPT_MS = 2 * 86_400_000;

type Taking = Pick<Granted & { readonly kind: 'take' }, 'tokens' | 'lapsed' | 'leavesLine'>;

interface Condition {
  readonly when: string;
  readonly values: Readonly<Record<string, AttributeValue>>;
}

/** A request that was repeated finds its own tokens, and changes nothing. */
function takeRequest(
  table: string,
  { key, until, now }: TakePlaces,
  { tokens, lapsed, leavesLine }: Taking,
  { when, values }: Condition,
): UpdateItemCommandInput {
  const set = tokens.map((_, index) => `h.#t${index} = :until`).join(', ');
  const gone = [...lapsed.map((_, index) => `h.#l${index}`), ...(leavesLine ? ['w'] : [])];
  return {
    TableName: table,
    Key: keyAttributes(placesKey(key)),
    UpdateExpression: `SET ${set}, x = :x${gone.length === 0 ? '' : ` REMOVE ${gone.join(', ')}`}`,
    ConditionExpression: `attribute_exists(h) AND ((${when}) OR attribute_exists(h.#t0))`,
    ExpressionAttributeNames: { ...namesOf('t', tokens), ...namesOf('l', lapsed) },
    ExpressionAttributeValues: { ...values, ':until': number(until), ':x': expiry(now + KEPT_MS) },
  };
}

/** The first places of a key; a mark may stand there already. */
function createRequest(table: string, { key, until, now }: TakePlaces, { tokens }: Taking): UpdateItemCommandInput {
  const holders = Object.fromEntries(tokens.map((token) => [token, number(until)]));
  return {
    TableName: table,
    Key: keyAttributes(placesKey(key)),
    UpdateExpression: 'SET h = :h, x = :x',
    ConditionExpression: 'attribute_not_exists(h)',
    ExpressionAttributeValues: { ':h': { M: holders }, ':x': expiry(now + KEPT_MS) },
  };
}

function sameNext(next: NextInLine | undefined): Condition {
  if (next === undefined) return { when: 'attribute_not_exists(w)', values: {} };
  const values = { ':m': text(next.mid), ':u': number(next.until) };
  return { when: 'w.m = :m AND w.u = :u', values };
}

function namesOf(prefix: string, tokens: readonly string[]): Record<string, string> {
  return Object.fromEntries(tokens.map((token, index) => [`#${prefix}${index}`, token]));
}

function encodeNext({ mid, since, from, until, beside }: NextInLine): Record<string, AttributeValue> {
  return { m: text(mid), s: number(since), f: number(from), u: number(until), k: number(beside) };
}

function nextOf(next: Item): NextInLine {
  const read = (name: string): number => readNumber(next, name) ?? 0;
  return { mid: readText(next, 'm') ?? '', since: read('s'), from: read('f'), until: read('u'), beside: read('k') };
}
