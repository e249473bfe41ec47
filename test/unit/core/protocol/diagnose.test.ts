import { expect, test } from 'vitest';
import { diagnose } from '../../../../src/core/protocol/diagnose.ts';
import type { Footprint } from '../../../../src/core/protocol/footprint.ts';

const ended: Partial<Footprint> = { isEnded: true };
const begun: Partial<Footprint> = { isBegun: true };
const retried: Partial<Footprint> = { next: { kind: 'retry', attempt: 1 } };
const replaced: Partial<Footprint> = { next: { kind: 'replace', attempt: 1 } };
const known: Partial<Footprint> = {};

type Case = readonly [string, Readonly<Record<string, Partial<Footprint>>>, readonly string[]];

const cases: readonly Case[] = [
  ['a workflow that has no items', {}, ['W outcome']],
  ['a workflow that was only submitted', { W: known }, ['W outcome']],
  ['a task that a possible duplicate has begun', { W: begun }, ['W outcome']],
  ['a task whose retry never came', { W: retried }, ['W retry']],
  ['a retry that was begun', { W: { ...retried, ...begun } }, ['W outcome']],
  ['a chain behind its second step', { 'W.0': ended, 'W.1': ended }, ['W.1 successor']],
  ['a chain behind its eleventh step', { 'W.9': ended, 'W.10': ended }, ['W.10 successor']],
  ['a chain in its second step', { 'W.0': ended, 'W.1': begun }, ['W.1 outcome']],
  ['a chain whose last task, which has its id, was begun', { 'W.0': ended, W: begun }, ['W outcome']],
  ['a chain whose last task was retried', { 'W.0': ended, W: retried }, ['W retry']],
  ['a chord with a gap in its header', { 'W.0~0': ended, 'W.0~2': ended }, ['W.0~1 outcome']],
  [
    'gaps that fill whole leaves',
    { 'W~9': ended, 'W~1': begun },
    [0, 1, 2, 3, 4, 5, 6, 7, 8].map((i) => `W~${i} outcome`),
  ],
  ['a chord whose known members have ended', { 'W.0~0': ended, 'W.0~1': ended }, ['W.0 member or successor']],
  ['a final group whose known members have ended', { 'W~0': ended, 'W~1': ended }, ['W member or successor']],
  ['a final group behind a step', { 'W.0': ended, 'W~1': ended }, ['W~0 outcome']],
  ['a member that is a chain', { 'W~0': ended, 'W~1.0': ended }, ['W~1.0 successor']],
  ['members that are groups', { 'W~0~1': ended, 'W~1~0': ended }, ['W~0~0 outcome', 'W~1 member or successor']],
  ['a member that was retried, beside one that began', { 'W~0': retried, 'W~1': begun }, ['W~0 retry', 'W~1 outcome']],
  ['a replacement that never came', { W: replaced }, ['W replacement']],
  ['a replacement whose first step has ended', { W: replaced, 'W!1.0': ended }, ['W!1.0 successor']],
  ['a replacement that is newer than the trace of its task', { W: retried, 'W!2.0': ended }, ['W!2.0 successor']],
  ['a group in the place of a task', { 'W.0': replaced, 'W.0!1~1': ended }, ['W.0!1~0 outcome']],
  [
    'a replacement whose last task was retried',
    { W: { next: { kind: 'retry', attempt: 2 } }, 'W!1.0': ended },
    ['W retry'],
  ],
  [
    'a replacement of a replacement',
    { W: { next: { kind: 'replace', attempt: 2 } }, 'W!1.0': ended },
    ['W replacement'],
  ],
  ['a step that waits while its callback has run', { 'W.0': ended, 'W.0^0': ended }, ['W.0 successor']],
  ['only a callback', { 'W^0.0': ended }, ['W outcome']],
];

test.each(cases)('waitsOf() names what is missing in %s', (_, kept, missing) => {
  const traces = Object.entries(kept).map(([id, trace]): readonly [string, Footprint] => [
    id,
    { id, isEnded: false, isBegun: false, until: 0, ...trace },
  ]);
  expect(diagnose('W', new Map(traces)).map(({ id, lacks }) => `${id} ${lacks}`)).toEqual(missing);
});

test('a group inside a group waits for as many members as it can have', () => {
  const kept = new Map([['W~0~300000', { isEnded: true } as Footprint]]);
  expect(diagnose('W', kept)).toHaveLength(300_000);
});
