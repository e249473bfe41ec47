import { expect, it } from 'vitest';
import { placesOf, takeGrantedRequest } from '../../../../src/adapters/aws/places-requests.ts';
import { grant } from '../../../../src/core/protocol/places.ts';

it('takeGrantedRequest() stays within the 4 KB and the 300 operators of an expression, with a thousand lapsed places', () => {
  const h = { M: Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`token${i}`, { N: '1' }])) };
  const tokens = Array.from({ length: 10 }, (_, i) => `new${i}`);
  const wish = { key: 'k', tokens, limit: 1000, mid: 'm', since: 2, now: 2, until: 3, hasWaited: true };
  const seen = placesOf({ h });
  const granted = grant(seen, wish);
  if (granted.kind !== 'take') throw new Error(`Cannot take places: the answer is ${granted.kind}`);
  const { ConditionExpression = '', UpdateExpression = '' } = takeGrantedRequest('t', wish, granted, seen);
  for (const expression of [ConditionExpression, UpdateExpression]) {
    expect(expression.length).toBeLessThan(4096);
    expect(expression.match(/ AND | OR |=|\(|,|#/g)?.length).toBeLessThan(300);
  }
});
