/** Tasks that a Python worker runs: asked, answered once, twice, late or never. */
import { chain, chord, kwargs } from 'chordal';
import { describe, expect, it } from 'vitest';
import { MemoryCeleryResults } from '../../../src/adapters/memory/celery-results.ts';
import { ServiceUnavailable } from '../../../src/core/errors/caller.ts';
import type { ExternalOptions } from '../../../src/core/types/tasks.ts';
import { overriding } from '../../../src/testing/overriding.ts';
// Loaded before: virtual time does not wait for a module that is loaded when it is needed.
import '../../../src/worker/celery.ts';
import '../../../src/worker/external.ts';
import { buryBatch } from '../../../src/worker/bury.ts';
import { answerText, readCall } from '../../support/python-worker.ts';
import type { PythonCall } from '../../support/python-worker.ts';
import { celerySignature, celeryText } from '../core/celery/message.ts';
import { makeBench, QUEUE, taskDelivery } from './bench.ts';
import type { Bench } from './bench.ts';

const PYTHON = 'theirs';
type Add = (x: number, y: number, more?: { round?: boolean }) => number;

function externalBench(change: Parameters<typeof makeBench>[0] = () => ({})) {
  const bench = makeBench(change);
  const external = (options: Partial<ExternalOptions> = {}) =>
    bench.app.external<Add>('their.add', { queue: PYTHON, ...options });
  const ours = bench.app.task('our.add', (x: number, y: number) => x + y);
  return { ...bench, external, ours };
}

/** Works on all messages of our queue that are there now, and returns how many there were. */
async function workOnce(bench: Bench): Promise<number> {
  const deliveries = bench.receive();
  const back = await bench.work(deliveries);
  const done = deliveries.filter(({ messageId }) => !back.includes(messageId));
  await bench.cloud.queues.finish({ receipts: done.map(({ receipt }) => receipt) });
  return deliveries.length;
}

async function workAll(bench: Bench): Promise<void> {
  while ((await workOnce(bench)) > 0);
}

/** Takes the calls that have been sent to Python. */
async function calls({ cloud }: Bench): Promise<readonly PythonCall[]> {
  const received = cloud.queues.receive(PYTHON, 10);
  await cloud.queues.finish({ receipts: received.map(({ receipt }) => receipt) });
  return received.map(({ body }) => readCall(body));
}

async function send({ cloud }: Bench, ...bodies: readonly string[]): Promise<void> {
  await cloud.queues.send({ messages: bodies.map((body) => ({ queue: QUEUE, body, delaySeconds: 0 })) });
}

async function askFor(bench: Bench): Promise<PythonCall> {
  await workAll(bench);
  const [call, ...others] = await calls(bench);
  if (call === undefined || others.length > 0) throw new Error('Cannot go on: there is not exactly one call');
  return call;
}

