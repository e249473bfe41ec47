import { describe, expect, it, test } from 'vitest';
import { isFirstRun, isWanted, mayRunInline, onNextStep } from '../../../../src/core/protocol/inline.ts';
import type { InlineFacts, InlineTask, RunDraft } from '../../../../src/core/protocol/inline.ts';
import type { Cell, NextAttempt, Outcome } from '../../../../src/core/protocol/outcome.ts';

const draftOf = (more: Partial<RunDraft> = {}): RunDraft => ({
  kind: 'run',
  id: 'W',
  base: 'W',
  try: 0,
  frames: [],
  depth: 0,
  until: 1,
  sig: { task: 'add' },
  ...more,
});
const INLINE: InlineTask = { options: { inline: true } };
const factsOf = (more: Partial<InlineFacts> = {}): InlineFacts => ({
  message: { ...draftOf({ id: 'W.0' }), mid: 'm' },
  receives: 1,
  dead: undefined,
  tasks: new Map([['add', INLINE]]),
  isOwnQueue: true,
  steps: 1,
  maxSteps: 100,
  time: { leftMs: 10_000, neededMs: 5000 },
  ...more,
});
const tasksWith = (options: InlineTask['options']): Pick<InlineFacts, 'tasks'> => ({
  tasks: new Map([['add', { options }]]),
});

describe('mayRunInline()', () => {
  it.each<[string, RunDraft, InlineFacts]>([
    ['its task says so', draftOf(), factsOf()],
    ['its call says so', draftOf({ sig: { task: 'add', options: { inline: true } } }), factsOf(tasksWith({}))],
    ['it has the last step and the least time', draftOf(), factsOf({ steps: 99, time: { leftMs: 5, neededMs: 5 } })],
  ])('allows it if %s', (_, draft, facts) => {
    expect(mayRunInline(draft, facts)).toBe(true);
  });

  it.each<[string, RunDraft, InlineFacts]>([
    ['neither its call nor its task says so', draftOf(), factsOf(tasksWith({}))],
    ['its call says no', draftOf({ sig: { task: 'add', options: { inline: false } } }), factsOf()],
    ['its task is not of this function', draftOf({ sig: { task: 'mul', options: { inline: true } } }), factsOf()],
    ['it goes to another queue', draftOf(), factsOf({ isOwnQueue: false })],
    ['it is of another tenant', draftOf({ tenant: 'b' }), factsOf()],
    ['it is delayed', draftOf({ notBefore: 5 }), factsOf()],
    ['it may be a duplicate', draftOf({ again: true }), factsOf()],
    ['its task has a rate limit', draftOf(), factsOf(tasksWith({ inline: true, rateLimit: 5 }))],
    ['its task needs a place', draftOf(), factsOf(tasksWith({ inline: true, concurrencyLimit: 5 }))],
    [
      'its call needs a place',
      draftOf({ sig: { task: 'add', options: { concurrencyKey: 'k', concurrencyLimit: 1 } } }),
      factsOf(),
    ],
    ['its task is claimed', draftOf(), factsOf(tasksWith({ inline: true, acksLate: false }))],
    ['the delivery has come back', draftOf(), factsOf({ receives: 2 })],
    ['the delivery is marked', draftOf(), factsOf({ message: { ...draftOf({ id: 'W.0', again: true }), mid: 'm' } })],
    ['the delivery is of a dead message', draftOf(), factsOf({ dead: 'it was too old' })],
    ['the delivery has run its most steps', draftOf(), factsOf({ steps: 100 })],
    ['there is too little time', draftOf(), factsOf({ time: { leftMs: 4999, neededMs: 5000 } })],
  ])('refuses it if %s', (_, draft, facts) => {
    expect(mayRunInline(draft, facts)).toBe(false);
  });
});

test('isFirstRun() tells the first attempt of a task from later ones, and from canvases', () => {
  const { sig: _, ...rest } = draftOf();
  expect(isFirstRun(draftOf())).toBe(true);
  expect(isFirstRun(draftOf({ try: 1 }))).toBe(false);
  expect(isFirstRun({ ...rest, kind: 'expand', sig: { par: [] } })).toBe(false);
});

test('isWanted() asks the call alone if the task is of another function', () => {
  expect(isWanted(draftOf({ sig: { task: 'mul', options: { inline: true } } }), undefined)).toBe(true);
  expect(isWanted(draftOf({ sig: { task: 'mul' } }), undefined)).toBe(false);
});

describe('onNextStep()', () => {
  const outcome: Outcome = { state: 'SUCCESS', value: { inline: 1 }, mid: 'm', token: 'earlier' };
  const retry: NextAttempt = { kind: 'retry', notBefore: 0, attempt: 1, mid: 'm', token: 'earlier' };
  const judge = (cell: Cell): string => onNextStep(cell, { mid: 'm', try: 0 }, { mid: 'm', token: 'now' });

  it('goes on from what the message has decided there', () => {
    expect(judge({ outcome })).toBe('goOn');
    expect(judge({ next: retry })).toBe('goOn');
  });

  it('stops where another message has decided', () => {
    expect(judge({ outcome: { ...outcome, mid: 'other' } })).toBe('stop');
    expect(judge({ next: { ...retry, mid: 'other' } })).toBe('stop');
  });

  it('hands over what is undecided', () => {
    expect(judge({})).toBe('handOver');
    expect(judge({ starts: ['t'] })).toBe('handOver');
  });
});
