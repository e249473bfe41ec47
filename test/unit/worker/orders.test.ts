import { beforeEach, describe, expect, it } from 'vitest';
import { addressOf } from '../../../src/core/protocol/address.ts';
import { makeBench, QUEUE, taskDelivery } from './bench.ts';
import type { Bench } from './bench.ts';

/** How long the first message of each batch runs, in ms. */
const LONG_MS = 300_000;

let bench: Bench;
let runs: string[];
beforeEach(() => {
  bench = makeBench();
  runs = [];
  bench.app.task('long', async () => {
    runs.push('long');
    await bench.clock.sleep(LONG_MS);
  });
  bench.app.task('quick', () => void runs.push('quick'));
});

/** The end of the task `B.` */
async function endOfQuick(): Promise<unknown> {
  return (await bench.engine.outcomes.read({ address: addressOf('B') })).cell.outcome;
}

/** Works on a long task and a quick one that runs behind it, and acts while the long one runs. */
async function working(
  receives: { readonly long: number; readonly quick: number },
  act: () => Promise<void>,
): Promise<readonly string[]> {
  const sentAt = bench.clock.now();
  const long = taskDelivery('long', { id: 'A', base: 'A', mid: 'a' }, { sentAt, receives: receives.long });
  const quick = taskDelivery('quick', { id: 'B', base: 'B', mid: 'b' }, { sentAt, receives: receives.quick });
  const returned = bench.work([long, { ...quick, messageId: 'sqs-2' }], 900);
  await bench.clock.sleep(LONG_MS / 2);
  await act();
  return returned;
}

const purge = (): Promise<void> => bench.engine.records.purge({ queue: QUEUE, before: bench.clock.now() });
const revoke = (): Promise<void> => {
  const until = bench.clock.now() + 86_400_000;
  return bench.engine.records.revoke({ scope: 'B', until, gateUntil: until });
};

describe('a message that has waited behind another one of its batch', () => {
  it.each([
    ['a possible duplicate', { long: 1, quick: 2 }],
    ['a fresh message behind a starved one', { long: 5, quick: 1 }],
  ])('runs if nothing has been ordered: %s', async (_, receives) => {
    expect(await working(receives, () => Promise.resolve())).toEqual([]);
    expect(runs).toEqual(['long', 'quick']);
    expect(await endOfQuick()).toMatchObject({ state: 'SUCCESS' });
  });

  it.each([
    ['a possible duplicate', { long: 1, quick: 2 }],
    ['a fresh message behind a starved one', { long: 5, quick: 1 }],
  ])('does not run if it was purged meanwhile: %s', async (_, receives) => {
    expect(await working(receives, purge)).toEqual([]);
    expect(runs).toEqual(['long']);
    expect(await endOfQuick()).toMatchObject({ state: 'REVOKED' });
  });

  it('does not run if it was revoked meanwhile', async () => {
    expect(await working({ long: 1, quick: 2 }, revoke)).toEqual([]);
    expect(runs).toEqual(['long']);
  });
});