describe('a task of a Python worker', () => {
  it('is asked for with its arguments, its queue and its limits, as Celery writes them', async () => {
    const bench = externalBench();
    const add = bench.external({ routingKey: 'celery', timeLimit: 30, softTimeLimit: 20 });
    const result = await add.applyAsync({
      args: [1, 2],
      kwargs: { round: true },
      headers: { shop: 'a', id: 'b' },
      stamps: { team: 'a' },
    });
    const call = await askFor(bench);
    expect(call).toMatchObject({ task: 'their.add', args: [1, 2], kwargs: { round: true } });
    expect(call.headers).toMatchObject({ stamps: { team: 'a' }, stamped_headers: ['team'] });
    expect(call.headers).toMatchObject({ shop: 'a', timelimit: [30, 20], root_id: result.taskId, retries: 0 });
    expect(call.headers['id']).not.toBe('b');
    expect(call.properties).toMatchObject({ delivery_info: { exchange: '', routing_key: 'celery' } });
    expect(call.link.options).toMatchObject({ queue: QUEUE, serializer: 'json' });
  });

  it('is asked for once, by a message that does not come back', async () => {
    const bench = externalBench();
    await bench.external().delay(1, 2);
    expect(await bench.work(bench.receive())).toEqual([]);
    expect(await calls(bench)).toHaveLength(1);
  });

  it('has one id in Python however often it is asked for, and no other task has it', async () => {
    const bench = externalBench();
    const add = bench.external();
    const one = taskDelivery('their.add', { sig: { task: 'their.add', args: [1, 2] } });
    await bench.work([one]);
    await bench.work([one]);
    await add.delay(1, 2);
    await workAll(bench);
    const ids = (await calls(bench)).map(({ id }) => id);
    expect(ids).toHaveLength(3);
    expect(ids[0]).toBe(ids[1]);
    expect(ids[2]).not.toBe(ids[0]);
  });

  it('has the value of the answer', async () => {
    const bench = externalBench();
    const result = await bench.external().delay(1, 2);
    const { link } = await askFor(bench);
    await send(bench, answerText(link, 3));
    await workAll(bench);
    await expect(result.get()).resolves.toBe(3);
  });

  it('has the value of the answer also under a rate limit that is set at run time', async () => {
    const bench = externalBench();
    const add = bench.external();
    await bench.app.control.rateLimit('their.add', '1/h');
    await bench.clock.sleep(2000);
    const result = await add.delay(1, 2);
    const { link } = await askFor(bench);
    await send(bench, answerText(link, 3));
    await workAll(bench);
    await expect(result.get({ timeout: 1 })).resolves.toBe(3);
  });

  it('gets keyword arguments, and values that JSON has no form for', async () => {
    const bench = externalBench();
    const echo = bench.app.external('their.echo', { queue: PYTHON });
    await echo.delay(10n ** 20n, new Date(0), Buffer.from('é'), Number.NaN, undefined, kwargs({ a: [1] }));
    await workAll(bench);
    const [{ body } = { body: '' }] = bench.cloud.queues.receive(PYTHON, 1);
    const { body: inner } = Object(JSON.parse(Buffer.from(body, 'base64').toString()));
    const text = Buffer.from(String(inner), 'base64').toString();
    expect(text).toContain(
      '[[100000000000000000000,{"__type__":"datetime","__value__":"1970-01-01T00:00:00.000+00:00"},{"__type__":"base64","__value__":"w6k="},NaN,null],{"a":[1]},',
    );
  });

  it('fails at the call with a value that Python does not read', async () => {
    const bench = externalBench();
    const result = await bench.app.external('their.echo', { queue: PYTHON }).delay({ tags: new Set([1]) });
    await workAll(bench);
    expect(await result.get({ propagate: false })).toMatchObject({
      errorType: 'InvalidArguments',
      message: expect.stringMatching(/^Cannot call their\.echo in Python: argument 1 of their\.echo\.tags is .* set/),
    });
    expect(await calls(bench)).toEqual([]);
  });

  it('fails at the call with more than a message holds', async () => {
    const bench = externalBench();
    const result = await bench.app.external('their.echo', { queue: PYTHON }).delay('x'.repeat(200_000));
    await workAll(bench);
    expect(await result.get({ propagate: false })).toMatchObject({
      errorType: 'InvalidArguments',
      message: expect.stringContaining('262144 is the most'),
    });
  });

  it('is mapped over items by the task that Celery has for it', async () => {
    const bench = externalBench();
    const result = await bench
      .external()
      .starmap([
        [1, 2],
        [3, 4],
      ])
      .delay();
    const { task, args, link } = await askFor(bench);
    expect([task, args]).toEqual([
      'celery.starmap',
      [
        expect.objectContaining({ task: 'their.add' }),
        [
          [1, 2],
          [3, 4],
        ],
      ],
    ]);
    await send(bench, answerText(link, [3, 7]));
    await workAll(bench);
    await expect(result.get()).resolves.toEqual([3, 7]);
  });

  it('stands in chains and chords between tasks that run here', async () => {
    const bench = externalBench();
    const add = bench.external();
    const sum = bench.app.external<(numbers: readonly number[]) => number>('their.sum', { queue: PYTHON });
    const result = await chain(chord([add.s(1, 2), bench.ours.s(3, 4)], sum.s()), bench.ours.s(5)).delay();
    const first = await askFor(bench);
    await send(bench, answerText(first.link, 3));
    const second = await askFor(bench);
    expect(second).toMatchObject({ task: 'their.sum', args: [[3, 7]] });
    await send(bench, answerText(second.link, 10));
    await workAll(bench);
    await expect(result.get()).resolves.toBe(15);
  });

  it('runs in the delivery of the step before it, if it may', async () => {
    const bench = externalBench();
    const result = await chain(bench.ours.s(1, 2), bench.external({ inline: true }).s(3)).delay();
    expect(await workOnce(bench)).toBe(1);
    const [call] = await calls(bench);
    await send(bench, answerText(Object(call).link, 6));
    await workAll(bench);
    await expect(result.get()).resolves.toBe(6);
  });
});

