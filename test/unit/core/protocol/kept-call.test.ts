import { expect, test } from 'vitest';
import { keptCallIn, keptCallOf, keptJson } from '../../../../src/core/protocol/kept-call.ts';
import type { KeptCall } from '../../../../src/core/protocol/kept-call.ts';
import type { TaskPlan } from '../../../../src/core/protocol/plan.ts';

const call = { task: 'a', args: [1], kwargs: { k: 2 }, stored: 'table:W/0' } as const;
const sig: TaskPlan = { ...call, untyped: true, options: { queue: 'q' }, links: [] };
const input = { val: 1 };

test('keptCallOf() keeps the task with its arguments, and its input unless it does not see it', () => {
  expect(keptCallOf({ sig, in: input })).toStrictEqual({ sig: call, in: input });
  expect(keptCallOf({ sig })).toStrictEqual({ sig: call });
  expect(keptCallOf({ sig: { ...sig, immutable: true }, in: input })).toStrictEqual({
    sig: { ...call, immutable: true },
  });
});

test.each<KeptCall>([{ sig: call }, { sig: call, in: input }])(
  'keptCallIn() reads what keptJson() wrote: %j',
  (kept) => {
    expect(keptCallIn(keptJson(kept))).toEqual(kept);
  },
);

test.each([
  ['a text', 'a'],
  ['a list', []],
  ['nothing', null],
  ['no signature', { in: input }],
  ['a canvas', { sig: { par: [] } }],
  ['a task without a name', { sig: { task: '' } }],
  ['a wrong input', { sig: call, in: 5 }],
])('keptCallIn() reads no call from %s', (_, json) => {
  expect(keptCallIn(json)).toBeUndefined();
});
