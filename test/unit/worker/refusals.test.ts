import { describe, expect, it, onTestFinished } from 'vitest';
import { chain, group } from '../../../src/client/canvas.ts';
import { ConfigurationError, ServiceUnavailable } from '../../../src/core/errors/caller.ts';
import { addressOf } from '../../../src/core/protocol/address.ts';
import { encodeMessage } from '../../../src/core/protocol/message-codec.ts';
import { createApp, currentTask } from '../../../src/index.ts';
import type { Delivery } from '../../../src/ports/broker.ts';
import { NO_FAULTS } from '../../../src/testing/faults.ts';
import { memoryCloud } from '../../../src/testing/index.ts';
import { overriding } from '../../../src/testing/overriding.ts';
import { SimulatedCloud } from '../../../src/testing/simulated-cloud.ts';
import { buryBatch } from '../../../src/worker/bury.ts';
import { deliveryOf, makeBench, messageOf, outcomeOf, taskDelivery } from './bench.ts';

/** The messages on the queue, without their receipts. */
function bodiesOf(deliveries: readonly Delivery[]): readonly unknown[] {
  return deliveries.map(({ body }) => JSON.parse(body) as unknown);
}

describe('a member that comes back when its group has failed', () => {
  it('sends itself again before it fails the group: its first delivery did not, and has deleted the message', async () => {
    let refuses: 'settling' | 'noting' | 'nothing' = 'settling';
    const noted: string[] = [];
    const bench = makeBench(({ outcomes, journal }) => ({
      outcomes: overriding(outcomes, {
        commit: (params) =>
          refuses === 'settling' && params.address.seat === undefined
            ? Promise.reject(new ServiceUnavailable('throttled'))
            : outcomes.commit(params),
      }),
      journal: overriding(journal, {
        noteFailure: async ({ mark }) => {
          if (refuses === 'noting') throw new ServiceUnavailable('throttled');
          noted.push(mark.id);
        },
      }),
    }));
    bench.app.task('good', () => 1);
    bench.app.task('bad', () => {
      throw new Error('no');
    });
    const member = (task: string, x: number, receives = 1): Delivery => {
      const frames = [{ join: 'W', x, n: 4, collect: true as const, tolerate: 1 }];
      return taskDelivery(task, { mid: `m${x}`, id: `W~${x}`, base: `W~${x}`, frames }, { receives });
    };
    expect(await bench.work([member('good', 0)])).toEqual([]);
    expect(await bench.work([member('bad', 1)])).toEqual([]);
    expect(await bench.work([member('bad', 2)])).toEqual(['sqs-1']);
    refuses = 'noting';
    expect(await bench.work([member('good', 0, 2)])).toEqual(['sqs-1']);
    refuses = 'nothing';
    const sent = bench.receive();
    expect(bodiesOf(sent)).toMatchObject([{ mid: 'm0', id: 'W~0', again: true }]);
    expect(await bench.work(sent)).toEqual([]);
    expect(noted).toEqual(['W']);
    expect(await bench.work([member('good', 0, 3)])).toEqual([]);
    expect(bench.receive()).toEqual([]);
  });
});

