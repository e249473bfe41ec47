import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../src/adapters/memory/virtual-clock.ts';
import type { Broker, Outgoing } from '../../../src/ports/broker.ts';
import { BatchOutbox } from '../../../src/worker/outbox.ts';

const message = (body: string): Outgoing => ({ queue: 'q', body, delaySeconds: 0 });

/** A delivery that works for a moment, and then sends. */
async function deliver(outbox: BatchOutbox, clock: VirtualClock, body: string): Promise<void> {
  await outbox.during(async () => {
    await clock.sleep(0);
    await outbox.send({ messages: [message(body)] });
  });
}

/** An outbox, and the bodies that it sends at one time, in virtual ms since its beginning. */
function makeOutbox(refused = ''): { outbox: BatchOutbox; sent: Record<number, string[]>; clock: VirtualClock } {
  const clock = new VirtualClock();
  const startedAt = clock.now();
  const sent: Record<number, string[]> = {};
  const broker: Broker = {
    send: async ({ messages }) => {
      const bodies = messages.map(({ body }) => body);
      (sent[clock.now() - startedAt] ??= []).push(...bodies);
      if (bodies.includes(refused)) throw new Error('refused');
    },
    deadLetter: () => Promise.resolve(),
    nameOf: (queue) => queue,
  };
  return { outbox: new BatchOutbox(broker, clock), sent, clock };
}

describe('BatchOutbox', () => {
  it('sends at once when nothing else is running', async () => {
    const { outbox, sent } = makeOutbox();
    await outbox.during(() => outbox.send({ messages: [message('a'), message('b')] }));
    expect(sent).toEqual({ 0: ['a', 'b'] });
  });

  it('sends all at one time when all that is running waits for it', async () => {
    const { outbox, sent, clock } = makeOutbox();
    await Promise.all(['a', 'b', 'c'].map((body) => deliver(outbox, clock, body)));
    expect(sent).toEqual({ 0: ['a', 'b', 'c'] });
  });

  it('sends after 5 ms when others are still running', async () => {
    const { outbox, sent, clock } = makeOutbox();
    const slow = outbox.during(() => clock.sleep(1000));
    await outbox.during(() => outbox.send({ messages: [message('a')] }));
    expect(sent).toEqual({ 5: ['a'] });
    await slow;
  });

  it('sends when ten have come, though others are still running', async () => {
    const { outbox, sent, clock } = makeOutbox();
    const slow = outbox.during(() => clock.sleep(1000));
    await Promise.all(
      Array.from({ length: 10 }, (_, i) => outbox.during(() => outbox.send({ messages: [message(`${i}`)] }))),
    );
    expect(sent[0]).toHaveLength(10);
    await slow;
  });

  it('sends what waits when the last that ran ends without sending', async () => {
    const { outbox, sent, clock } = makeOutbox();
    await Promise.all([
      outbox.during(() => clock.sleep(2)),
      outbox.during(() => outbox.send({ messages: [message('a')] })),
    ]);
    expect(sent).toEqual({ 2: ['a'] });
  });

  it('fails only the delivery whose messages are refused', async () => {
    const { outbox, sent, clock } = makeOutbox('b');
    const results = await Promise.allSettled(['a', 'b'].map((body) => deliver(outbox, clock, body)));
    expect(sent).toEqual({ 0: ['a', 'b'] });
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
  });

  it('sends again after it has failed', async () => {
    const { outbox, sent } = makeOutbox('a');
    await outbox.send({ messages: [message('a')] }).catch(() => undefined);
    await outbox.send({ messages: [message('b')] });
    expect(sent).toEqual({ 0: ['a', 'b'] });
  });
});
