import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  callbackId,
  covers,
  enclosingIds,
  idOfBase,
  isDownstream,
  isId,
  isMadeHere,
  isStepOf,
  isStrangers,
  isWorkflowId,
  MAX_ID,
  memberId,
  replacementBase,
  restOf,
  stepBefore,
  stepId,
  strangersId,
  workflowOf,
} from '../../../../src/core/protocol/ids.ts';
import { id } from '../random-id.ts';

describe('isWorkflowId()', () => {
  it('accepts 1 to 100 of its characters when there is nothing else', () => {
    for (const text of ['a', 'A-1_:', 'x'.repeat(100), '3e0f5c1e-7b1c-4c8e-9d2c-000000000000'])
      expect(isWorkflowId(text)).toBe(true);
    for (const text of ['', 'x'.repeat(101), 'a.b', 'a~1', 'a!1', 'a^1', 'a b', 'a/b', 'ä', 'a\n', '\na'])
      expect(isWorkflowId(text)).toBe(false);
  });
});

describe('isMadeHere()', () => {
  const made = '0197d2c4-5e00-8000-9abc-0123456789ab';

  it('tells the ids that this package makes from those that a caller chooses', () => {
    for (const text of [made, `d-${made}`, `l-${'aB_-'.repeat(8)}`]) expect(isMadeHere(text), text).toBe(true);
    for (const text of [
      'order-17',
      '0197d2c4-5e00-4000-9abc-0123456789ab',
      '0197d2c4-5e00-8000-cabc-0123456789ab',
      `x-${'a'.repeat(32)}`,
      `d-${'a'.repeat(31)}`,
      `d-${'a'.repeat(37)}`,
      `my-${made}`,
      `my-d-${'a'.repeat(32)}`,
      `${made}-2`,
    ])
      expect(isMadeHere(text), text).toBe(false);
  });
});

describe('strangersId()', () => {
  it.each([
    ['puts a name into the name space of strangers', 'order-17', 'submit:order-17'],
    ['leaves a name that is in it', 'submit:order-17', 'submit:order-17'],
    ['puts a name that only contains the name space into it', 'my-submit:', 'submit:my-submit:'],
    [
      'leaves a random UUID, as those that Celery makes',
      '3e0f5c1e-7b1c-4c8e-9d2c-00a000000000',
      '3e0f5c1e-7b1c-4c8e-9d2c-00a000000000',
    ],
    [
      'puts a UUID of this package into it',
      '0197d2c4-5e00-8000-9abc-0123456789ab',
      'submit:0197d2c4-5e00-8000-9abc-0123456789ab',
    ],
    [
      'puts a name that contains a random UUID into it',
      'x3e0f5c1e-7b1c-4c8e-9d2c-00a000000000x',
      'submit:x3e0f5c1e-7b1c-4c8e-9d2c-00a000000000x',
    ],
  ])('%s', (_, asked, id) => {
    expect(strangersId(asked)).toBe(id);
    expect(isStrangers(asked)).toBe(asked === id && asked.startsWith('submit:'));
  });
});

describe('isId()', () => {
  it('accepts as many characters as a key of the table has room for', () => {
    const longest = `W${'.123456789'.repeat(100)}`.slice(0, MAX_ID);
    expect(isId(longest)).toBe(true);
    expect(isId(`${longest}0`)).toBe(false);
  });

  it('accepts a path below a workflow when every segment has a number', () => {
    for (const text of ['W', 'W.0', 'W.1~12', 'W!1~0.3^2']) expect(isId(text)).toBe(true);
    for (const text of ['.0', 'W.', 'W.x', 'W~-1', 'W.1.', 'W. 1', 'W.0x', 'W.1e3']) expect(isId(text)).toBe(false);
  });
});

describe('the makers of ids', () => {
  it('make the ids of the example in the design when a chain holds a group', () => {
    expect(stepId('W', 0)).toBe('W.0');
    expect(memberId(stepId('W', 1), 1)).toBe('W.1~1');
    expect(memberId(replacementBase('W', 1), 0)).toBe('W!1~0');
    expect(callbackId('W.0', 2)).toBe('W.0^2');
  });

  it('make what workflowOf() and idOfBase() lead back from, whatever the id', () => {
    fc.assert(
      fc.property(id, fc.nat(1000), (inner, n) => {
        expect(isId(inner)).toBe(true);
        for (const below of [stepId(inner, n), memberId(inner, n), callbackId(inner, n)]) {
          expect(isId(below)).toBe(true);
          expect(workflowOf(below)).toBe(workflowOf(inner));
          expect(idOfBase(below)).toBe(below);
        }
        expect(idOfBase(replacementBase(inner, n))).toBe(inner);
      }),
    );
  });
});