describe('runBatch() while the cloud refuses', () => {
  const denied = (): Promise<never> => Promise.reject(new ConfigurationError('access is refused'));

  it('has a task come back whose input it may not read, and runs it once it may', async () => {
    let isDenied = true;
    const bench = makeBench(({ payloads }) => ({
      payloads: overriding(payloads, {
        getValue: (params) => (isDenied ? denied() : payloads.getValue(params)),
      }),
    }));
    bench.app.task('echo', (value: string) => value);
    const ref = await bench.engine.payloads.putValue({
      address: addressOf('W.0'),
      token: 'k',
      text: '"given"',
      until: Date.UTC(2027),
    });
    expect(await bench.work([taskDelivery('echo', { in: { ref } })])).toEqual(['sqs-1']);
    expect(await outcomeOf(bench, 'W')).toBeUndefined();
    isDenied = false;
    expect(await bench.work([taskDelivery('echo', { in: { ref } }, { receives: 2 })])).toEqual([]);
    expect(await outcomeOf(bench, 'W')).toMatchObject({ state: 'SUCCESS', value: 'given' });
  });

  it('launches the same canvas again when it runs a second time, also at other times', async () => {
    let isRefusing = true;
    const bench = makeBench(({ outcomes }) => ({
      outcomes: overriding(outcomes, {
        commit: async (params) => {
          if (isRefusing) throw new ServiceUnavailable('throttled');
          return outcomes.commit(params);
        },
      }),
    }));
    const one = bench.app.task('one', () => 1);
    const launched: string[] = [];
    bench.app.task('launching', async () => {
      const eta = new Date(bench.clock.now() + 60_000);
      launched.push(
        (await one.applyAsync({ eta })).taskId,
        (await chain(one.si(), one.si()).applyAsync({ expires: 9 })).taskId,
      );
    });
    await bench.work([taskDelivery('launching')]);
    isRefusing = false;
    await bench.work([taskDelivery('launching', {}, { receives: 2 })]);
    expect(launched).toHaveLength(4);
    expect(launched.slice(2)).toEqual(launched.slice(0, 2));
  });

  it('has all messages come back, later with each receive, while the gate of revocations cannot be read', async () => {
    const released: { readonly handle: string; readonly seconds: number }[] = [];
    const bench = makeBench(({ records, deliveries }) => ({
      records: overriding(records, { gate: () => Promise.reject(new ServiceUnavailable('throttled')) }),
      deliveries: overriding(deliveries, {
        release: async ({ receipts, seconds }) =>
          void released.push(...receipts.map(({ handle }) => ({ handle, seconds }))),
      }),
    }));
    bench.app.task('echo', (value: string) => value);
    const fresh = taskDelivery('echo');
    expect(await bench.work([fresh, { ...taskDelivery('echo', {}, { receives: 5 }), messageId: 'sqs-2' }])).toEqual([
      'sqs-1',
      'sqs-2',
    ]);
    const [first, fifth] = released.map(({ seconds }) => seconds);
    expect(first).toBeGreaterThanOrEqual(5);
    expect(first).toBeLessThanOrEqual(10);
    expect(fifth).toBeGreaterThanOrEqual(80);
    expect(fifth).toBeLessThanOrEqual(160);
  });

  it('has an expansion come back whose blocks it may not read', async () => {
    const bench = makeBench(({ payloads }) => ({ payloads: overriding(payloads, { getBlock: denied }) }));
    const message = { ...messageOf('add'), kind: 'expand' as const };
    const sig = { par: { stored: 'table:W/0', n: 2, per: 2, first: 'add' } };
    expect(await bench.work([deliveryOf(encodeMessage({ ...message, sig, lo: 0, hi: 2 }))])).toEqual(['sqs-1']);
    expect(bench.cloud.queues.dead).toEqual([]);
  });
});

