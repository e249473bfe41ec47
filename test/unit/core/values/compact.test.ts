import { expect, it } from 'vitest';
import { compact } from '../../../../src/core/values/compact.ts';

it('leaves out the fields that are undefined, and no others', () => {
  expect(Object.entries(compact({ a: undefined, b: null, c: 0, d: '', e: false, f: [undefined] }))).toEqual([
    ['b', null],
    ['c', 0],
    ['d', ''],
    ['e', false],
    ['f', [undefined]],
  ]);
});

it('keeps a field __proto__ as a field, and sets no prototype', () => {
  const fields = JSON.parse('{"__proto__": {"queue": "q"}, "a": 1}') as { readonly a: number; readonly queue?: string };
  const kept = compact({ ...fields, b: undefined });
  expect(kept.queue).toBeUndefined();
  expect(JSON.stringify(kept)).toBe('{"__proto__":{"queue":"q"},"a":1}');
});
