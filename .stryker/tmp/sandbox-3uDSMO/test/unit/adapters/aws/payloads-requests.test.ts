import { describe, expect, it } from 'vitest';
import { blockPlace, placeOf, refOf, valuePlace } from '../../../../src/adapters/aws/payloads-requests.ts';
import { addressOf } from '../../../../src/core/protocol/address.ts';

describe('requests of AwsPayloads', () => {
  it.each([
    ['W', { pk: 'W', sk: 'v/t' }],
    ['W.1', { pk: 'W', sk: 'v.1/t' }],
    ['W.1~130', { pk: 'W.1/1', sk: 'v~130/t' }],
    ['W.1~130!2.0', { pk: 'W.1/1', sk: 'v~130!2.0/t' }],
  ])('valuePlace() is in the partition of the task when the value of %s is small', (id, item) => {
    expect(valuePlace(addressOf(id), 't', 'x'.repeat(8192))).toEqual({ id, item });
    expect(placeOf(`table:${item.pk}|${item.sk}`)).toEqual({ id, item });
  });

  it('valuePlace() is in the bucket when the value has more than 8 KB as UTF-8', () => {
    const place = valuePlace(addressOf('W.1~3'), 't', 'é'.repeat(4097));
    expect(place).toEqual({ id: 'W.1~3', object: 'v/W.1~3/t' });
    expect(refOf(place)).toBe('bucket:v/W.1~3/t');
    expect(placeOf('bucket:v/W.1~3/t')).toEqual(place);
  });

  it.each([
    ['table:W/0', { id: 'W', item: { pk: 'W', sk: 'b/0' } }],
    ['table:W.1~3!2/10', { id: 'W.1~3!2', item: { pk: 'W', sk: 'b.1~3!2/10' } }],
    ['bucket:W!1/0', { id: 'W!1', object: 'b/W!1/0' }],
  ])('blockPlace() is in the partition of the workflow or in the bucket when the key is %s', (key, place) => {
    expect(blockPlace(key)).toEqual(place);
  });
});
