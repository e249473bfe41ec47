import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planOf } from '../../../../src/core/canvas/normalise.ts';
import { addressOf, nodeKey, shardKey } from '../../../../src/core/protocol/address.ts';
import type { SendEffect } from '../../../../src/core/protocol/effect.ts';
import { workflowOf } from '../../../../src/core/protocol/ids.ts';
import { memberId, stepId } from '../../../../src/core/protocol/ids.ts';
import type { Plan } from '../../../../src/core/protocol/plan.ts';
import { isStoredItems } from '../../../../src/core/protocol/plan.ts';
import { startPlan } from '../../../../src/core/protocol/start.ts';
import { canvas } from '../random-canvas.ts';
import { id } from '../random-id.ts';
import { originOf, place } from '../support.ts';

/** The ids of all that a plan has, where it is put: of its tasks, members and groups. */
function idsOf(plan: Plan, at: string, base: string): readonly string[] {
  if ('task' in plan) return [at];
  const items = 'seq' in plan ? plan.seq : plan.par;
  if (isStoredItems(items)) throw new Error('Cannot list the ids of what is stored');
  if ('seq' in plan) {
    const last = items.length - 1;
    return items.flatMap((step, i) =>
      i === last ? idsOf(step, at, base) : idsOf(step, stepId(base, i), stepId(base, i)),
    );
  }
  return [at, ...items.flatMap((member, x) => idsOf(member, memberId(base, x), memberId(base, x)))];
}

function keyOf(of: string): string {
  const { pk, sk, slot } = addressOf(of);
  return JSON.stringify([pk, sk, slot]);
}

describe('addressOf()', () => {
  it('is a slot of a leaf when the id is a member', () => {
    expect(addressOf('W.1~9')).toEqual({
      id: 'W.1~9',
      pk: 'W.1/0',
      sk: 'c1',
      seat: { join: 'W.1', index: 9 },
      slot: 1,
    });
    expect(addressOf('W~128')).toMatchObject({ pk: 'W/1', sk: 'c16', slot: 0 });
    expect(addressOf('W!1~0')).toMatchObject({ pk: 'W!1/0', sk: 'c0', slot: 0 });
  });

  it('is an item in the partition of the innermost member around it otherwise', () => {
    expect(addressOf('W')).toEqual({ id: 'W', pk: 'W', sk: 't' });
    expect(addressOf('W.1.0')).toEqual({ id: 'W.1.0', pk: 'W', sk: 't.1.0' });
    expect(addressOf('W.1~9.0')).toEqual({ id: 'W.1~9.0', pk: 'W.1/0', sk: 't~9.0' });
    expect(addressOf('W.1~9!2.0^1')).toEqual({ id: 'W.1~9!2.0^1', pk: 'W.1/0', sk: 't~9!2.0^1' });
  });

  it('differs for any two ids that differ', () => {
    fc.assert(
      fc.property(fc.uniqueArray(id, { minLength: 2, maxLength: 40 }), (all) => {
        expect(new Set(all.map(keyOf)).size).toBe(all.length);
      }),
    );
  });

  it('differs for any two parts of one canvas, and never is a node of a join', () => {
    fc.assert(
      fc.property(canvas, (data) => {
        const ids = new Set(idsOf(planOf(data), 'W', 'W'));
        expect(new Set([...ids].map(keyOf)).size).toBe(ids.size);
        for (const one of ids) {
          expect(addressOf(one).pk.startsWith(workflowOf(one))).toBe(true);
          expect(addressOf(one).pk).not.toContain('/n');
        }
      }),
    );
  });

  it('differs for any two first messages of one canvas, whose tails keep their ids', () => {
    fc.assert(
      fc.property(canvas, (data) => {
        const effects = startPlan(originOf(), { at: place('W'), plan: planOf(data), input: undefined, frames: [] });
        const sent = effects
          .filter((effect): effect is SendEffect => effect.kind === 'send')
          .map(({ message }) => message.id);
        expect(new Set(sent).size).toBe(sent.length);
      }),
    );
  });
});

describe('the keys of a join', () => {
  it('are apart from each other and from every task', () => {
    expect(shardKey('W.1', 3)).toBe('W.1/3');
    expect(nodeKey('W.1', 0, 3)).toBe('W.1/n0.3');
  });
});
