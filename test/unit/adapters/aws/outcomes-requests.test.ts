import { describe, expect, it } from 'vitest';
import {
  countStartRequest,
  claimRequest,
  climbRequest,
  decideRequest,
  leavesRequest,
} from '../../../../src/adapters/aws/outcomes-requests.ts';
import { addressOf } from '../../../../src/core/protocol/address.ts';
import { ANY_ATTEMPT } from '../../../../src/core/protocol/outcome.ts';

const at = { table: 'T', now: 1_000_500 };
const by = { mid: 'mid', token: 'token' };
const alive = '(attribute_not_exists(x) OR x > :now)';
const times = { ':x': { N: '2001' }, ':now': { N: '1000' } };
const until = 2_000_001;

describe('requests of DynamoOutcomes', () => {
  it('decideRequest() fills a slot of the leaf when it commits the result of a member', () => {
    const decision = { state: 'SUCCESS', value: { inline: 5 } } as const;
    expect(decideRequest(at, { address: addressOf('W.1~130'), attempt: 2, decision, by, until })).toEqual({
      TableName: 'T',
      Key: { pk: { S: 'W.1/1' }, sk: { S: 'c16' } },
      UpdateExpression: 'SET o2 = :o, l = :l, x = :x',
      ConditionExpression: `attribute_not_exists(o2) AND (attribute_not_exists(r2) OR r2 <= :try) AND ${alive}`,
      ExpressionAttributeValues: {
        ':o': { S: '{"m":"token mid","v":5}' },
        ':l': { S: '2:mid' },
        ':try': { N: '2' },
        ...times,
      },
      ReturnValues: 'ALL_NEW',
    });
  });

  it('decideRequest() marks the leaf as failed, and asks for no attempt, when a failure is settled', () => {
    const decision = { state: 'FAILURE', value: { ref: 'r' }, failedId: 'W.0' } as const;
    const request = decideRequest(at, { address: addressOf('W~0'), attempt: ANY_ATTEMPT, decision, by, until });
    expect(request.UpdateExpression).toBe('SET o0 = :o, l = :l, f = :f, x = :x');
    expect(request.ConditionExpression).toBe(`attribute_not_exists(o0) AND ${alive}`);
    expect(request.ExpressionAttributeValues).not.toHaveProperty(':try');
  });

  it('decideRequest() writes an item without a leaf when the id is no member', () => {
    const decision = { state: 'FAILURE', value: { inline: null } } as const;
    const request = decideRequest(at, { address: addressOf('W'), attempt: 0, decision, by, until });
    expect(request.Key).toEqual({ pk: { S: 'W' }, sk: { S: 't' } });
    expect(request.UpdateExpression).toBe('SET o = :o, x = :x');
  });

  it('decideRequest() sets the next attempt and forgets starts and claim when it commits a rerun', () => {
    const decision = { kind: 'retry', notBefore: 7, attempt: 1 } as const;
    expect(decideRequest(at, { address: addressOf('W~1'), attempt: 0, decision, by, until })).toMatchObject({
      UpdateExpression: 'SET r1 = :r, d1 = :d, x = :x REMOVE s1, c1',
      ExpressionAttributeValues: { ':r': { N: '1' }, ':d': { S: '{"m":"token mid","b":7}' } },
    });
  });

  it('decideRequest() keeps the size of the group and the names of its tasks once in a leaf', () => {
    const run = { task: 'shop.mail', endedAt: 1_700_000_000_000 };
    const decision = { state: 'SUCCESS', value: { inline: 1 }, run } as const;
    const size = { members: 100, steps: 2 };
    expect(decideRequest(at, { address: addressOf('W.0~1'), attempt: 0, decision, by, size, until })).toMatchObject({
      UpdateExpression: 'SET o1 = :o, l = :l, n = :n, x = :x ADD k :task',
      ExpressionAttributeValues: { ':n': { S: '100 2' }, ':task': { SS: ['shop.mail'] } },
    });
    const rerun = { kind: 'retry', notBefore: 7, attempt: 1, run } as const;
    expect(decideRequest(at, { address: addressOf('W~1'), attempt: 0, decision: rerun, by, until })).toMatchObject({
      UpdateExpression: 'SET r1 = :r, d1 = :d, x = :x REMOVE s1, c1 ADD k :task',
    });
  });

  it('climbRequest() adds the failures of a child in the write that marks it', () => {
    const rung = { level: 0, node: 0, child: 3, children: 5 };
    const size = { members: 40 };
    const climb = { join: 'W', rung, mid: 'mid', failed: true, failures: 2, size, until };
    expect(climbRequest(at, climb)).toMatchObject({
      UpdateExpression: 'SET l = :l, f = :f, n = :n, x = :x ADD d :children, e :e',
      ExpressionAttributeValues: { ':e': { N: '2' }, ':n': { S: '40' } },
    });
  });

  it('countStartRequest() adds a token to the starts of an open attempt', () => {
    const request = countStartRequest(at, { address: addressOf('W.0'), attempt: 1, token: 'token', until });
    expect(request.UpdateExpression).toBe('SET x = :x ADD s :start');
    expect(request.ConditionExpression).toBe(
      `attribute_not_exists(o) AND (attribute_not_exists(r) OR r <= :try) AND ${alive}`,
    );
  });

  it('claimRequest() takes the claim unless there is one', () => {
    const request = claimRequest(at, { address: addressOf('W.0'), attempt: 1, by, claimedUntil: 9, until });
    expect(request.UpdateExpression).toBe('SET c = :c, x = :x');
    expect(request.ConditionExpression).toContain('AND attribute_not_exists(c) AND');
    expect(request.ExpressionAttributeValues?.[':c']).toEqual({ S: '{"m":"token mid","u":9}' });
  });

  it('climbRequest() adds a child, counted from the first of its node, unless it is there', () => {
    const rung = { level: 1, node: 2, child: 403, children: 5 };
    expect(climbRequest(at, { join: 'W.1', rung, mid: 'mid', failed: true, until })).toEqual({
      TableName: 'T',
      Key: { pk: { S: 'W.1/n1.2' }, sk: { S: '-' } },
      UpdateExpression: 'SET l = :l, f = :f, x = :x ADD d :children',
      ConditionExpression: `(attribute_not_exists(d) OR NOT contains(d, :child)) AND ${alive}`,
      ExpressionAttributeValues: {
        ':l': { S: '3:mid' },
        ':children': { NS: ['3'] },
        ':child': { N: '3' },
        ':f': { BOOL: true },
        ...times,
      },
      ReturnValues: 'ALL_NEW',
    });
  });

  it('leavesRequest() reads the leaves of a shard, strongly if that is asked for', () => {
    expect(leavesRequest('T', 'W.1', 3, true)).toMatchObject({
      ExpressionAttributeValues: { ':pk': { S: 'W.1/3' }, ':c': { S: 'c' } },
      ConsistentRead: true,
    });
  });
});
