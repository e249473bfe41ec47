import { expect, test } from 'vitest';
import { timeBy } from '../../../../src/adapters/aws/service-time.ts';

const there = Date.UTC(2026, 0, 2, 3, 4, 5);
const date = 'Fri, 02 Jan 2026 03:04:05 GMT';

test.each([
  ['a clock that agrees is more exact than a header that names the second', date, there + 999, there + 999],
  ['a clock that is ahead is not believed', date, there + 60_000, there],
  ['a clock that is behind is not believed', date, there - 60_000, there],
  ['without a header there is only this clock', undefined, there + 60_000, there + 60_000],
  ['a header that is no date is none', 'soon', there, there],
])('%s', (_, header, here, time) => {
  expect(timeBy(header, here)).toBe(time);
});
