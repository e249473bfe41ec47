/** Messages of a Celery application, as a worker takes them: twice, out of order, and up to their end. */
import { currentTask, group } from 'chordal';
import { describe, expect, it } from 'vitest';
import { MemoryCeleryResults } from '../../../src/adapters/memory/celery-results.ts';
import { ServiceUnavailable } from '../../../src/core/errors/caller.ts';
import type { Frame } from '../../../src/core/protocol/message.ts';
import { withHigh } from '../../../src/core/protocol/priority.ts';
import { overriding } from '../../../src/testing/overriding.ts';
import { buryBatch } from '../../../src/worker/bury.ts';
import { report } from '../../../src/worker/celery.ts';
import { celeryChord, celerySignature, celeryText } from '../core/celery/message.ts';
import { makeBench, messageOf, QUEUE } from './bench.ts';
import type { Bench } from './bench.ts';

interface CeleryBench extends Bench {
  readonly results: MemoryCeleryResults;
}

function celeryBench(
  results = new MemoryCeleryResults(),
  change: Parameters<typeof makeBench>[0] = () => ({}),
  routes: Readonly<Record<string, string>> = {},
): CeleryBench {
  const bench = makeBench((ports) => ({ celery: results, ...change(ports) }), routes);
  const add = bench.app.task('proj.add', (x: number, y: number) => x + y);
  bench.app.task('proj.tsum', (numbers: readonly number[]) => numbers.reduce((sum, n) => sum + n, 0));
  bench.app.task('proj.fail', (): never => {
    throw new TypeError('no');
  });
  bench.app.task('proj.text', (bytes: number) => '€'.repeat(bytes / 3));
  bench.app.task('proj.size', (text: string) => text.length);
  bench.app.task('proj.retry', { bind: true }, (ctx, n: number) => {
    if (ctx.request.retries === 0) throw ctx.retry({ countdown: 1 });
    return n;
  });
  bench.app.task('proj.widen', { bind: true }, (ctx, task: string) =>
    ctx.replace(group([add.s(1, 1), bench.app.signature(task, { args: [2, 2] })])),
  );
  return { ...bench, results };
}

async function drain(bench: CeleryBench, texts: readonly string[]): Promise<void> {
  const { cloud, clock, engine } = bench;
  await cloud.queues.send({ messages: texts.map((body) => ({ queue: QUEUE, body, delaySeconds: 0 })) });
  for (let rounds = 0; cloud.queues.size > 0; rounds += 1) {
    if (rounds > 500) throw new Error('Cannot come to an end');
    const deliveries = bench.receive();
    const back = await bench.work(deliveries);
    const dead = cloud.queues.receive('dead', 10);
    const unburied = await buryBatch(engine, dead, () => 60_000);
    const left = new Set([...back, ...unburied]);
    const done = [...deliveries, ...dead].filter(({ messageId }) => !left.has(messageId));
    await cloud.queues.finish({ receipts: done.map(({ receipt }) => receipt) });
    await clock.sleep(31_000);
  }
}

/** Works on the visible messages of one queue, and returns how many there were. */
async function workOn(bench: CeleryBench, queue: string): Promise<number> {
  const { queues } = bench.cloud;
  const deliveries = queues.receive(queue, 10);
  expect(await bench.work(deliveries)).toEqual([]);
  await queues.finish({ receipts: deliveries.map(({ receipt }) => receipt) });
  return deliveries.length;
}

