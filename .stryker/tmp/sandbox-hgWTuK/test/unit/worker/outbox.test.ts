import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../src/adapters/memory/virtual-clock.ts';
import type { Broker, Outgoing } from '../../../src/ports/broker.ts';
import { BatchOutbox } from '../../../src/worker/outbox.ts';

const message = (body: string): Outgoing => ({ queue: 'q', body, delaySeconds: 0 });

/** A delivery that works for a moment, and then sends. */
async function deliver(outbox: BatchOutbox, clock: VirtualClock, body: string): Promise<void> {
  await outbox.during(async () => {
    await clock.sleep(0);
    await outbox.send([message(body)]);
  });
}

/** An outbox, and the bodies of each call that it makes. */
function makeOutbox(fails = false): { outbox: BatchOutbox; calls: string[][]; clock: VirtualClock } {
  const clock = new VirtualClock();
  const calls: string[][] = [];
  const broker: Broker = {
    send: async ({ messages }) => {
      calls.push(messages.map(({ body }) => body));
      if (fails) throw new Error('refused');
    },
    deadLetter: () => Promise.resolve(),
  };
  return { outbox: new BatchOutbox(broker, clock), calls, clock };
}

describe('BatchOutbox', () => {
  it('sends at once when nothing else is running', async () => {
    const { outbox, calls, clock } = makeOutbox();
    const startedAt = clock.now();
    await outbox.during(() => outbox.send([message('a'), message('b')]));
    expect(calls).toEqual([['a', 'b']]);
    expect(clock.now()).toBe(startedAt);
  });

  it('sends as one call when all that is running waits for it', async () => {
    const { outbox, calls, clock } = makeOutbox();
    const startedAt = clock.now();
    await Promise.all(['a', 'b', 'c'].map((body) => deliver(outbox, clock, body)));
    expect(calls).toEqual([['a', 'b', 'c']]);
    expect(clock.now()).toBe(startedAt);
  });

  it('sends after 5 ms when others are still running', async () => {
    const { outbox, calls, clock } = makeOutbox();
    const startedAt = clock.now();
    const slow = outbox.during(() => clock.sleep(1000));
    await outbox.during(() => outbox.send([message('a')]));
    expect(clock.now() - startedAt).toBe(5);
    expect(calls).toEqual([['a']]);
    await slow;
  });

  it('sends when ten have come, though others are still running', async () => {
    const { outbox, calls, clock } = makeOutbox();
    const slow = outbox.during(() => clock.sleep(1000));
    const startedAt = clock.now();
    await Promise.all(Array.from({ length: 10 }, (_, i) => outbox.during(() => outbox.send([message(`${i}`)]))));
    expect(calls).toHaveLength(1);
    expect(clock.now()).toBe(startedAt);
    await slow;
  });

  it('sends what waits when the last that ran ends without sending', async () => {
    const { outbox, calls, clock } = makeOutbox();
    const startedAt = clock.now();
    await Promise.all([outbox.during(() => outbox.send([message('a')])), outbox.during(() => clock.sleep(2))]);
    expect(calls).toEqual([['a']]);
    expect(clock.now() - startedAt).toBe(2);
  });

  it('fails all that shared a call when the call fails', async () => {
    const { outbox, calls, clock } = makeOutbox(true);
    const results = await Promise.allSettled(['a', 'b'].map((body) => deliver(outbox, clock, body)));
    expect(calls).toEqual([['a', 'b']]);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  });

  it('sends again after it has failed', async () => {
    const { outbox, calls } = makeOutbox(true);
    await outbox.send([message('a')]).catch(() => undefined);
    await outbox.send([message('b')]).catch(() => undefined);
    expect(calls).toEqual([['a'], ['b']]);
  });
});