describe('isStepOf()', () => {
  it('is true of the steps of a chain, and of nothing inside a step or beside the chain', () => {
    for (const id of ['W.1.0', 'W.1.12']) expect(isStepOf('W.1', id), id).toBe(true);
    for (const id of [
      'W.1',
      'W.10',
      'W.1~0',
      'W.1.',
      'W.1.0.0',
      'W.1.0~3',
      'W.1.0^0',
      'W.1.x',
      'V.1.0',
      'W.2.0',
      'W.10.5',
    ])
      expect(isStepOf('W.1', id), id).toBe(false);
  });
});

describe('stepBefore()', () => {
  it.each([
    ['W.1', 'W.0'],
    ['W.12', 'W.11'],
    ['W.1~3.10', 'W.1~3.9'],
    ['W.1.2', 'W.1.1'],
    ['W.0', undefined],
    ['W', undefined],
    ['W.1~3', undefined],
    ['W.1^0', undefined],
  ])('of %s is %s', (id, before) => {
    expect(stepBefore(id)).toBe(before);
  });
});

describe('enclosingIds()', () => {
  it('lists what is around an id, innermost first, when it lies in canvases', () => {
    expect(enclosingIds('W')).toEqual([]);
    expect(enclosingIds('W.1~9.0')).toEqual(['W.1~9', 'W.1', 'W']);
    expect(enclosingIds('W.0^1')).toEqual(['W.0', 'W']);
  });

  it('leaves bases out when something was replaced', () => {
    expect(enclosingIds('W!1~0')).toEqual(['W']);
    expect(enclosingIds('W!12~0')).toEqual(['W']);
    expect(enclosingIds('W.1!2~0.1')).toEqual(['W.1!2~0', 'W.1', 'W']);
    expect(enclosingIds('W!1.0!2.3')).toEqual(['W!1.0', 'W']);
  });

  it('gives ids that cover the id, each once, and ends with the workflow, whatever the id', () => {
    fc.assert(
      fc.property(id, (inner) => {
        const around = enclosingIds(inner);
        expect(new Set(around).size).toBe(around.length);
        expect(around).not.toContain(inner);
        for (const outer of around) expect(covers(outer, inner)).toBe(true);
        for (const outer of around) expect(idOfBase(outer)).toBe(outer);
        if (inner !== workflowOf(inner)) expect(around.at(-1)).toBe(workflowOf(inner));
      }),
    );
  });
});

describe('covers()', () => {
  it('covers an id and what continues it, and nothing that only begins alike', () => {
    for (const covered of ['W.1', 'W.1~0', 'W.1.0', 'W.1!1~0', 'W.1^0']) expect(covers('W.1', covered)).toBe(true);
    for (const other of ['W', 'W.10', 'W.0', 'W.2', 'V.1']) expect(covers('W.1', other)).toBe(false);
  });
});

describe('restOf()', () => {
  it('covers everything inside a workflow but its callbacks', () => {
    for (const covered of ['W', 'W.1', 'W~3.0', 'W!1.0']) expect(covers(restOf('W'), covered), covered).toBe(true);
    for (const other of ['W^0', 'W.1^0.2', 'W2', 'V']) expect(covers(restOf('W'), other), other).toBe(false);
  });
});

describe('isDownstream()', () => {
  it('is true of later steps when a step has failed', () => {
    expect(isDownstream('W.1', 'W.2')).toBe(true);
    expect(isDownstream('W.1~0.1', 'W.1~0.2')).toBe(true);
    expect(isDownstream('W.9', 'W.10')).toBe(true);
    expect(isDownstream('W.1', 'W.0')).toBe(false);
    expect(isDownstream('W.10', 'W.9')).toBe(false);
  });

  it('is true of what encloses a failure', () => {
    expect(isDownstream('W.1~0.3', 'W.1~0')).toBe(true);
    expect(isDownstream('W.1~0.3', 'W.1')).toBe(true);
    expect(isDownstream('W.1~0.3', 'W')).toBe(true);
    expect(isDownstream('W', 'W')).toBe(true);
  });

  it('is true of the members of the group that ends a chain when a step has failed', () => {
    expect(isDownstream('W.0', 'W~3')).toBe(true);
    expect(isDownstream('W.0', 'W~3.1')).toBe(true);
    expect(isDownstream('W.1~2', 'W~0')).toBe(true);
  });

  it('is false of siblings, of callbacks, and of what lies inside', () => {
    expect(isDownstream('W.1~0', 'W.1~1')).toBe(false);
    expect(isDownstream('W~3', 'W.0')).toBe(false);
    expect(isDownstream('W.0', 'W^0')).toBe(false);
    expect(isDownstream('W.0', 'W.0^0')).toBe(false);
    expect(isDownstream('W', 'W.0')).toBe(false);
    expect(isDownstream('W.1', 'W.1~4')).toBe(false);
  });

  it('is never true both ways of two different ids unless one encloses the other', () => {
    fc.assert(
      fc.property(id, id, (a, b) => {
        fc.pre(a !== b && !covers(a, b) && !covers(b, a));
        expect(isDownstream(a, b) && isDownstream(b, a)).toBe(false);
      }),
    );
  });
});