describe('runBatch() given what points to blocks that are not there', () => {
  const lost = { stored: 'table:W/7', n: 3, per: 1, first: 'one' };

  it('fails the chain whose next step is lost, and what waits for the chain', async () => {
    const bench = makeBench();
    bench.app.task('one', () => 1);
    const frames = [
      { steps: lost, i: 1, base: 'W.0' },
      { steps: [{ task: 'one' }], i: 1, base: 'W' },
    ];
    expect(await bench.work([taskDelivery('one', { id: 'W.0.0', base: 'W.0.0', frames })])).toEqual([]);
    expect(await outcomeOf(bench, 'W.0.0')).toMatchObject({ state: 'SUCCESS' });
    const failure = { state: 'FAILURE', value: { code: 'CHORDAL_UNKNOWN_RESULT' } };
    expect(await outcomeOf(bench, 'W.0')).toMatchObject(failure);
    expect(await outcomeOf(bench, 'W')).toMatchObject({ ...failure, failedId: 'W.0' });
  });

  it('fails the group whose members are lost', async () => {
    const bench = makeBench();
    bench.app.task('one', () => 1);
    const frames = [{ steps: [{ par: lost }], i: 1, base: 'W' }];
    expect(await bench.work([taskDelivery('one', { id: 'W.0', base: 'W.0', frames })])).toEqual([]);
    expect(await outcomeOf(bench, 'W')).toMatchObject({ state: 'FAILURE', value: { code: 'CHORDAL_UNKNOWN_RESULT' } });
  });

  it('fails the chain whose block has too few steps', async () => {
    const bench = makeBench();
    bench.app.task('one', () => 1);
    await bench.engine.payloads.putBlocks({ blocks: [{ key: 'table:W/7/2', text: '[]' }], until: Date.UTC(2027) });
    const frames = [{ steps: lost, i: 2, base: 'W' }];
    expect(await bench.work([taskDelivery('one', { id: 'W.1', base: 'W.1', frames })])).toEqual([]);
    expect(await outcomeOf(bench, 'W')).toMatchObject({ state: 'FAILURE', value: { code: 'CHORDAL_INVALID_MESSAGE' } });
  });

  it('fails the task whose replacement is lost', async () => {
    const bench = makeBench();
    const by = { mid: 'm', token: 'before' };
    await bench.engine.outcomes.commit({
      address: addressOf('W'),
      attempt: 0,
      decision: { kind: 'replace', plan: { ref: 'memory:W/gone' }, attempt: 1 },
      by,
      until: Date.UTC(2027),
    });
    bench.app.task('one', () => 1);
    expect(await bench.work([taskDelivery('one', {}, { receives: 2 })])).toEqual([]);
    expect(await outcomeOf(bench, 'W')).toMatchObject({ state: 'FAILURE', value: { code: 'CHORDAL_UNKNOWN_RESULT' } });
  });
});

describe('runBatch() while a deployment is on its way', () => {
  const frames = [{ steps: [{ task: 'new' }], i: 1, base: 'W' }];
  const step = { id: 'W.0', base: 'W.0', frames };

  it('has a message come back twice whose next task no queue is known for, and does not run it again', async () => {
    const bench = makeBench();
    let runs = 0;
    bench.app.task('old', () => (runs += 1));
    expect(await bench.work([taskDelivery('old', step)])).toEqual(['sqs-1']);
    expect(await bench.work([taskDelivery('old', step, { receives: 2 })])).toEqual(['sqs-1']);
    expect(await outcomeOf(bench, 'W')).toBeUndefined();
    bench.app.task('new', () => 2);
    expect(await bench.work([taskDelivery('old', step, { receives: 6 })])).toEqual([]);
    expect(bodiesOf(bench.receive())).toMatchObject([{ id: 'W', sig: { task: 'new' }, again: true }]);
    expect(runs).toBe(1);
  });

  it('fails what waits for such a task at the sixth receive', async () => {
    const bench = makeBench();
    bench.app.task('old', () => 1);
    expect(await bench.work([taskDelivery('old', step, { receives: 6 })])).toEqual([]);
    expect(await outcomeOf(bench, 'W')).toMatchObject({ state: 'FAILURE', value: { code: 'CHORDAL_NOT_REGISTERED' } });
  });

  it('has an expansion come back that is for a task of a later release', async () => {
    const bench = makeBench();
    bench.app.task('old', () => 1);
    const message = { ...messageOf('old'), kind: 'expand' as const, sig: { par: [{ task: 'old' }, { task: 'new' }] } };
    expect(await bench.work([deliveryOf(encodeMessage(message))])).toEqual(['sqs-1']);
    expect(bench.cloud.queues.dead).toEqual([]);
  });
});

describe('a queue that does not exist', () => {
  const app = createApp('queues');
  const work = app.task('work', () => 1);
  const other = app.task('other', { queue: 'misspelt' }, () => 2);
  const replaced = app.task('replaced', { bind: true }, (ctx) => ctx.replace(work.s().set({ queue: 'nowhere' })));

  it('is refused when a canvas is sent, wherever in it', async () => {
    const cloud = memoryCloud({ one: app.handler(work, other) }, { time: 'virtual' });
    onTestFinished(() => cloud.close());
    const sent = chain(work.s(), work.si().set({ queue: 'nowhere' })).delay();
    await expect(sent).rejects.toThrow(/^Cannot send work to the queue nowhere: no function has a queue of that name/);
    await expect(other.delay()).rejects.toThrow(/^Cannot send other to the queue misspelt/);
  });

  it('fails the replacement of a task', async () => {
    const cloud = memoryCloud({ one: app.handler(work, replaced) }, { time: 'virtual' });
    onTestFinished(() => cloud.close());
    await expect((await replaced.delay()).get({ timeout: 3600 })).rejects.toMatchObject({ errorType: 'NotRegistered' });
  });
});