describe('a message of Celery', () => {
  it('has its stamps, and is revoked by them', async () => {
    const bench = celeryBench();
    bench.app.task('proj.stamps', () => currentTask().request.stamps);
    const headers = { stamped_headers: ['customer'], stamps: { customer: [42] } };
    const link = celerySignature('proj.stamps', { task_id: 'c', customer: 43, stamped_headers: ['customer'] });
    await drain(bench, [celeryText({ id: 'a', task: 'proj.stamps', headers, embed: { chain: [link] } })]);
    expect(bench.results.resultOf('a')).toMatchObject({ result: { customer: [42] } });
    await bench.app.control.revokeByStamp({ customer: 42 });
    await drain(bench, [
      celeryText({ id: 'b', task: 'proj.stamps', headers }),
      celeryText({ id: 'd', task: 'proj.stamps', headers: { ...headers, stamps: { customer: 43 } } }),
    ]);
    expect(bench.results.resultOf('b')).toMatchObject({ status: 'REVOKED' });
    expect(bench.results.resultOf('d')).toMatchObject({ status: 'SUCCESS', result: { customer: 43 } });
  });

  it('with more stamps than workers look up fails with the reason', async () => {
    const bench = celeryBench();
    const stamps = { customers: Array.from({ length: 51 }, (_, i) => i) };
    await drain(bench, [celeryText({ id: 'a', args: [1, 2], headers: { stamped_headers: ['customers'], stamps } })]);
    expect(bench.results.resultOf('a')).toMatchObject({ status: 'FAILURE' });
    expect(JSON.stringify(bench.results.resultOf('a'))).toContain('at most 50 stamps');
  });

  it('runs, and its result is where Celery reads it', async () => {
    const bench = celeryBench();
    await drain(bench, [celeryText({ id: 'a', args: [1, 2] })]);
    expect(bench.results.resultOf('a')).toMatchObject({ status: 'SUCCESS', result: 3, task_id: 'a', children: [] });
    await expect(bench.app.asyncResult('a').get()).resolves.toBe(3);
  });

  it('reports each attempt of a retry and then the value', async () => {
    const bench = celeryBench();
    await drain(bench, [celeryText({ id: 'a', task: 'proj.retry', args: [7] })]);
    expect(bench.results.resultOf('a')).toMatchObject({ status: 'SUCCESS', result: 7 });
  });

  it.each([
    { priority: 9, from: 'q', to: 'q-high' },
    { priority: 9, from: 'q-high', to: 'q-high' },
    { priority: 6, from: 'q', to: 'q-high' },
    { priority: 5, from: 'q', to: 'q' },
    { priority: 0, from: 'q', to: 'q' },
  ])('with the priority $priority in $from is tried again in $to', async ({ priority, from, to }) => {
    const bench = celeryBench(undefined, undefined, withHigh({}, { q: [] }));
    const envelope = { properties: { correlation_id: 'a', body_encoding: 'base64', priority } };
    const body = celeryText({ id: 'a', task: 'proj.retry', args: [7], envelope });
    await bench.cloud.queues.send({ messages: [{ queue: from, body, delaySeconds: 0 }] });
    await workOn(bench, from);
    expect(bench.results.resultOf('a')).toMatchObject({ status: 'RETRY' });
    await bench.clock.sleep(2000);
    expect(bench.cloud.queues.inFlightOf(to === 'q' ? 'q-high' : 'q')).toMatchObject({ visible: 0, delayed: 0 });
    expect(await workOn(bench, to)).toBe(1);
    expect(bench.results.resultOf('a')).toMatchObject({ status: 'SUCCESS', result: 7 });
  });

  it('has its steps in the queue of their own priority', async () => {
    const bench = celeryBench(undefined, undefined, withHigh({}, { q: [] }));
    const chain = [
      celerySignature('proj.add', { task_id: 'c' }, [5]),
      celerySignature('proj.add', { task_id: 'b', priority: 9 }, [5]),
    ];
    const body = celeryText({ id: 'a', args: [1, 2], embed: { chain } });
    await bench.cloud.queues.send({ messages: [{ queue: 'q', body, delaySeconds: 0 }] });
    for (const queue of ['q', 'q-high', 'q']) expect(await workOn(bench, queue)).toBe(1);
    expect(bench.results.resultOf('c')).toMatchObject({ status: 'SUCCESS', result: 13 });
  });

  it('fails with the class and the text of the error', async () => {
    const bench = celeryBench();
    await drain(bench, [celeryText({ id: 'a', task: 'proj.fail' })]);
    const result = { exc_type: 'TypeError', exc_message: ['no'], exc_module: 'builtins' };
    expect(bench.results.resultOf('a')).toMatchObject({ status: 'FAILURE', result });
  });

  it('names its next step as its child', async () => {
    const bench = celeryBench();
    const chain = [celerySignature('proj.add', { task_id: 'b' }, [5])];
    await drain(bench, [celeryText({ id: 'a', args: [1, 2], embed: { chain } })]);
    expect(bench.results.resultOf('a')).toMatchObject({ result: 3, children: [[['b', null], null]] });
    expect(bench.results.resultOf('b')).toMatchObject({ result: 8 });
  });

  it('whose value is larger than an item is a failure for Celery, and its next step runs with the value', async () => {
    const bench = celeryBench();
    const chain = [celerySignature('proj.size', { task_id: 'b' })];
    await drain(bench, [celeryText({ id: 'a', task: 'proj.text', args: [450_000], embed: { chain } })]);
    expect(bench.results.resultOf('a')).toMatchObject({
      status: 'FAILURE',
      result: {
        exc_type: 'SerializationError',
        exc_message: [expect.stringMatching(/^Cannot keep the result of a for Celery: it takes 450\d\d\d bytes/)],
      },
      children: [[['b', null], null]],
    });
    expect(bench.results.resultOf('b')).toMatchObject({ status: 'SUCCESS', result: 150_000 });
  });

  it('fails the steps behind it with its own error, as in Celery', async () => {
    const bench = celeryBench();
    const chain = [
      celerySignature('proj.add', { task_id: 'c' }, [5]),
      celerySignature('proj.add', { task_id: 'b' }, [5]),
    ];
    await drain(bench, [celeryText({ id: 'a', task: 'proj.fail', embed: { chain } })]);
    const result = { exc_type: 'TypeError', exc_message: ['no'], exc_module: 'builtins' };
    for (const id of ['a', 'b', 'c']) expect(bench.results.resultOf(id)).toMatchObject({ status: 'FAILURE', result });
  });

  it('has its options without an effect named once', async () => {
    const lines: string[] = [];
    const bench = celeryBench(undefined, ({ log }) => ({
      log: overriding(log, { warn: (line) => void lines.push(line) }),
    }));
    const texts = ['a', 'b'].map((id) => celeryText({ id, args: [1, 2], headers: { shadow: 'other' } }));
    await drain(bench, texts);
    expect(lines).toEqual(['A Celery application sets the option shadow, which has no effect here']);
  });

  it('has no result in Celery if that is ignored', async () => {
    const bench = celeryBench();
    await drain(bench, [celeryText({ id: 'a', args: [1, 2], headers: { ignore_result: true } })]);
    expect(bench.results.resultOf('a')).toBeUndefined();
  });

  it('that cannot be read ends in the dead-letter queue with the reason', async () => {
    const bench = celeryBench();
    await drain(bench, [celeryText({ id: 'a', envelope: { 'content-type': 'application/x-python-serialize' } })]);
    expect(bench.results.resultOf('a')).toMatchObject({ status: 'FAILURE' });
    const letters = await bench.engine.records.deadLetters({ since: 0, now: bench.clock.now() });
    expect(letters.map(({ reason }) => reason)).toEqual([expect.stringContaining("task_serializer = 'json'")]);
  });

  it('of protocol 1 fails with the reason', async () => {
    const bench = celeryBench();
    const body = Buffer.from(JSON.stringify({ id: 'a', task: 'proj.add', args: [1, 2], kwargs: {} }));
    await drain(bench, [celeryText({ envelope: { headers: {}, body: body.toString('base64') } })]);
    expect(bench.results.resultOf('a')).toMatchObject({ status: 'FAILURE', result: { exc_type: 'InvalidMessage' } });
  });

  it('whose task nobody has fails, and Celery is told', async () => {
    const bench = celeryBench();
    await drain(bench, [celeryText({ id: 'a', task: 'proj.none' })]);
    expect(bench.results.resultOf('a')).toMatchObject({ status: 'FAILURE', result: { exc_type: 'NotRegistered' } });
  });

  it('comes back if the cloud refuses to read its group', async () => {
    const results = new MemoryCeleryResults();
    let refusals = 1;
    results.membersOf = async (params) => {
      if ((refusals -= 1) >= 0) throw new ServiceUnavailable('busy');
      return MemoryCeleryResults.prototype.membersOf.call(results, params);
    };
    const bench = celeryBench(results);
    const { texts, group, members } = celeryChord(2);
    results.saveGroup(group, members);
    await drain(bench, texts);
    expect(results.resultOf('body')).toMatchObject({ result: 3 });
  });
});

