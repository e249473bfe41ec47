/** Steps that run in the delivery of the step before them. */
import { chain, chord } from 'chordal';
import { describe, expect, it } from 'vitest';
import { sendRevocation } from '../../../src/client/revoke.ts';
import { ServiceUnavailable } from '../../../src/core/errors/caller.ts';
import { decodeMessage } from '../../../src/core/protocol/message-codec.ts';
import type { AnySignature } from '../../../src/index.ts';
import type { Delivery } from '../../../src/ports/broker.ts';
import type { Ports } from '../../../src/ports/ports.ts';
import { overriding } from '../../../src/testing/overriding.ts';
import { makeBench, QUEUE } from './bench.ts';
import type { Bench } from './bench.ts';

interface Counted extends Bench {
  readonly calls: { commits: number; sends: number; deletes: number; reads: number; looks: number };
  /** The runs, by their argument. */
  readonly ran: string[];
  /** From which commit on all are refused, counted from 1. Default: none is. */
  readonly refused: { from: number };
  step(name: string): AnySignature;
  state(id: string): Promise<string>;
  message(delivery: Delivery): Record<string, unknown>;
}

function counted(options: { inline?: boolean; timeLimit?: number } = { inline: true }): Counted {
  const calls = { commits: 0, sends: 0, deletes: 0, reads: 0, looks: 0 };
  const ran: string[] = [];
  const refused = { from: Number.POSITIVE_INFINITY };
  const bench = makeBench(({ outcomes, broker, deliveries, records }: Ports) => ({
    records: overriding(records, {
      revoked: (params) => {
        calls.looks += 1;
        return records.revoked(params);
      },
    }),
    outcomes: overriding(outcomes, {
      commit: (params) => {
        calls.commits += 1;
        if (calls.commits >= refused.from) throw new ServiceUnavailable('Cannot commit: this test refuses it');
        return outcomes.commit(params);
      },
      read: (params) => {
        calls.reads += 1;
        return outcomes.read(params);
      },
    }),
    broker: overriding(broker, {
      send: (params) => {
        calls.sends += params.messages.length;
        return broker.send(params);
      },
    }),
    deliveries: overriding(deliveries, {
      finish: (params) => {
        calls.deletes += params.receipts.length;
        return deliveries.finish(params);
      },
    }),
  }));
  const step = bench.app.task('step', options, async (...given: readonly unknown[]) => {
    const name = String(given.at(-1));
    ran.push(name);
    if (name === 'takes its time') await bench.clock.sleep(2000);
    if (name === 'slow') await bench.clock.sleep(100_000);
    if (name === 'fails') throw new RangeError('no');
    return name;
  });
  return Object.assign(bench, {
    calls,
    ran,
    refused,
    step: (name: string): AnySignature => step.s(name),
    state: async (id: string) => bench.app.asyncResult(id).state(),
    message: ({ body, messageId }: Delivery) => decodeMessage(body, messageId) as unknown as Record<string, unknown>,
  });
}

const steps = (bench: Counted, ...names: readonly string[]): { delay(): Promise<{ taskId: string }> } =>
  chain(...(names.map((name) => bench.step(name)) as never[])) as never;

