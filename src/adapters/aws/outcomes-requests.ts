import type { PutItemCommandInput, QueryCommandInput, UpdateItemCommandInput } from '@aws-sdk/client-dynamodb';
import { addressOf, nodeKey, shardKey } from '../../core/protocol/address.ts';
import type { Address } from '../../core/protocol/address.ts';
import { stepId } from '../../core/protocol/ids.ts';
import { NODE_CHILDREN } from '../../core/protocol/join-tree.ts';
import { ANY_ATTEMPT, failuresOf } from '../../core/protocol/outcome.ts';
import type { GroupSize } from '../../core/protocol/outcome.ts';
import { compact } from '../../core/values/compact.ts';
import type { CountStart, Claim, Climb, Commit } from '../../ports/outcomes.ts';
import { expiry, keyAttributes, number, text } from './attributes.ts';
import type { Item, Key } from './attributes.ts';
import { encodeClaim, encodeLast, encodeOutcome, encodeRerun } from './outcome-codec.ts';
import { encodeSize } from './run-codec.ts';

/** A conditional update that answers with the whole item. */
export interface ItemUpdate extends UpdateItemCommandInput {
  readonly Key: Record<'pk' | 'sk', { S: string }>;
}

/** Where and when a request is made. */
export interface At {
  readonly table: string;
  /** Epoch ms: items whose time is over are refused, to be cleared first. */
  readonly now: number;
}

export function decideRequest(at: At, { address, attempt, decision, by, size, until }: Commit): ItemUpdate {
  const { slot } = address;
  const end = slot ?? '';
  const open = openAt(end, attempt);
  const isMember = slot !== undefined;
  const facts = isMember ? memberFacts(decision.run?.task, size) : NO_FACTS;
  if ('kind' in decision) {
    const set = [`r${end} = :r`, `d${end} = :d`, ...facts.set];
    const rerun = text(encodeRerun({ ...decision, ...by }, isMember));
    const values = { ':r': number(decision.attempt), ':d': rerun, ...facts.values, ...open.values };
    const more = `REMOVE s${end}, c${end} ${facts.add}`.trimEnd();
    return updateOf(at, address, until, { set, more, when: open.when, values });
  }
  const isFailed = isMember && failuresOf(decision) > 0;
  return updateOf(at, address, until, {
    set: [`o${end} = :o`, ...(isMember ? ['l = :l'] : []), ...(isFailed ? ['f = :f'] : []), ...facts.set],
    ...(facts.add === '' ? {} : { more: facts.add }),
    when: open.when,
    values: {
      ':o': text(encodeOutcome({ ...decision, ...by }, isMember)),
      ...facts.values,
      ...compact({
        ':l': isMember ? text(encodeLast({ mid: by.mid, child: slot })) : undefined,
        ':f': isFailed ? FAILED : undefined,
      }),
      ...open.values,
    },
  });
}

export function countStartRequest(at: At, { address, attempt, token, until }: CountStart): ItemUpdate {
  const end = address.slot ?? '';
  const open = openAt(end, attempt);
  return updateOf(at, address, until, {
    set: [],
    more: `ADD s${end} :start`,
    when: open.when,
    values: { ':start': { SS: [token] }, ...open.values },
  });
}

/** Takes a start back. */
export function uncountStartRequest(table: string, address: Address, token: string): UpdateItemCommandInput {
  const end = address.slot ?? '';
  return {
    TableName: table,
    Key: keyAttributes(address),
    UpdateExpression: `DELETE s${end} :start`,
    // Without it, an item that the table has deleted would come back, and stay.
    ConditionExpression: `contains(s${end}, :token)`,
    ExpressionAttributeValues: { ':start': { SS: [token] }, ':token': text(token) },
  };
}

export function claimRequest(at: At, { address, attempt, by, claimedUntil, until }: Claim): ItemUpdate {
  const end = address.slot ?? '';
  const open = openAt(end, attempt);
  return updateOf(at, address, until, {
    set: [`c${end} = :c`],
    when: `${open.when} AND attribute_not_exists(c${end})`,
    values: { ':c': text(encodeClaim({ ...by, until: claimedUntil })), ...open.values },
  });
}

/** Notes beside an outcome that its value is forgotten; the outcome stays as it was committed. */
export function forgetRequest(table: string, address: Address): UpdateItemCommandInput {
  const end = address.slot ?? '';
  return {
    TableName: table,
    Key: keyAttributes(address),
    UpdateExpression: `SET g${end} = :g`,
    ConditionExpression: `attribute_exists(o${end})`,
    ExpressionAttributeValues: { ':g': { BOOL: true } },
    ReturnValues: 'ALL_NEW',
  };
}