describe('a task of Celery that a group replaces', () => {
  it('has the values of the members', async () => {
    const bench = celeryBench();
    await drain(bench, [celeryText({ id: 'a', task: 'proj.widen', args: ['proj.add'] })]);
    expect(bench.results.resultOf('a')).toMatchObject({ status: 'SUCCESS', result: [2, 4] });
  });

  it('fails with a member', async () => {
    const bench = celeryBench();
    await drain(bench, [celeryText({ id: 'a', task: 'proj.widen', args: ['proj.fail'] })]);
    expect(bench.results.resultOf('a')).toMatchObject({ status: 'FAILURE' });
  });
});

describe('a chord of Celery', () => {
  it.each([1, 2, 9, 40])(
    'of %i members joins exactly once, though each message comes twice and backwards',
    async (n) => {
      const bench = celeryBench();
      const { texts, group, members } = celeryChord(n);
      bench.results.saveGroup(group, members);
      await drain(bench, [...texts.toReversed(), ...texts]);
      const sum = members.reduce((total, _, x) => total + x + 1, 0);
      expect(bench.results.resultOf('body')).toMatchObject({ status: 'SUCCESS', result: sum });
      expect(bench.results.resultOf('m0')).toMatchObject({ status: 'SUCCESS', result: 1 });
    },
  );

  it('fails its body with a member, as Celery words it', async () => {
    const bench = celeryBench();
    const { texts, group, members } = celeryChord(2);
    bench.results.saveGroup(group, members);
    const chord = celerySignature('proj.tsum', { task_id: 'body', group_id: 'g' });
    const failing = celeryText({
      id: 'm1',
      task: 'proj.fail',
      embed: { chord },
      headers: { group: 'g', group_index: 1 },
    });
    await drain(bench, [texts[0] ?? '', failing]);
    const result = { exc_type: 'ChordError', exc_message: ['Dependency m1 raised TypeError("no")'] };
    expect(bench.results.resultOf('body')).toMatchObject({ status: 'FAILURE', result });
  });

  it('whose group was not saved fails, and Celery is told of each id that waits', async () => {
    const bench = celeryBench();
    await drain(bench, celeryChord(2).texts);
    for (const id of ['m0', 'm1', 'body'])
      expect(bench.results.resultOf(id)).toMatchObject({ status: 'FAILURE', result: { exc_type: 'InvalidMessage' } });
  });
});