describe('a chain of inline steps', () => {
  it('costs one message and one write a step', async () => {
    const bench = counted();
    const { taskId } = await steps(bench, 'a', 'b', 'c', 'd').delay();
    expect(await bench.work(bench.receive())).toEqual([]);
    expect(bench.ran).toEqual(['a', 'b', 'c', 'd']);
    expect(bench.calls).toEqual({ commits: 4, sends: 1, deletes: 0, reads: 0, looks: 0 });
    expect(await bench.state(taskId)).toBe('SUCCESS');
  });

  it('sends each step where it is not wanted', async () => {
    const bench = counted({});
    await steps(bench, 'a', 'b').delay();
    await bench.work(bench.receive());
    expect(bench.ran).toEqual(['a']);
    expect(bench.calls.sends).toBe(2);
  });

  it('ends where a step fails', async () => {
    const bench = counted();
    const { taskId } = await steps(bench, 'a', 'fails', 'b').delay();
    await bench.work(bench.receive());
    expect(bench.ran).toEqual(['a', 'fails']);
    expect(await bench.state(taskId)).toBe('FAILURE');
  });

  it('is sent on when a delivery has run its most steps', async () => {
    const bench = counted();
    await steps(bench, ...Array.from({ length: 103 }, (_, index) => `${index}`)).delay();
    await bench.work(bench.receive());
    expect(bench.ran).toHaveLength(100);
    await bench.work(bench.receive());
    expect(bench.ran).toHaveLength(103);
  });

  it('is sent on when half of the function’s time is over, as a step may need that', async () => {
    const bench = counted();
    await steps(bench, 'slow', 'b').delay();
    const startedAt = bench.clock.now();
    const remaining = (): number => 150_000 - (bench.clock.now() - startedAt);
    const { runBatch } = await import('../../../src/worker/batch.ts');
    await runBatch(bench.engine, bench.receive(), remaining);
    expect(bench.ran).toEqual(['slow']);
    expect(bench.calls.sends).toBe(2);
  });
});

describe('the body of a chord', () => {
  it('runs where its last member has run', async () => {
    const bench = counted();
    const whole = chord([bench.step('a'), bench.step('b')], bench.step('body') as never) as ReturnType<typeof steps>;
    const { taskId } = await whole.delay();
    await bench.work(bench.receive());
    expect(bench.ran).toEqual(['a', 'b', 'body']);
    expect(bench.calls.sends).toBe(2);
    expect(await bench.state(taskId)).toBe('SUCCESS');
  });
});

describe('a message that comes back', () => {
  it('goes on behind the steps that it has run, and sends the next one marked, under its own nonce', async () => {
    const bench = counted();
    await steps(bench, 'a', 'b', 'c', 'd').delay();
    const [first] = bench.receive();
    if (first === undefined) throw new Error('nothing was sent');
    bench.refused.from = 3;
    expect(await bench.work([first])).toEqual([first.messageId]);
    bench.refused.from = Number.POSITIVE_INFINITY;
    expect(bench.ran).toEqual(['a', 'b', 'c']);
    expect(await bench.work([{ ...first, receives: 2 }])).toEqual([]);
    expect(bench.ran).toEqual(['a', 'b', 'c']);
    const [next] = bench.receive().filter(({ messageId }) => messageId !== first.messageId);
    if (next === undefined) throw new Error('nothing was handed over');
    expect(bench.message(next)).toMatchObject({ again: true, mid: bench.message(first)['mid'] });
    expect(String(bench.message(next)['id'])).toMatch(/\.2$/);
    await bench.work([next]);
    expect(bench.ran).toEqual(['a', 'b', 'c', 'c']);
  });

  it('does nothing where another message has decided the next step', async () => {
    const bench = counted();
    await steps(bench, 'a', 'b', 'c').delay();
    const [first] = bench.receive();
    if (first === undefined) throw new Error('nothing was sent');
    await bench.work([first]);
    bench.calls.sends = 0;
    expect(await bench.work([{ ...first, receives: 2 }])).toEqual([]);
    expect(bench.ran).toEqual(['a', 'b', 'c']);
    expect(bench.calls.sends).toBe(0);
  });
});

