import { expect, it } from 'vitest';
import { lineOf } from '../../../../src/core/values/log-line.ts';

it.each<[string, unknown, unknown]>([
  ['a bigint', 10n, '10'],
  ['a bigint inside others', { list: [1, { n: 2n }] }, { list: [1, { n: '2' }] }],
  ['a date beside a bigint', [new Date(0), 1n], ['1970-01-01T00:00:00.000Z', '1']],
  ['null beside a bigint', [null, undefined, 1n], [null, null, '1']],
])('lineOf() shows %s', (_, value, shown) => {
  expect(JSON.parse(lineOf({ message: 'm', value }))).toEqual({ message: 'm', value: shown });
});

it.each([{}, { n: 1n }])('lineOf() shows the errors among its fields, also beside %o', (more) => {
  const error = Object.assign(new RangeError('too far'), { code: 'E_FAR', token: 'secret' });
  const line = lineOf({ error, list: [error], ...more });
  const shown = { errorType: 'RangeError', message: 'too far', code: 'E_FAR', stack: expect.stringContaining(' at ') };
  const { error: one, list } = JSON.parse(line) as Record<string, unknown>;
  expect([one, list]).toMatchObject([shown, [shown]]);
  expect(line).not.toContain('secret');
});

it('lineOf() shows an object inside itself as circular, and one that comes twice both times', () => {
  const inner: { self?: object; n: number } = { n: 1 };
  const twice = [{ a: 1n }].flatMap((one) => [one, one]);
  inner.self = { inner };
  expect(JSON.parse(lineOf({ inner, twice }))).toEqual({
    inner: { n: 1, self: { inner: '[circular]' } },
    twice: [{ a: '1' }, { a: '1' }],
  });
});

it('lineOf() shows the other fields of a line with one that cannot be read', () => {
  let deep: unknown = 1;
  for (let level = 0; level < 20_000; level += 1) deep = [deep];
  const refusing = {
    toJSON: (): never => {
      throw new Error('no');
    },
  };
  const unread = 'a value that cannot be read';
  expect(JSON.parse(lineOf({ message: 'm', refusing, deep, n: 1 }))).toEqual({
    message: 'm',
    refusing: unread,
    deep: unread,
    n: 1,
  });
});