describe('a report to Celery', () => {
  const by = { mid: 'm', token: 't' };
  const frames: readonly Frame[] = [
    { join: 'W.0', x: 0, n: 2, celeryId: 'body' },
    { base: 'W', i: 1, steps: { stored: 'table:W/b', n: 3, per: 100, first: 'proj.add' } },
  ];

  it('goes on without a block of steps that is lost, so that the message does not return for it until it dies', async () => {
    const { engine, results } = celeryBench();
    const message = messageOf('proj.fail', {
      id: 'W.0~0',
      frames,
      sig: { task: 'proj.fail', options: { celeryId: 'a' } },
    });
    const failed = {
      state: 'FAILURE',
      value: { inline: { errorType: 'TypeError', errorMessage: 'no' } },
      ...by,
    } as const;
    await expect(report(engine, message, failed)).resolves.toBeUndefined();
    expect(results.resultOf('a')).toMatchObject({ status: 'FAILURE' });
    expect(results.resultOf('body')).toMatchObject({ status: 'FAILURE', result: { exc_type: 'ChordError' } });
  });

  it('of a value that is lost is a failure: its reader in Celery would wait for ever', async () => {
    const { engine, results } = celeryBench();
    const message = messageOf('proj.add', { sig: { task: 'proj.add', options: { celeryId: 'a' } } });
    await report(engine, message, { state: 'SUCCESS', value: { ref: 'table:W/t' }, ...by });
    expect(results.resultOf('a')).toMatchObject({ status: 'FAILURE', result: { exc_type: 'UnknownResult' } });
  });

  it('comes back while the cloud refuses to read a block', async () => {
    const { engine } = celeryBench();
    const busy = { ...engine.payloads, getBlock: () => Promise.reject(new ServiceUnavailable('busy')) };
    const failed = { state: 'FAILURE', value: { inline: 'no' }, ...by } as const;
    const withoutBlocks = Object.create(engine, { payloads: { value: busy } }) as typeof engine;
    await expect(report(withoutBlocks, messageOf('proj.fail', { frames }), failed)).rejects.toThrow('busy');
  });
});
