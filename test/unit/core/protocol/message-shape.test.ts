import { expect, test } from 'vitest';
import { isFrame, isInput, isPlan } from '../../../../src/core/protocol/message-shape.ts';
import { MAX_ITEMS } from '../../../../src/core/protocol/plan.ts';

const task = { task: 'a' };
const stored = { stored: 'table:W/0', n: 9, per: 3, first: 'a' };
const member = { join: 'W', x: 0, n: 3 };
const chain = { steps: [task], i: 0, base: 'W' };
const failure = { taskId: 'W', failedTaskId: 'W.0', rootId: 'W', error: { inline: 1 } };

const links = {
  right: [{ links: [] }, { links: ['success', 'failure', 'failureOnce'].map((on) => ({ on, plan: task })) }],
  wrong: [
    { links: {} },
    { links: [null] },
    { links: [{ on: 'success' }] },
    { links: [{ on: 'success', plan: { task: '' } }] },
    {
      links: [
        { on: 'success', plan: task },
        { on: 'never', plan: task },
      ],
    },
  ],
};
const values = {
  right: [
    { inline: null },
    { ref: 'table:W/t' },
    { join: 'W', n: 0 },
    { join: 'W', n: 1, splice: true, collect: true },
  ],
  wrong: [
    5,
    null,
    {},
    { ref: 1 },
    { join: '?', n: 1 },
    { join: 5, n: 1 },
    { join: ['W'], n: 1 },
    { join: 'W', n: -1 },
    { join: 'W', n: 1, splice: false },
    { join: 'W', n: 1, collect: false },
  ],
};

/** The fields that a group has in a plan and in a frame. */
const groups = {
  right: [
    { collect: true, tolerate: 0, splice: true, celeryId: 'c' },
    ...links.right,
    ...values.right.map((own) => ({ own })),
  ],
  wrong: [
    { collect: false },
    { tolerate: -1 },
    { splice: false },
    { celeryId: 5 },
    ...links.wrong,
    ...values.wrong.map((own) => ({ own })),
  ],
};

/** A right value, what may be put into it, and what may not. */
type Cases = readonly [
  name: string,
  is: (value: unknown) => boolean,
  from: object,
  right: readonly object[],
  wrong: readonly object[],
];

test.each<Cases>([
  [
    'a task',
    isPlan,
    task,
    [
      { args: [], kwargs: {}, options: {} },
      { stored: 'table:W/0' },
      { stored: 'bucket:W-2:x_.1~3!2^4/0/17' },
      { immutable: true, untyped: true },
      { each: 'map', collect: true, concurrency: 5, progress: true },
      { each: 'starmap' },
      { options: { countdown: 1, later: 'field' } },
      ...links.right,
    ],
    [
      { task: '' },
      { task: 5 },
      { args: {} },
      { kwargs: [] },
      ...['s', 'disk:W/0', 'my-table:W/0', 'table:/0', 'table:W', 'table:W/x', 'table:W/0/1/2', 'table:a b/0', 5].map(
        (key) => ({ stored: key }),
      ),
      { stored: ['table:W/0'] },
      { stored: `table:W/0${'0'.repeat(9)}` },
      { immutable: false },
      { untyped: 1 },
      { each: 'all' },
      { collect: false },
      { concurrency: 0 },
      { concurrency: -1 },
      { concurrency: 1.5 },
      { concurrency: '5' },
      { progress: false },
      { options: [] },
      { options: { countdown: 'x' } },
      { options: { expiresAt: 'x' } },
      ...links.wrong,
    ],
  ],
  [
    'a sequence',
    isPlan,
    { seq: [task] },
    [{ seq: stored }, { seq: [task, { par: [] }] }, ...links.right],
    [{ seq: [] }, { seq: 5 }, { seq: {} }, { seq: [task, {}] }, ...links.wrong],
  ],
  [
    'a group',
    isPlan,
    { par: [task] },
    [{ par: [] }, { par: stored }, ...groups.right],
    [{ par: 5 }, { par: [task, {}] }, ...groups.wrong],
  ],
  [
    'what is in blocks',
    (items) => isPlan({ par: items }),
    stored,
    [{ n: 0 }, { n: MAX_ITEMS }, { first: '', queue: 'q', priority: 'high' }],
    [
      { stored: 's' },
      ...[-1, 1.5, '9', ['9'], MAX_ITEMS + 1].map((n) => ({ n })),
      ...[0, 'x', -1].map((per) => ({ per })),
      { first: 5 },
      { queue: 5 },
      { priority: 'low' },
    ],
  ],
  [
    'the frame of a group',
    isFrame,
    member,
    [{ x: 2 }, { join: 'W.1!2' }, ...groups.right],
    [
      { join: '?' },
      { join: ['W'] },
      ...[-1, 3, '0', 0.5].map((x) => ({ x })),
      ...[1.5, '3', MAX_ITEMS + 1].map((n) => ({ n })),
      ...groups.wrong,
    ],
  ],
  [
    'the frame of a chain',
    isFrame,
    chain,
    [{ i: 7, try: 2 }, { steps: stored, i: 8 }, { base: 'W.1!2' }, ...links.right],
    [
      { steps: [] },
      { steps: 5 },
      { steps: stored, i: 9 },
      { i: -1 },
      { i: '0' },
      { base: '?' },
      { base: ['W'] },
      { try: -1 },
      ...links.wrong,
    ],
  ],
  [
    'the values of a group as an input',
    isInput,
    { join: 'W', n: 3 },
    [{ n: 0 }, { collect: true }],
    [{ join: '?' }, { n: -1 }, { n: MAX_ITEMS + 1 }, { collect: false }],
  ],
  ['a value elsewhere as an input', isInput, { ref: 'table:W/t' }, [], [{ ref: 5 }]],
  [
    'a failure as an input',
    (notice) => isInput({ failure: notice }),
    failure,
    [
      { call: { sig: task } },
      { call: { sig: task, in: { val: 1 } } },
      { call: { sig: task, in: { failure } } },
      ...values.right.map((error) => ({ error })),
    ],
    [
      { taskId: 5 },
      { failedTaskId: 5 },
      { rootId: 5 },
      { call: 5 },
      { call: null },
      { call: { sig: { task: '' } } },
      { call: { in: { val: 1 } } },
      { call: { sig: task, in: 5 } },
      ...values.wrong.map((error) => ({ error })),
    ],
  ],
])('%s has fields of their form only', (_, is, from, right, wrong) => {
  for (const change of [{}, ...right]) expect(is({ ...from, ...change }), JSON.stringify(change)).toBe(true);
  for (const change of wrong) expect(is({ ...from, ...change }), JSON.stringify(change)).toBe(false);
});

test.each([5, null, 'a', [], {}])('%j is no plan, no frame and no input', (value) => {
  expect([isPlan(value), isFrame(value), isInput(value), isInput({ failure: value })]).toEqual([
    false,
    false,
    false,
    false,
  ]);
});
