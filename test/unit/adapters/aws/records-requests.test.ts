import { describe, expect, it } from 'vitest';
import { daysBetween } from '../../../../src/adapters/aws/keys.ts';
import {
  appendRequest,
  buryRequest,
  markRequest,
  MAX_LETTER_BYTES,
  progressKey,
  reserveNextRequest,
  reserveNowRequest,
  resultKey,
} from '../../../../src/adapters/aws/records-requests.ts';
import { addressOf } from '../../../../src/core/protocol/address.ts';

const DAY = 86_400_000;

describe('requests of AwsRecords', () => {
  it('keys are in the partitions of their tasks and workflows', () => {
    expect(progressKey(addressOf('W.1~130'))).toEqual({ pk: 'W.1/1', sk: 'u~130' });
    expect(resultKey('W.1')).toEqual({ pk: 'W', sk: 'g.1' });
    expect(markRequest('T', 'W.1', 5000).Item).toEqual({ pk: { S: 'W' }, sk: { S: '!W.1' }, x: { N: '5' } });
    const entry = { key: 'k', at: 1234.5, nonce: 'n', text: 'v', until: 5000 };
    expect(appendRequest('T', entry).Item).toMatchObject({ pk: { S: '$ledger/k' }, sk: { S: '000000000001234#n' } });
  });

  it('reserveNextRequest() and reserveNowRequest() exclude each other', () => {
    const reservation = { task: 'add', spanMs: 300, now: 1000 };
    expect(reserveNextRequest('T', reservation)).toMatchObject({
      UpdateExpression: 'SET tat = tat + :span',
      ConditionExpression: 'tat > :now',
      ExpressionAttributeValues: { ':span': { N: '300' }, ':now': { N: '1000' } },
    });
    expect(reserveNowRequest('T', reservation)).toMatchObject({
      UpdateExpression: 'SET tat = :end',
      ConditionExpression: 'attribute_not_exists(tat) OR tat <= :now',
      ExpressionAttributeValues: { ':end': { N: '1300' }, ':now': { N: '1000' } },
    });
  });

  it('buryRequest() keeps the beginning of a body when it is larger than an item may be', () => {
    const letter = { at: 5 * DAY, id: 'W', reason: 'no JSON', body: 'é'.repeat(200_000) };
    const { Item } = buryRequest('T', letter, 5000);
    expect(Item).toMatchObject({ pk: { S: '$dead/1970-01-06' }, sk: { S: '000000432000000#W' } });
    expect(Item?.['b']?.S).toBe('é'.repeat(MAX_LETTER_BYTES / 2));
  });

  it('daysBetween() names each day once, and goes back 400 days at most', () => {
    expect(daysBetween(DAY - 1, 2 * DAY)).toEqual(['1970-01-01', '1970-01-02', '1970-01-03']);
    expect(daysBetween(DAY, DAY)).toEqual(['1970-01-02']);
    expect(daysBetween(2 * DAY, DAY)).toEqual([]);
    expect(daysBetween(0, 1000 * DAY)).toHaveLength(400);
  });
});