export function climbRequest(at: At, { join, rung, mid, failed, failures = 0, size, until }: Climb): ItemUpdate {
  const child = rung.child - firstChildOf(rung);
  return updateOf(at, { pk: nodeKey(join, rung.level, rung.node), sk: '-' }, until, {
    set: ['l = :l', ...(failed ? ['f = :f'] : []), ...(size === undefined ? [] : ['n = :n'])],
    // The condition lets a child count once, and so do its failures.
    more: `ADD d :children${failures > 0 ? ', e :e' : ''}`,
    when: '(attribute_not_exists(d) OR NOT contains(d, :child))',
    values: {
      ':l': text(encodeLast({ mid, child })),
      // Counted from the node's first, since small numbers are stored in fewer bytes: 200 children stay below 1 KB.
      ':children': { NS: [String(child)] },
      ':child': number(child),
      ...compact({
        ':f': failed ? FAILED : undefined,
        ':e': failures > 0 ? number(failures) : undefined,
        ':n': size === undefined ? undefined : text(encodeSize(size)),
      }),
    },
  });
}

/** The first child of the node that a rung leads to. */
export function firstChildOf({ node }: { readonly node: number }): number {
  return node * NODE_CHILDREN;
}

/** Empties an item whose time is over, if it is still the same: the id has come into use again. */
export function clearRequest({ table }: At, item: Item, update: ItemUpdate): PutItemCommandInput {
  const x = update.ExpressionAttributeValues?.[':x'];
  return {
    TableName: table,
    Item: { ...update.Key, ...compact({ x }) },
    ConditionExpression: 'x = :old',
    ExpressionAttributeValues: { ':old': item['x'] ?? number(0) },
  };
}

/** The steps of the chain at `base` that are tasks. */
export function stepsRequest(table: string, base: string): QueryCommandInput {
  const { pk, sk } = addressOf(stepId(base, 0));
  return {
    TableName: table,
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :t)',
    ExpressionAttributeValues: { ':pk': text(pk), ':t': text(sk.slice(0, -1)) },
  };
}

/** All leaves of a shard. */
export function leavesRequest(table: string, join: string, shard: number, isStrong: boolean): QueryCommandInput {
  return {
    TableName: table,
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :c)',
    ExpressionAttributeValues: { ':pk': text(shardKey(join, shard)), ':c': text('c') },
    ConsistentRead: isStrong,
  };
}

// --- internal ---

/** The facts that a member's decision adds to its leaf, for people who look. */
interface MemberFacts {
  readonly set: readonly string[];
  readonly add: string;
  readonly values: Item;
}

const NO_FACTS: MemberFacts = { set: [], add: '', values: {} };

function memberFacts(task: string | undefined, size: GroupSize | undefined): MemberFacts {
  return {
    set: size === undefined ? [] : ['n = :n'],
    add: task === undefined ? '' : 'ADD k :task',
    values: compact({
      ':n': size === undefined ? undefined : text(encodeSize(size)),
      ':task': task === undefined ? undefined : { SS: [task] },
    }),
  };
}

const FAILED = { BOOL: true };

interface Change {
  readonly set: readonly string[];
  readonly more?: string;
  readonly when: string;
  readonly values: Item;
}

function updateOf({ table, now }: At, key: Key, until: number, { set, more, when, values }: Change): ItemUpdate {
  return {
    TableName: table,
    Key: keyAttributes(key),
    UpdateExpression: `SET ${[...set, 'x = :x'].join(', ')}${more === undefined ? '' : ` ${more}`}`,
    ConditionExpression: `${when} AND (attribute_not_exists(x) OR x > :now)`,
    ExpressionAttributeValues: { ...values, ':x': expiry(until), ':now': number(Math.floor(now / 1000)) },
    ReturnValues: 'ALL_NEW',
  };
}

/** Returns the condition that matches `isOpen` in the core: no outcome, and no later attempt. */
function openAt(end: number | '', attempt: number): Pick<Change, 'when' | 'values'> {
  const when = `attribute_not_exists(o${end})`;
  if (attempt === ANY_ATTEMPT) return { when, values: {} };
  return {
    when: `${when} AND (attribute_not_exists(r${end}) OR r${end} <= :try)`,
    values: { ':try': number(attempt) },
  };
}
