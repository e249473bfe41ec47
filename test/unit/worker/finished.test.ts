import { beforeEach, describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../src/adapters/memory/virtual-clock.ts';
import type { Deliveries, Receipt } from '../../../src/ports/broker.ts';
import { overriding } from '../../../src/testing/overriding.ts';
import { Finished } from '../../../src/worker/finished.ts';
import { makeBench } from './bench.ts';

const receipt = (handle: string): Receipt => ({ queue: 'q', handle });

let clock: VirtualClock;
let deleted: string[][];
/** How often the cloud refuses to delete. */
let refusals: number;
let finished: Finished;
beforeEach(() => {
  clock = new VirtualClock();
  deleted = [];
  refusals = 0;
  const deliveries: Deliveries = overriding(makeBench().engine.deliveries, {
    finish: async ({ receipts }) => {
      deleted.push(receipts.map(({ handle }) => handle));
      if (refusals > 0) throw new Error('refused');
    },
  });
  finished = new Finished(deliveries, clock);
});

describe('Finished', () => {
  it('deletes what is finished in one call, once', async () => {
    finished.add(receipt('a'));
    finished.add(receipt('b'));
    await finished.deleteNow();
    await finished.deleteNow();
    expect(deleted).toEqual([['a', 'b']]);
  });

  it('asks for nothing where nothing is finished', async () => {
    await finished.deleteNow();
    expect(deleted).toEqual([]);
  });

  it('goes on if the cloud refuses: what is not deleted comes back, and is found to be done', async () => {
    refusals = 1;
    finished.add(receipt('a'));
    await expect(finished.deleteNow()).resolves.toBeUndefined();
    await finished.deleteNow();
    expect(deleted).toEqual([['a']]);
  });

  it('deletes between steps at first, and then at most once a second', async () => {
    for (const [handle, waitMs] of [
      ['a', 999],
      ['b', 1],
      ['c', 999],
      ['d', 1],
    ] as const) {
      finished.add(receipt(handle));
      await finished.deleteSometimes();
      await clock.sleep(waitMs);
    }
    finished.add(receipt('e'));
    await finished.deleteSometimes();
    expect(deleted).toEqual([['a'], ['b', 'c'], ['d', 'e']]);
  });
});