describe('runBatch() when several members of a group cannot be sent', () => {
  it('starts the error callback of their group once', async () => {
    const bench = makeBench();
    bench.app.task('told', () => 1);
    bench.app.task('old', { bind: true }, (ctx) => {
      const unknown = Array.from({ length: 5 }, () => bench.app.signature('nobody'));
      return ctx.replace(chain(group(unknown), bench.app.signature('told')) as never);
    });
    const links = [{ on: 'failure' as const, plan: { task: 'told' } }];
    expect(await bench.work([taskDelivery('old', { links }, { receives: 6 })])).toEqual([]);
    expect(await outcomeOf(bench, 'W')).toMatchObject({ state: 'FAILURE' });
    expect(bodiesOf(bench.receive())).toMatchObject([{ id: 'W^0', sig: { task: 'told' } }]);
  });
});

describe('runBatch() given a task with a longer limit than its function has time', () => {
  it('runs it in a whole sandbox once it has come back to be given more', async () => {
    const bench = makeBench();
    bench.app.task('long', { timeLimit: 500 }, () => 'done');
    const deliver = (receives: number, seconds: number): Promise<readonly string[]> =>
      bench.work([taskDelivery('long', {}, { receives })], seconds);
    expect(await deliver(1, 60)).toEqual(['sqs-1']);
    expect(await deliver(3, 60)).toEqual(['sqs-1']);
    expect(await deliver(4, 2)).toEqual(['sqs-1']);
    expect(await deliver(4, 60)).toEqual([]);
    expect(await outcomeOf(bench, 'W')).toMatchObject({ state: 'SUCCESS', value: 'done' });
  });
});

describe('runBatch() when a task that runs is revoked', () => {
  it.each(['throws', 'asks to be run again'])('revokes a task that then %s', async (what) => {
    const bench = makeBench();
    bench.app.task('patient', { bind: true }, async (ctx) => {
      await bench.clock.sleep(3_600_000, ctx.signal);
      throw what === 'throws' ? ctx.signal.reason : ctx.retry();
    });
    const working = bench.work([taskDelivery('patient', { id: 'W.0', base: 'W.0' })], 900);
    await bench.clock.sleep(2000);
    await bench.engine.records.revoke({ scope: 'W.0', until: Date.UTC(2027), gateUntil: Date.UTC(2027) });
    expect(await working).toEqual([]);
    expect(await outcomeOf(bench, 'W.0')).toMatchObject({ state: 'REVOKED', value: { reason: 'revoked' } });
  });
});

describe('buryBatch()', () => {
  const dead = (body: string): Delivery =>
    deliveryOf(body, { reason: 'given up', receipt: { queue: 'dead', handle: 'h' } });

  it('settles a message of a later release so that readers see it', async () => {
    const bench = makeBench();
    const body = JSON.stringify({ ...messageOf('new'), v: 9, until: undefined, sig: { of: 'another shape' } });
    expect(await buryBatch(bench.engine, [dead(body)], () => 60_000)).toEqual([]);
    await bench.clock.sleep(60_000);
    expect(await outcomeOf(bench, 'W')).toMatchObject({ state: 'FAILURE', value: { code: 'CHORDAL_WORKER_LOST' } });
  });

  it('fails a group whose members are lost, with what waits for it', async () => {
    const bench = makeBench();
    bench.app.task('one', () => 1);
    const lost = { par: { stored: 'table:W/7', n: 300, per: 300, first: 'one' } };
    const frames = [{ steps: [{ task: 'one' }], i: 1, base: 'W' }];
    const message = { ...messageOf('one', { id: 'W.0', base: 'W.0', frames }), kind: 'expand' as const, sig: lost };
    const body = encodeMessage({ ...message, lo: 0, hi: 200 });
    expect(await buryBatch(bench.engine, [dead(body)], () => 60_000)).toEqual([]);
    expect(await outcomeOf(bench, 'W')).toMatchObject({ state: 'FAILURE' });
    const letters = await bench.engine.records.deadLetters({ since: 0, now: bench.clock.now() });
    expect(letters).toMatchObject([{ id: 'W.0', body }]);
  });
});