describe('a canvas of a Celery application with tasks of both sides', () => {
  it('goes through the functions, and Celery reads each result', async () => {
    const results = new MemoryCeleryResults();
    const bench = externalBench(() => ({ celery: results }));
    bench.external();
    const chain = [
      celerySignature('our.add', { task_id: 'last' }, [5]),
      celerySignature('their.add', { task_id: 'there' }, [4]),
    ];
    await send(bench, celeryText({ id: 'first', task: 'our.add', args: [1, 2], embed: { chain } }));
    const { args, link } = await askFor(bench);
    expect(args).toEqual([3, 4]);
    await send(bench, answerText(link, 7));
    await workAll(bench);
    for (const [id, result] of Object.entries({ first: 3, there: 7, last: 12 }))
      expect(results.resultOf(id)).toMatchObject({ status: 'SUCCESS', result });
  });
});

describe('the answer of a Python worker', () => {
  it('decides once, though it comes twice, and with another value', async () => {
    const bench = externalBench();
    const result = await chain(bench.external().s(1, 2), bench.ours.s(1)).delay();
    const { link } = await askFor(bench);
    await send(bench, answerText(link, 3), answerText(link, 3), answerText(link, 99, 'another'));
    await workAll(bench);
    await expect(result.get()).resolves.toBe(4);
    expect(bench.cloud.queues.dead).toEqual([]);
  });

  it('is worked on again after a refusal of the cloud', async () => {
    let refusals = 1;
    const bench = externalBench(({ outcomes }) => ({
      outcomes: overriding(outcomes, {
        commit: async (params) => {
          if ((refusals -= 1) >= 0) throw new ServiceUnavailable('busy');
          return outcomes.commit(params);
        },
      }),
    }));
    const result = await bench.external().delay(1, 2);
    const { link } = await askFor(bench);
    await send(bench, answerText(link, 3));
    await workAll(bench);
    await bench.clock.sleep(60_000);
    await workAll(bench);
    await expect(result.get()).resolves.toBe(3);
  });

  it('that never comes fails the task after its timeout, and what waits for it', async () => {
    const bench = externalBench();
    const result = await chain(bench.external({ timeout: 3600 }).s(1, 2), bench.ours.s(1)).delay();
    await askFor(bench);
    await bench.clock.sleep(3_599_000);
    await workAll(bench);
    expect(await result.state()).toBe('PENDING');
    await bench.clock.sleep(2000);
    await workAll(bench);
    expect(await result.get({ propagate: false })).toMatchObject({
      errorType: 'TimeLimitExceeded',
      failedTask: 'their.add',
      message: expect.stringContaining('no Python worker of the queue theirs has answered'),
    });
  });

  it('that comes too late changes nothing', async () => {
    const bench = externalBench();
    const result = await bench.external({ timeout: 10 }).delay(1, 2);
    const { link } = await askFor(bench);
    await bench.clock.sleep(11_000);
    await workAll(bench);
    await send(bench, answerText(link, 3));
    await workAll(bench);
    expect(await result.get({ propagate: false })).toMatchObject({ errorType: 'TimeLimitExceeded' });
  });

  it('is not waited for any longer than the timeout where the worker has no queue', async () => {
    const bench = externalBench(({ broker }) => ({
      broker: overriding(broker, {
        send: async ({ messages }) => {
          await broker.send({ messages: messages.filter(({ isForeign }) => isForeign !== true) });
          if (messages.some(({ isForeign }) => isForeign === true)) throw new ServiceUnavailable('no queue');
        },
      }),
    }));
    const result = await bench.external({ timeout: 10 }).delay(1, 2);
    await workAll(bench);
    await bench.clock.sleep(11_000);
    await workAll(bench);
    expect(await result.get({ propagate: false })).toMatchObject({ errorType: 'TimeLimitExceeded' });
  });

  it('has no effect on a task that was revoked meanwhile', async () => {
    const bench = externalBench();
    const result = await bench.external().delay(1, 2);
    const { link } = await askFor(bench);
    await result.revoke();
    await workAll(bench);
    await send(bench, answerText(link, 3));
    await workAll(bench);
    expect(await result.state()).toBe('REVOKED');
  });

  it('is counted though the task has expired: it had begun in time', async () => {
    const bench = externalBench();
    const result = await bench.external().applyAsync({ args: [1, 2], expires: 5 });
    const { link } = await askFor(bench);
    await bench.clock.sleep(6000);
    await send(bench, answerText(link, 3));
    await workAll(bench);
    await expect(result.get()).resolves.toBe(3);
  });

  it('fails the task if it is dead, as every dead message does', async () => {
    const bench = externalBench();
    const result = await bench.external().delay(1, 2);
    const { link } = await askFor(bench);
    const receipt = { queue: 'dead', handle: 'h' };
    const dead = { messageId: 'd', body: answerText(link, 3), receives: 1, receipt, reason: 'too often' };
    expect(await buryBatch(bench.engine, [dead], () => 60_000)).toEqual([]);
    expect(await result.get({ propagate: false })).toMatchObject({ errorType: 'WorkerLostError' });
  });

  it.each([
    ['nothing', {}],
    ['no message', { to: 'x' }],
    ['a message of another kind', { to: JSON.stringify({ v: 1, mid: 'm' }) }],
  ])('that leads to %s is a dead letter', async (_, given) => {
    const bench = externalBench();
    bench.external();
    await send(bench, answerText({ task: 'chordal.answer', kwargs: given, options: { queue: QUEUE } }, 3));
    await workAll(bench);
    expect(bench.cloud.queues.dead.map(({ reason }) => reason)).toEqual([expect.stringMatching(/^InvalidMessage: /)]);
  });
});

