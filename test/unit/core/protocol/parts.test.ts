import { describe, expect, it } from 'vitest';
import type { Cell, NextAttempt, Outcome, Tally } from '../../../../src/core/protocol/outcome.ts';
import { doneOf, groupPlaces, partsOf, stepsAhead } from '../../../../src/core/protocol/parts.ts';
import type { Done, GroupPart, Parts, StepPart } from '../../../../src/core/protocol/parts.ts';
import { outcome } from '../support.ts';

const ended = (more: Partial<Outcome> = {}): Cell => ({ outcome: outcome(more) });
const endedIn = (steps: number): Cell => ended({ run: { endedAt: 0, steps } });
const step = (id: string, cell: Cell = ended()): StepPart => ({ id, cell });
const group = (join: string, members: number, more: Partial<Tally> = {}, steps?: number): GroupPart => ({
  join,
  tally: {
    size: steps === undefined ? { members } : { members, steps },
    done: 0,
    failures: 0,
    isExact: true,
    ...more,
  },
});
const partsWith = (more: Partial<Parts> = {}): Parts => ({
  base: 'W',
  steps: [],
  groups: [],
  length: undefined,
  ...more,
});
const next: NextAttempt = { kind: 'retry', notBefore: 0, attempt: 1, mid: 'm', token: 'k' };
const retried: Cell = { next: { ...next, run: { endedAt: 0, steps: 7 } } };

describe('groupPlaces()', () => {
  it.each<[string, readonly StepPart[], readonly string[]]>([
    ['the whole and the first step, if no step has an item', [], ['W', 'W.0']],
    ['the steps without an item, and the one behind the last', [step('W.0'), step('W.2')], ['W', 'W.1', 'W.3']],
  ])('are %s', (_, steps, places) => {
    expect(groupPlaces('W', steps)).toEqual(places);
  });

  it('are the last 40 of many steps, beside the whole', () => {
    const places = groupPlaces('W', [step('W.60')]);
    expect(places).toHaveLength(41);
    expect([places[0], places[1], places.at(-1)]).toEqual(['W', 'W.21', 'W.61']);
  });

  it('are found among as many steps as a chain can have', () => {
    const steps = Array.from({ length: 300_000 }, (_, index) => step(`W.${index}`, {}));
    expect(groupPlaces('W', steps)).toEqual(['W', 'W.300000']);
  });
});

describe('partsOf()', () => {
  it('puts steps and groups in order, the group of the whole last', () => {
    const steps = [step('W.10'), step('W.2')];
    const found = [group('W', 3), group('W.11', 2), group('W.3', 2)];
    const parts = partsOf('W', steps, found);
    expect(parts.base).toBe('W');
    expect(parts.steps.map(({ id }) => id)).toEqual(['W.2', 'W.10']);
    expect(parts.groups.map(({ join }) => join)).toEqual(['W.3', 'W.11', 'W']);
  });

  it.each<[string, readonly StepPart[], readonly GroupPart[], number | undefined]>([
    ['a step that has ended', [step('W.0', {}), step('W.1', endedIn(5))], [], 5],
    ['a step that is to run again', [step('W.0', retried)], [], 7],
    ['a group that is a step', [], [group('W.0', 3, {}, 4)], 4],
    ['no group that is the whole: its chain is around it', [], [group('W', 3, {}, 4)], undefined],
    ['no step of an earlier release, which does not say it', [step('W.0')], [], undefined],
    ['no such step that is to run again', [step('W.0', { next })], [], undefined],
  ])('takes the length of the chain from %s', (_, steps, found, length) => {
    expect(partsOf('W', steps, found).length).toBe(length);
  });
});

describe('doneOf()', () => {
  const failed = (failedId?: string): Cell =>
    ended({ state: 'FAILURE', ...(failedId === undefined ? {} : { failedId }) });
  it.each<[string, Partial<Parts>, Cell, Partial<Done>]>([
    ['a task that has not ended', {}, {}, { done: 0, failed: 0, total: undefined }],
    ['a task that has ended', {}, ended(), { done: 1, failed: 0, total: 1 }],
    ['a task that has failed', {}, failed('W'), { done: 1, failed: 1, total: 1 }],
    ['a task that was revoked', {}, ended({ state: 'REVOKED' }), { done: 1, failed: 1, total: 1 }],
    ['a chain of a known length', { steps: [step('W.0')], length: 3 }, {}, { done: 1, failed: 0, total: 3 }],
    ['a chain of a known length that has ended', { length: 2, steps: [step('W.0')] }, ended(), { done: 2, total: 2 }],
    ['a chain of a length that is not known', { steps: [step('W.0')] }, ended(), { done: 2, total: undefined }],
    [
      'a chain whose step has failed: the failure counts once',
      { steps: [step('W.0', failed())], length: 3 },
      failed('W.0'),
      { done: 1, failed: 1, total: 3 },
    ],
    [
      'a chain with a group in it, whose members count instead of it',
      { steps: [step('W.0')], groups: [group('W.1', 4, { done: 3, failures: 1 })], length: 3 },
      {},
      { done: 4, failed: 1, total: 6 },
    ],
    [
      'a chord, with its body',
      { groups: [group('W.0', 4, { done: 4 }, 2)], length: 2 },
      ended(),
      { done: 5, failed: 0, total: 5 },
    ],
    [
      'a group in a chain of unknown length',
      { groups: [group('W.0', 4, { done: 4 })] },
      ended(),
      { done: 5, total: undefined },
    ],
    [
      'a group alone: its own outcome is no further part',
      { groups: [group('W', 4, { done: 4 })] },
      ended(),
      { done: 4, failed: 0, total: 4 },
    ],
    [
      'a chain that ends in a group',
      { steps: [step('W.0')], groups: [group('W', 4, { done: 2 })], length: 2 },
      {},
      { done: 3, total: 5 },
    ],
  ])('counts what is done of %s', (_, parts, cell, done) => {
    expect(doneOf(partsWith(parts), 'W', cell)).toMatchObject({ isExact: true, ...done });
  });

  it('is exact if the count of each group is', () => {
    const groups = [group('W.0', 9), group('W.1', 9, { isExact: false })];
    expect(doneOf(partsWith({ groups }), 'W', {}).isExact).toBe(false);
  });
});

describe('stepsAhead()', () => {
  it.each<[string, Partial<Parts>, Cell, readonly string[]]>([
    ['behind those that have begun', { steps: [step('W.0')], length: 4 }, {}, ['W.1', 'W.2', 'W']],
    ['but groups that have begun', { groups: [group('W.0', 2)], length: 3 }, {}, ['W.1', 'W']],
    ['of a replacement', { base: 'W!1', length: 2 }, {}, ['W!1.0', 'W']],
    ['of a chain of one step', { length: 1 }, {}, ['W']],
    ['but the last, if it has ended', { length: 2 }, ended(), ['W.0']],
    ['but the last, if it is to run again', { length: 2 }, retried, ['W.0']],
    ['but the last, if it is a group that has begun', { groups: [group('W', 2)], length: 2 }, {}, ['W.0']],
    ['of no chain', {}, {}, []],
  ])('names the steps %s', (_, parts, cell, ahead) => {
    expect(stepsAhead(partsWith(parts), 'W', cell)).toEqual(ahead);
  });
});
