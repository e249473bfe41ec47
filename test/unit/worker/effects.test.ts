/** Launches and other effects that a task does not await: its function has answered, and Lambda would freeze them with the sandbox. */
import { expect, test } from 'vitest';
import { addressOf } from '../../../src/core/protocol/address.ts';
import type { TaskContext } from '../../../src/core/types/context.ts';
import type { Ports } from '../../../src/ports/ports.ts';
import { overriding } from '../../../src/testing/overriding.ts';
import { makeBench, outcomeOf, taskDelivery } from './bench.ts';
import type { Bench } from './bench.ts';

/** A bench whose queues take half a minute for each call, and a task that launches others. */
function slowBench(): Bench {
  return makeBench(({ broker, clock }: Ports) => ({
    broker: overriding(broker, {
      send: async (params) => {
        await clock.sleep(30_000);
        return broker.send(params);
      },
    }),
  }));
}

test.each(['returns', 'throws'])('a launch that its task does not await is durable when the task %s', async (how) => {
  const bench = slowBench();
  const child = bench.app.task('child', () => 1);
  bench.app.task('parent', () => {
    void child.delay();
    // Arguments like those of a direct call: a part of the same run.
    void inner();
    if (how === 'throws') throw new Error('no');
  });
  const inner = bench.app.task('inner', () => void child.delay());
  expect(await bench.work([taskDelivery('parent')])).toEqual([]);
  expect(bench.receive()).toHaveLength(2);
  const { outcome } = (await bench.engine.outcomes.read({ address: addressOf('W') })).cell;
  expect(outcome?.state).toBe(how === 'throws' ? 'FAILURE' : 'SUCCESS');
  if (how === 'returns') expect(outcome?.children).toHaveLength(2);
});

test('what its task revokes or appends to a ledger, and does not await, is durable when it returns', async () => {
  const kept: string[] = [];
  const bench = makeBench(({ records, broker, clock }: Ports) => {
    const slowly = async (what: string): Promise<void> => {
      await clock.sleep(1000);
      kept.push(what);
    };
    return {
      records: overriding(records, { appendLedger: () => slowly('ledger'), revoke: () => slowly('stamp') }),
      broker: overriding(broker, { send: () => slowly('revocation') }),
    };
  });
  const { app } = bench;
  app.task('parent', { bind: true }, (ctx: TaskContext) => {
    void ctx.ledger.append('key', 1);
    void app.asyncResult('X').revoke();
    void app.control.revoke('Y');
    void app.control.revokeByStamp({ customer: 1 });
  });
  expect(await bench.work([taskDelivery('parent')])).toEqual([]);
  expect(kept.toSorted()).toEqual(['ledger', 'revocation', 'revocation', 'stamp']);
});

test('a launch that its task does not await is waited for no longer than the task itself', async () => {
  const bench = slowBench();
  const child = bench.app.task('child', () => 1);
  bench.app.task('parent', { timeLimit: 20 }, () => void child.delay());
  await bench.work([taskDelivery('parent')]);
  expect(await outcomeOf(bench, 'W')).toMatchObject({ value: { errorType: 'TimeLimitExceeded' } });
});
