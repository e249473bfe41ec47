import { beforeEach, describe, expect, it } from 'vitest';
import { ServiceUnavailable } from '../../../src/core/errors/caller.ts';
import { addressOf } from '../../../src/core/protocol/address.ts';
import { restOf } from '../../../src/core/protocol/ids.ts';
import { encodeMessage } from '../../../src/core/protocol/message-codec.ts';
import { ANY_ATTEMPT } from '../../../src/core/protocol/outcome.ts';
import type { Result } from '../../../src/core/protocol/outcome.ts';
import { overriding } from '../../../src/testing/overriding.ts';
import { ordersFor, ordersNow } from '../../../src/worker/orders.ts';
import { revokedScopes, watchRevocation } from '../../../src/worker/revocations.ts';
import { deliveryOf, makeBench, messageOf } from './bench.ts';
import type { Bench } from './bench.ts';

let bench: Bench;
/** The workflows and stamps that were looked up, by look. */
let looked: (readonly string[])[];
/** How many of the next looks the cloud refuses. */
let refusals: number;
beforeEach(() => {
  looked = [];
  refusals = 0;
  bench = makeBench(({ records }) => ({
    records: overriding(records, {
      revoked: async (params) => {
        looked.push(params.workflows);
        if (refusals === 0) return records.revoked(params);
        refusals -= 1;
        throw new ServiceUnavailable('throttled');
      },
    }),
  }));
});
const one = messageOf('one', { id: 'W.1' });
const two = messageOf('one', { id: 'V' });
const held = messageOf('one', { id: 'H.0', held: true });

/** Revokes `W`; workers look at marks for so long. */
async function revoke(lookMs = 60_000): Promise<void> {
  const now = bench.clock.now();
  await bench.engine.records.revoke({ scope: 'W', until: now + 86_400_000, gateUntil: now + lookMs });
}

describe('revokedScopes()', () => {
  it('are looked up in one call for all messages while the gate is up', async () => {
    await revoke();
    expect(await revokedScopes(bench.engine, [one, one, two, held])).toEqual(['W']);
    expect(looked).toEqual([['W', 'V', 'H']]);
  });

  it('are looked up for a held message alone while the gate is down', async () => {
    expect(await revokedScopes(bench.engine, [one, held])).toEqual([]);
    expect(await revokedScopes(bench.engine, [one, two])).toEqual([]);
    expect(looked).toEqual([['H']]);
  });

  it('are no longer looked up when the time of the gate is over', async () => {
    await revoke(500);
    await revokedScopes(bench.engine, [one]);
    await bench.clock.sleep(500);
    await revokedScopes(bench.engine, [one]);
    expect(looked).toHaveLength(1);
  });
});

describe('watchRevocation()', () => {
  const watch = (): { told: AbortSignal; done: AbortController; watched: Promise<void> } => {
    const controller = new AbortController();
    const done = new AbortController();
    const watched = watchRevocation(bench.engine, one, controller, done.signal);
    return { told: controller.signal, done, watched };
  };

  it('aborts the run of a task that is revoked, and says with what', async () => {
    const { told, watched } = watch();
    await bench.clock.sleep(6000);
    expect(told.aborted).toBe(false);
    await revoke();
    await bench.clock.sleep(6000);
    await watched;
    expect(told.reason).toEqual(new Error('The task was revoked with W'));
  });

  it('goes on when the cloud refuses a look', async () => {
    const { told, watched } = watch();
    await revoke();
    refusals = 1;
    await bench.clock.sleep(11_000);
    await watched;
    expect(told.aborted).toBe(true);
    expect(looked).toHaveLength(2);
  });

  it('ends with the run', async () => {
    const { told, done, watched } = watch();
    await revoke();
    done.abort();
    await watched;
    await bench.clock.sleep(60_000);
    expect(told.aborted).toBe(false);
    expect(looked).toEqual([]);
  });
});

describe('ordersNow()', () => {
  it('are those of the batch, until they are a second old', async () => {
    const seen = await ordersFor(bench.engine, [one, two]);
    await bench.clock.sleep(999);
    expect(await ordersNow(bench.engine, one, seen)).toBe(seen);
    await revoke();
    await bench.clock.sleep(1);
    expect(await ordersNow(bench.engine, one, seen)).toMatchObject({ revoked: ['W'], seenAt: seen.seenAt + 1000 });
  });
});

describe('a message that revokes', () => {
  const inline = { inline: null };

  /** Has a worker revoke an id of a workflow with this outcome, and answers with the marks of the workflow. */
  async function marksOf(id: string, standing?: Result): Promise<readonly string[]> {
    const { engine } = bench;
    const until = bench.clock.now() + 86_400_000;
    const by = { mid: 'other', token: 't' };
    if (standing !== undefined)
      await engine.outcomes.commit({ address: addressOf('W'), attempt: ANY_ATTEMPT, decision: standing, by, until });
    const { sig: _sig, ...rest } = messageOf('one', { id, base: id, until });
    expect(await bench.work([deliveryOf(encodeMessage({ ...rest, kind: 'revoke' }))])).toEqual([]);
    return engine.records.revoked({ workflows: ['W'] });
  }

  it('ends a workflow as revoked, and marks it', async () => {
    expect(await marksOf('W')).toEqual(['W']);
    const { cell } = await bench.engine.outcomes.read({ address: addressOf('W') });
    expect(cell.outcome).toMatchObject({ state: 'REVOKED', value: { inline: { reason: 'revoked' } } });
  });

  it.each<[string, string, Result | undefined, readonly string[]]>([
    ['a part of a workflow, and workers decide', 'W.1', undefined, ['W.1']],
    ['a workflow that was revoked before', 'W', { state: 'REVOKED', value: inline }, ['W']],
    ['the rest of one that has failed', 'W', { state: 'FAILURE', value: inline, failedId: 'W.0' }, [restOf('W')]],
    ['the rest of one whose own task has failed', 'W', { state: 'FAILURE', value: inline }, [restOf('W')]],
    ['the rest of one with a revoked member', 'W', { state: 'REVOKED', value: inline, failedId: 'W~1' }, [restOf('W')]],
    ['nothing of one that has succeeded', 'W', { state: 'SUCCESS', value: inline }, []],
  ])('marks %s', async (_, id, standing, marks) => {
    expect(await marksOf(id, standing)).toEqual(marks);
  });
});
