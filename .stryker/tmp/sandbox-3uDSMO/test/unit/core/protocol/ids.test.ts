import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  callbackId,
  covers,
  enclosingIds,
  idOfBase,
  isDownstream,
  isId,
  isWorkflowId,
  memberId,
  replacementBase,
  stepId,
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

describe('isId()', () => {
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

describe('enclosingIds()', () => {
  it('lists what is around an id, innermost first, when it lies in canvases', () => {
    expect(enclosingIds('W')).toEqual([]);
    expect(enclosingIds('W.1~9.0')).toEqual(['W.1~9', 'W.1', 'W']);
    expect(enclosingIds('W.0^1')).toEqual(['W.0', 'W']);
  });

  it('leaves bases out when something was replaced', () => {
    expect(enclosingIds('W!1~0')).toEqual(['W']);
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
