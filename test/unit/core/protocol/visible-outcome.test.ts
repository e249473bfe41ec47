import { describe, expect, it } from 'vitest';
import type { Cell, Outcome } from '../../../../src/core/protocol/outcome.ts';
import { addressesAround, outcomeSeen, revokedWith } from '../../../../src/core/protocol/visible-outcome.ts';
import { outcome } from '../support.ts';

/** Returns the cells at the addresses around `id`, where these outcomes stand. */
function cellsAround(id: string, standing: Readonly<Record<string, Partial<Outcome>>>): readonly Cell[] {
  return addressesAround(id).map((address): Cell => {
    const at = standing[address.id];
    return at === undefined ? {} : { outcome: outcome(at) };
  });
}

/** The outcome of `id` that a reader sees beside these outcomes. */
function seen(id: string, standing: Readonly<Record<string, Partial<Outcome>>>): string | undefined {
  return outcomeSeen(id, cellsAround(id, standing))?.state;
}

const failed = (failedId: string): Partial<Outcome> => ({ state: 'FAILURE', failedId });

describe('addressesAround()', () => {
  it('lists the id first, and then what encloses it', () => {
    expect(addressesAround('W.1~9.0').map(({ id }) => id)).toEqual(['W.1~9.0', 'W.1~9', 'W.1', 'W']);
  });
});

describe('outcomeSeen()', () => {
  it('is the id’s own outcome when it has one, whatever stands around it', () => {
    expect(seen('W.1', { 'W.1': {}, W: { state: 'REVOKED' } })).toBe('SUCCESS');
  });

  it('is nothing when nothing has failed around it', () => {
    expect(seen('W.1', {})).toBeUndefined();
    expect(seen('W.1', { W: {} })).toBeUndefined();
  });

  it('is the failure when the id lies downstream of it', () => {
    expect(seen('W.2', { W: failed('W.1') })).toBe('FAILURE');
    expect(seen('W.1~4.1', { W: failed('W.0') })).toBe('FAILURE');
    expect(seen('W~4', { W: failed('W.0~1') })).toBe('FAILURE');
    expect(seen('W.1~0.2', { 'W.1~0': failed('W.1~0.1'), W: failed('W.1~0.1') })).toBe('FAILURE');
    expect(seen('W.1', { W: failed('W.1~0') })).toBe('FAILURE');
  });

  it('is nothing when the id runs on: a sibling, an earlier step, a callback', () => {
    expect(seen('W.1~1', { W: failed('W.1~0') })).toBeUndefined();
    expect(seen('W.1~1.5', { W: failed('W.1~0.1') })).toBeUndefined();
    expect(seen('W.0', { W: failed('W.1') })).toBeUndefined();
    expect(seen('W^0', { W: failed('W.1') })).toBeUndefined();
    expect(seen('W.1^0', { 'W.1': { state: 'FAILURE' }, W: failed('W.1') })).toBeUndefined();
  });

  it('is REVOKED of everything without an outcome when the workflow was revoked', () => {
    const revoked = { W: { state: 'REVOKED' as const } };
    for (const id of ['W.0', 'W.5~2', 'W~0', 'W^1', 'W!1~3']) expect(seen(id, revoked), id).toBe('REVOKED');
    expect(seen('W.0', { ...revoked, 'W.0': {} })).toBe('SUCCESS');
  });

  it('is the failure downstream of one, also when the workflow is revoked after that', () => {
    const both = { W: { state: 'REVOKED' as const }, 'W~1': failed('W~1.0~12') };
    expect(seen('W~1.3', both)).toBe('FAILURE');
    expect(seen('W~1.0~5', both)).toBe('REVOKED');
  });

  it('is REVOKED downstream alone when a member was revoked', () => {
    const revoked = { W: { state: 'REVOKED' as const, failedId: 'W.1~0' } };
    expect(seen('W.2', revoked)).toBe('REVOKED');
    expect(seen('W.1~1', revoked)).toBeUndefined();
  });
});

describe('revokedWith()', () => {
  const W: Partial<Outcome> = { state: 'REVOKED' };

  it.each<[string, string, Readonly<Record<string, Partial<Outcome>>>, string | undefined]>([
    ['an id of a revoked workflow', 'W.1', { W }, 'REVOKED'],
    ['an id that was revoked by its own name', 'W.1', { 'W.1': W }, undefined],
    ['an id that has ended', 'W.1', { W, 'W.1': {} }, undefined],
    ['an id downstream of a failure', 'W~1.3', { W, 'W~1': failed('W~1.0~12') }, undefined],
    ['an id of a workflow with a revoked part', 'W.0', { W: { ...W, failedId: 'W.1~0' } }, undefined],
    ['an id of a workflow that has failed', 'W.0', { W: failed('W.1') }, undefined],
    ['a workflow that was revoked itself', 'W', { W }, undefined],
    ['a workflow without an outcome', 'W', {}, undefined],
  ])('of %s', (_, id, standing, state) => {
    expect(revokedWith(id, cellsAround(id, standing))?.state).toBe(state);
  });
});