describe('a step that needs more than its part of the sandbox’s time', () => {
  it('is begun again in a whole one, and does not fail', async () => {
    const bench = counted();
    await steps(bench, 'takes its time', 'slow').delay();
    const [first] = bench.receive();
    if (first === undefined) throw new Error('nothing was sent');
    expect(await bench.work([first])).toEqual([]);
    const [next] = bench.receive().filter(({ messageId }) => messageId !== first.messageId);
    if (next === undefined) throw new Error('nothing was sent');
    expect(bench.message(next)).toMatchObject({ again: true, mid: bench.message(first)['mid'] });
    await bench.work([next], 200);
    expect(bench.ran).toEqual(['takes its time', 'slow', 'slow']);
    expect(await bench.state(String(bench.message(next)['id']))).toBe('SUCCESS');
  });

  it('is as old as the decision before it, and so is purged if that came before the purge', async () => {
    const bench = counted();
    await steps(bench, 'takes its time', 'slow').delay();
    const [first] = bench.receive();
    if (first === undefined) throw new Error('nothing was sent');
    const working = bench.work([first]);
    await bench.clock.sleep(10_000);
    await bench.engine.records.purge({ queue: QUEUE, before: bench.clock.now() });
    await working;
    const [next] = bench.receive().filter(({ messageId }) => messageId !== first.messageId);
    if (next === undefined) throw new Error('nothing was sent');
    await bench.work([{ ...next, sentAt: bench.clock.now() }], 200);
    expect(bench.ran).toEqual(['takes its time', 'slow']);
    expect(await bench.state(String(bench.message(next)['id']))).toBe('REVOKED');
  });

  it('fails if its part was a whole one', async () => {
    const bench = counted();
    const { taskId } = await steps(bench, 'a', 'slow').delay();
    await bench.work(bench.receive());
    expect(bench.ran).toEqual(['a', 'slow']);
    expect(await bench.state(taskId)).toBe('FAILURE');
  });

  it('fails if it has a limit of its own', async () => {
    const bench = counted({ inline: true, timeLimit: 10 });
    const { taskId } = await steps(bench, 'takes its time', 'slow').delay();
    await bench.work(bench.receive());
    expect(await bench.state(taskId)).toBe('FAILURE');
  });
});

describe('beside other deliveries', () => {
  it('deletes what is finished before a further step runs', async () => {
    const bench = counted();
    const deleted: number[] = [];
    const look = bench.app.task('look', { inline: true }, async () => {
      deleted.push(bench.calls.deletes);
    });
    await steps(bench, 'short').delay();
    const wait = bench.app.task('wait', async () => bench.clock.sleep(5000));
    await chain(wait.s(), look.si()).delay();
    await bench.work(bench.receive());
    expect(deleted).toEqual([1]);
  });

  it('does not run a step that is revoked', async () => {
    const bench = counted();
    const wait = bench.app.task('wait', async () => bench.clock.sleep(5000));
    const { taskId } = await chain(wait.s(), bench.step('b') as never).applyAsync({ taskId: 'W' });
    const working = bench.work(bench.receive());
    await bench.clock.sleep(100);
    await sendRevocation(bench.engine, taskId);
    await bench.work(bench.receive());
    await working;
    expect(bench.ran).toEqual([]);
    expect(await bench.state('W')).toBe('REVOKED');
  });

  it('looks for revocations once a second while the gate is up, not at each step, and at once for a stamp of a step', async () => {
    const bench = counted();
    const until = bench.clock.now() + 86_400_000;
    await bench.engine.records.revoke({ scope: 'another', until, gateUntil: until });
    await steps(bench, 'a', 'b', 'c', 'd').delay();
    await bench.work(bench.receive());
    expect(bench.calls.looks).toBe(1);

    await steps(bench, 'a', 'takes its time', 'c', 'd').delay();
    await bench.work(bench.receive());
    expect(bench.calls.looks).toBe(3);

    await bench.app.control.revokeByStamp({ customer: 7 });
    const stamped = bench.app.task('stamped', { inline: true }, () => void bench.ran.push('stamped'));
    const last = stamped.si().set({ stamps: { customer: 7 } });
    const { taskId } = await chain(bench.step('a') as never, last).applyAsync({ taskId: 'S' });
    await bench.work(bench.receive());
    expect(bench.ran).not.toContain('stamped');
    expect(await bench.state(taskId)).toBe('REVOKED');
  });
});