describe('a failure in Python', () => {
  it('has the type, the text and the arguments that the backend has of it', async () => {
    const results = new MemoryCeleryResults();
    const bench = externalBench(() => ({ celery: results }));
    const result = await bench.external().delay(1, 2);
    const { errorLink, id } = await askFor(bench);
    const failure = { exc_type: 'LookupError', exc_message: ['no such order', 7], exc_module: 'builtins' };
    await results.keep({
      taskId: id,
      rank: 1,
      meta: { status: 'FAILURE', result: failure, traceback: 'File "a.py"', task_id: id },
    });
    await send(bench, answerText(errorLink, id));
    await workAll(bench);
    expect(await result.get({ propagate: false })).toMatchObject({
      errorType: 'LookupError',
      message: 'no such order, 7',
      args: ['no such order', 7],
      remoteStack: 'File "a.py"',
    });
  });

  it.each([
    ['without a table', undefined, 'Name the table'],
    ['without a result in the table', new MemoryCeleryResults(), 'has no failure of it'],
  ])('is reported %s by its id, with the setting that would tell more', async (_, celery, fix) => {
    const bench = externalBench(() => ({ celery }));
    const result = await bench.external().delay(1, 2);
    const { errorLink, id } = await askFor(bench);
    await send(bench, answerText(errorLink, id));
    await workAll(bench);
    expect(await result.get({ propagate: false })).toMatchObject({
      errorType: 'ExternalTaskError',
      message: expect.stringMatching(new RegExp(`it failed in Python as ${id}\\. .*${fix}`)),
    });
  });
});

describe('app.external()', () => {
  it.each([
    ['no queue', {}, /^Cannot use their\.add as an external task: expected the queue/],
    ['a timeout of nothing', { queue: 'q', timeout: 0 }, /^Cannot use timeout of their\.add: expected a number/],
    ['an unknown option', { queue: 'q', maxRetries: 1 }, /^Cannot use maxRetries as an option of their\.add/],
    ['a soft limit above the hard one', { queue: 'q', timeLimit: 1, softTimeLimit: 2 }, /softTimeLimit/],
  ])('refuses %s', (_, options, why) => {
    const { app } = makeBench();
    // As a caller without the compiler.
    expect(() => app.external('their.add', options as ExternalOptions)).toThrow(why);
  });

  it('refuses a name that is taken', () => {
    const bench = externalBench();
    bench.external();
    expect(() => bench.external()).toThrow(/already has a task of that name/);
  });

  it('does not run here', async () => {
    const bench = externalBench();
    await expect(bench.external()(1, 2)).rejects.toThrow(/^Cannot run their\.add here: a Python worker runs it/);
  });
});