describe('the revocation of a workflow', () => {
  const expired = { state: 'REVOKED', value: { inline: { reason: 'expired' } } } as const;
  const revoke = encodeMessage({ ...messageOf('one'), kind: 'revoke' });

  it('that has ended by the expiry of a member decides each of the other members by itself', async () => {
    const bench = makeBench();
    bench.app.task('one', () => 1);
    const by = { mid: 'other', token: 'k' };
    const decision = { ...expired, failedId: 'W~0' };
    await bench.engine.outcomes.commit({
      address: addressOf('W'),
      attempt: Number.POSITIVE_INFINITY,
      decision,
      by,
      until: Date.UTC(2027),
    });
    expect(await bench.work([deliveryOf(revoke)])).toEqual([]);
    await bench.clock.sleep(2000);
    const frames = [{ join: 'W', x: 1, n: 2 }];
    expect(await bench.work([taskDelivery('one', { id: 'W~1', base: 'W~1', frames })])).toEqual([]);
    expect(await outcomeOf(bench, 'W~1')).toMatchObject({ state: 'REVOKED', value: { reason: 'revoked' } });
    expect(await outcomeOf(bench, 'W')).toMatchObject({ value: { reason: 'expired' } });
  });

  it('that has not ended stops all that has not run', async () => {
    const bench = makeBench();
    bench.app.task('one', () => 1);
    expect(await bench.work([deliveryOf(revoke)])).toEqual([]);
    await bench.clock.sleep(2000);
    expect(await bench.work([taskDelivery('one', { id: 'W.0', base: 'W.0' })])).toEqual([]);
    expect(await outcomeOf(bench, 'W')).toMatchObject({ state: 'REVOKED' });
    expect(await outcomeOf(bench, 'W.0')).toBeUndefined();
  });
});

describe('a group that replaces a task', () => {
  it.each([3, 30])('of %i members is the parent of each', async (width) => {
    const app = createApp('parents');
    const parent = app.task('parent', () => currentTask().request.parentId);
    const replaced = app.task('replaced', { bind: true }, (ctx) =>
      ctx.replace(group(Array.from({ length: width }, () => parent.s()))),
    );
    const cloud = memoryCloud({ one: app.handler(parent, replaced) }, { time: 'virtual' });
    onTestFinished(() => cloud.close());
    const result = await replaced.delay();
    expect(new Set(await result.get())).toEqual(new Set([result.taskId]));
  });
});

describe('a canvas whose first messages take more than one call', () => {
  const app = createApp('calls');
  const one = app.task('one', () => 1);
  const two = app.task('two', () => 2);

  it.each([
    ['one queue', () => group([one.s(), one.s()]), 2],
    ['two queues', () => group([one.s(), two.s()]), 1],
    ['a delay beyond what a queue holds', () => group([one.s(), one.s().set({ countdown: 3600 })]), 1],
    ['one such delay alone', () => group([one.s().set({ countdown: 3600 })]), 0],
  ])('is sent whole or not at all: %s', async (_, canvas, messages) => {
    const sent: number[] = [];
    const handlers = { a: app.handler(one), b: app.handler(two) };
    const cloud = new SimulatedCloud(handlers, {
      seed: 1,
      faults: NO_FAULTS,
      observe: (ports) => ({
        ...ports,
        broker: overriding(ports.broker, {
          send: (params) => {
            sent.push(params.messages.length);
            return ports.broker.send(params);
          },
        }),
      }),
    });
    onTestFinished(() => cloud.close());
    const result = await canvas().delay();
    expect(sent).toEqual(messages === 0 ? [] : [messages]);
    await cloud.run();
    expect((await result.get({ timeout: 0 })).length).toBeGreaterThan(0);
  });
});
