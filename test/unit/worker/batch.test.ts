import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { chain, group } from '../../../src/client/canvas.ts';
import { NotRegistered, ServiceUnavailable } from '../../../src/core/errors/caller.ts';
import { addressOf } from '../../../src/core/protocol/address.ts';
import { encodeMessage } from '../../../src/core/protocol/message-codec.ts';
import { Reject } from '../../../src/index.ts';
import type { Delivery, Receipt } from '../../../src/ports/broker.ts';
import type { Ports } from '../../../src/ports/ports.ts';
import { overriding } from '../../../src/testing/overriding.ts';
import { runBatch } from '../../../src/worker/batch.ts';
import { deliveryOf, makeBench, messageOf, outcomeOf, QUEUE, taskDelivery } from './bench.ts';
import type { Bench } from './bench.ts';

describe('runBatch() says', () => {
  /** The warnings and errors that a bench has logged. */
  const linesOf = async (delivery: Delivery, change: (ports: Ports) => Partial<Ports> = () => ({})) => {
    const lines: unknown[] = [];
    const bench = makeBench((ports) => ({
      log: {
        debug: () => {},
        info: () => {},
        warn: (...line) => void lines.push(['warn', ...line]),
        error: (...line) => void lines.push(['error', ...line]),
      },
      ...change(ports),
    }));
    bench.app.task('add', () => 1);
    bench.app.task('reject', () => {
      throw new Reject('not mine');
    });
    await bench.work([delivery]);
    return lines;
  };
  const named = { messageId: 'sqs-1', task: 'add', taskId: 'W', workflowId: 'W', attempt: 0 };
  const failing =
    (thrown: Error) =>
    ({ outcomes }: Ports): Partial<Ports> => ({
      outcomes: overriding(outcomes, { commit: () => Promise.reject(thrown) }),
    });

  it('why a message goes to the dead-letter queue', async () => {
    expect(await linesOf(deliveryOf('nonsense'))).toEqual([
      [
        'error',
        'A message cannot be processed and goes to the dead-letter queue',
        {
          messageId: 'sqs-1',
          reason: expect.stringMatching(/^InvalidMessage: Cannot read the message: expected JSON/) as string,
        },
      ],
    ]);
  });

  it('which task rejects the message that goes to the dead-letter queue', async () => {
    expect(await linesOf(taskDelivery('reject'))).toEqual([
      [
        'error',
        'A message cannot be processed and goes to the dead-letter queue',
        { ...named, task: 'reject', reason: 'not mine' },
      ],
    ]);
  });

  it('which message comes back after an unexpected error', async () => {
    expect(await linesOf(taskDelivery('add'), failing(new TypeError('broken')))).toEqual([
      [
        'error',
        'A message could not be worked on and returns to its queue',
        {
          ...named,
          error: 'TypeError: broken',
          stack: expect.stringMatching(/^TypeError: broken\n +at .*batch\.test\.ts/) as string,
        },
      ],
    ]);
  });

  it.each([
    ['the cloud refuses', new ServiceUnavailable('throttled'), 'ServiceUnavailable: throttled'],
    ['a deployment is under way', new NotRegistered('no route', { task: 'x' }), 'NotRegistered: no route'],
    ['a task rejects its message', new Reject('no', { requeue: true }), 'Reject: no'],
  ])('in a warning why a message comes back when %s', async (_, error, reason) => {
    expect(await linesOf(taskDelivery('add'), failing(error))).toEqual([
      [
        'warn',
        'A message could not be worked on for now and returns to its queue',
        { ...named, receives: 1, seconds: expect.any(Number) as number, reason },
      ],
    ]);
  });

  it('in a warning why a canvas comes back', async () => {
    const canvas = encodeMessage({ ...messageOf('add'), kind: 'expand', sig: { par: [{ task: 'add' }] } });
    const refusing = ({ broker }: Ports): Partial<Ports> => ({
      broker: overriding(broker, { send: () => Promise.reject(new ServiceUnavailable('throttled')) }),
    });
    expect(await linesOf(deliveryOf(canvas), refusing)).toMatchObject([
      ['warn', expect.stringContaining('for now'), { reason: 'ServiceUnavailable: throttled' }],
    ]);
  });

  it('in a warning which task waits for a release that knows it', async () => {
    expect(await linesOf(taskDelivery('later'))).toMatchObject([
      [
        'warn',
        expect.stringContaining('for now'),
        { task: 'later', taskId: 'W', reason: expect.stringContaining('later') },
      ],
    ]);
  });
});

describe('runBatch() given a canvas', () => {
  const canvas = encodeMessage({
    ...messageOf('add'),
    kind: 'expand',
    sig: { par: [{ task: 'add' }, { task: 'add' }] },
  });

  it('starts its tasks, unless its workflow is revoked', async () => {
    const bench = makeBench();
    bench.app.task('add', () => 1);
    expect(await bench.work([deliveryOf(canvas)])).toEqual([]);
    const sent = bench.receive().map(({ body }) => JSON.parse(body) as Readonly<Record<string, unknown>>);
    const asGiven = [undefined, messageOf('add').until];
    expect(sent.map((message) => [message['again'], message['until']])).toEqual([asGiven, asGiven]);
    const until = bench.clock.now() + 60_000;
    await bench.engine.records.revoke({ scope: 'W', until, gateUntil: until });
    await bench.clock.sleep(10_000);
    expect(await bench.work([deliveryOf(canvas)])).toEqual([]);
    expect(bench.receive()).toEqual([]);
  });
});

describe('runBatch() given a text that is not a message', () => {
  it.each([
    ['not json', /^InvalidMessage: Cannot read the message: expected JSON/],
    ['[]', /^InvalidMessage: Cannot read the envelope of a message: expected an object/],
    ['{"v":1}', /^InvalidMessage: Cannot read kind of a message: expected run, expand or revoke/],
    ['['.repeat(20_000), /^InvalidMessage: .*deeper than/],
  ])('puts %.20s on the dead-letter queue with its reason, and acknowledges it', async (body, reason) => {
    const bench = makeBench();
    expect(await bench.work([deliveryOf(body)])).toEqual([]);
    expect(bench.cloud.queues.dead).toEqual([{ body, reason: expect.stringMatching(reason) }]);
  });

  it('has it come back when the dead-letter queue does not take it', async () => {
    const bench = makeBench(({ broker }) => ({
      broker: {
        nameOf: (queue) => broker.nameOf(queue),
        send: (all) => broker.send(all),
        deadLetter: () => Promise.reject(new ServiceUnavailable('throttled')),
      },
    }));
    expect(await bench.work([deliveryOf('nonsense')])).toEqual(['sqs-1']);
  });

  it('works on the rest of the batch', async () => {
    const bench = makeBench();
    bench.app.task('add', (x: number, y: number) => x + y);
    const good = taskDelivery('add', { sig: { task: 'add', args: [1, 2] } }, { messageId: 'sqs-2' });
    expect(await bench.work([deliveryOf('nonsense'), good])).toEqual([]);
    expect(await outcomeOf(bench, 'W')).toMatchObject({ state: 'SUCCESS', value: 3 });
  });
});

describe('runBatch() given a message for another release', () => {
  it('returns a newer envelope for twelve minutes in all, and then gives it up', async () => {
    const bench = makeBench();
    const body = JSON.stringify({ ...(JSON.parse(encodeMessage(messageOf('add'))) as object), v: 2 });
    await bench.cloud.queues.send({ messages: [{ queue: QUEUE, body, delaySeconds: 0 }] });
    for (const [index, seconds] of [30, 60, 120, 240, 300].entries()) {
      const receives = index + 1;
      const deliveries = bench.receive();
      expect(deliveries).toMatchObject([{ receives }]);
      expect(await bench.work(deliveries)).toEqual([deliveries[0]?.messageId]);
      await bench.clock.sleep(seconds * 1000 - 1);
      expect(bench.receive()).toEqual([]);
      await bench.clock.sleep(2);
    }
    expect(await bench.work(bench.receive())).toEqual([]);
    expect(bench.cloud.queues.dead).toMatchObject([
      { body, reason: expect.stringContaining('version 2 of the envelope') },
    ]);
  });

  it('returns a task that is not registered five times, and then fails it, with what waits for it', async () => {
    const bench = makeBench();
    const step = { steps: [{ task: 'next' }], i: 1, base: 'W' };
    const deliver = (receives: number): Promise<readonly string[]> =>
      bench.work([taskDelivery('nobody', { id: 'W.0', base: 'W.0', frames: [step] }, { receives })]);
    expect(await deliver(1)).toEqual(['sqs-1']);
    expect(await deliver(5)).toEqual(['sqs-1']);
    expect(await outcomeOf(bench, 'W.0')).toBeUndefined();
    expect(await deliver(6)).toEqual([]);
    const failure = { state: 'FAILURE', value: { code: 'CHORDAL_NOT_REGISTERED', task: 'nobody' } };
    expect(await outcomeOf(bench, 'W.0')).toMatchObject(failure);
    expect(await outcomeOf(bench, 'W')).toMatchObject({ ...failure, failedId: 'W.0' });
  });
});

describe('runBatch() given a message of a task that was moved to another function', () => {
  const bodiesOf = (bench: Bench, queue: string): readonly unknown[] =>
    bench.cloud.queues.receive(queue, 10).map(({ body }) => JSON.parse(body) as unknown);

  it('sends the same message on to the queue of that function', async () => {
    const bench = makeBench(() => ({}), { work: 'new', other: QUEUE });
    const message = { id: 'W.0', base: 'W.0', frames: [{ steps: [{ task: 'next' }], i: 1, base: 'W' }] };
    expect(await bench.work([taskDelivery('work', message, { receives: 2, sentAt: 7 })])).toEqual([]);
    expect(await outcomeOf(bench, 'W.0')).toBeUndefined();
    expect(bodiesOf(bench, 'new')).toMatchObject([{ ...message, mid: 'm', again: true, sent: 7, moves: 1 }]);
  });

  it('leaves it where its call has named the queue', async () => {
    const bench = makeBench(() => ({}), { work: 'new', other: QUEUE });
    const named = taskDelivery('work', { sig: { task: 'work', options: { queue: QUEUE } } });
    expect(await bench.work([named])).toEqual(['sqs-1']);
    expect(bodiesOf(bench, 'new')).toEqual([]);
  });
});

describe('runBatch() answers', () => {
  it('with the messages alone that could not be worked on, when others could', async () => {
    const bench = makeBench();
    bench.app.task('quick', () => 1);
    bench.app.task('slow', { timeLimit: 500 }, () => 1);
    const deliveries = ['quick', 'slow', 'nobody', 'quick'].map((task, index) =>
      taskDelivery(task, { id: `W${index}`, base: `W${index}` }, { messageId: `sqs-${index}` }),
    );
    expect((await bench.work([...deliveries, deliveryOf('{')])).toSorted((a, b) => a.localeCompare(b))).toEqual([
      'sqs-1',
      'sqs-2',
    ]);
    expect(await outcomeOf(bench, 'W3')).toMatchObject({ state: 'SUCCESS' });
  });

  it('with a message whose next step was not accepted, though it is decided', async () => {
    const bench = makeBench(({ broker }) => ({
      broker: {
        nameOf: (queue) => broker.nameOf(queue),
        deadLetter: (letter) => broker.deadLetter(letter),
        send: async (all) => {
          if (all.messages.some(({ body }) => body.includes('unlucky'))) throw new ServiceUnavailable('throttled');
          await broker.send(all);
        },
      },
    }));
    bench.app.task('one', (value: string) => value);
    const step = (value: string): object => ({
      frames: [{ steps: [{ task: 'one' }], i: 1, base: value }],
      id: `${value}.0`,
      base: `${value}.0`,
      sig: { task: 'one', args: [value] },
    });
    expect(await bench.work([taskDelivery('one', step('lucky'))])).toEqual([]);
    expect(await bench.work([taskDelivery('one', step('unlucky'))])).toEqual(['sqs-1']);
    expect(bench.receive()).toHaveLength(1);
    // The decision stands: the message that comes back continues from it.
    expect(await outcomeOf(bench, 'unlucky.0')).toMatchObject({ state: 'SUCCESS', mid: 'm' });
  });

  it('with messages that there is no time for, soon and without a counted start', async () => {
    const bench = makeBench();
    let runs = 0;
    bench.app.task('slow', { timeLimit: 50 }, () => (runs += 1));
    bench.app.task('quick', () => (runs += 1));
    await bench.app.signature('slow').delay();
    const [first] = bench.receive();
    if (first === undefined) throw new Error('Cannot receive');
    expect(await bench.work([first], 54)).toEqual([first.messageId]);
    await bench.clock.sleep(2000);
    expect(bench.receive()).toMatchObject([{ receives: 2 }]);
    expect((await bench.engine.outcomes.read({ address: addressOf('w1') })).cell).toEqual({});
    expect(await bench.work([taskDelivery('quick')], 2.9)).toEqual(['sqs-1']);
    expect(runs).toBe(0);
    expect(await bench.work([taskDelivery('quick')], 3)).toEqual([]);
    expect(runs).toBe(1);
  });

  it('with a possible duplicate whose part of the sandbox’s time is over, until it has a whole one, and counts no start', async () => {
    const released: number[] = [];
    const bench = makeBench(({ deliveries }) => ({
      deliveries: overriding(deliveries, { release: async ({ seconds }) => void released.push(seconds) }),
    }));
    const ran: string[] = [];
    bench.app.task('slow', async (name: string) => {
      ran.push(name);
      await bench.clock.sleep(25_000);
    });
    const again = (id: string, receives: number): Delivery =>
      taskDelivery('slow', { id, base: id, sig: { task: 'slow', args: [id] } }, { receives, messageId: id });
    expect(await bench.work([again('A', 2), again('B', 2), again('C', 2)])).toEqual(['C']);
    expect(released).toEqual([4]);
    expect((await bench.engine.outcomes.read({ address: addressOf('C') })).cell).not.toHaveProperty('outcome');
    // Four starts more would be too many for one that has not been taken back.
    for (const other of ['D', 'E', 'F', 'G']) await bench.work([again(other, 4), again('C', 3)], 30);
    expect(await bench.work([again('C', 4)])).toEqual([]);
    expect(await outcomeOf(bench, 'C')).toMatchObject({ state: 'SUCCESS' });
    expect(ran.filter((name) => name === 'C')).toHaveLength(6);
  });

  it('with nothing of a task that has had a whole sandbox, or starts only once: it fails', async () => {
    const bench = makeBench();
    bench.app.task('slow', async () => bench.clock.sleep(25_000));
    bench.app.task('once', { acksLate: false }, async () => bench.clock.sleep(25_000));
    const whole = taskDelivery('slow', { id: 'A', base: 'A' }, { receives: 2, messageId: 'A' });
    expect(await bench.work([whole], 20)).toEqual([]);
    expect(await outcomeOf(bench, 'A')).toMatchObject({ state: 'FAILURE' });
    const first = taskDelivery('slow', { id: 'B', base: 'B' }, { receives: 2, messageId: 'B' });
    const second = taskDelivery('once', { id: 'C', base: 'C' }, { receives: 2, messageId: 'C' });
    expect(await bench.work([first, second], 40)).toEqual([]);
    expect(await outcomeOf(bench, 'C')).toMatchObject({ state: 'FAILURE' });
  });

  it('with nothing of a task that has had a whole sandbox, part of it to read its input: it fails', async () => {
    const bench = makeBench(({ payloads }) => ({
      payloads: overriding(payloads, {
        getValue: async (params) => {
          await bench.clock.sleep(3000);
          return payloads.getValue(params);
        },
      }),
    }));
    bench.app.task('slow', async (ms: number) => bench.clock.sleep(ms));
    const ref = await bench.engine.payloads.putValue({
      address: addressOf('A'),
      token: 't',
      text: '25000',
      until: 9e12,
    });
    const body = taskDelivery('slow', { id: 'A', base: 'A', in: { ref } }, { messageId: 'A' });
    expect(await bench.work([body], 20)).toEqual([]);
    expect(await outcomeOf(bench, 'A')).toMatchObject({ value: { errorType: 'TimeLimitExceeded' } });
  });

  it('with nothing when the batch is empty', async () => {
    expect(await makeBench().work([])).toEqual([]);
  });
});

describe('runBatch() runs', () => {
  it('fresh messages at once, and possible duplicates one by one behind them, when fresh ones have been deleted', async () => {
    const finished: Receipt[] = [];
    const bench = makeBench(({ deliveries }) => ({
      deliveries: {
        release: (params) => deliveries.release(params),
        finish: async ({ receipts }) => void finished.push(...receipts),
      },
    }));
    const log: string[] = [];
    bench.app.task('work', async (name: string) => {
      log.push(`+${name}`);
      await bench.clock.sleep(1000);
      log.push(`-${name}`);
    });
    const named = (name: string, receives: number, more: object = {}): ReturnType<typeof taskDelivery> =>
      taskDelivery(
        'work',
        { id: name, base: name, mid: name, sig: { task: 'work', args: [name] }, ...more },
        { messageId: name, receives, receipt: { queue: QUEUE, handle: name } },
      );
    await bench.work([named('s1', 2), named('f1', 1), named('s2', 1, { again: true }), named('f2', 1)]);
    expect(log).toEqual(['+f1', '+f2', '-f1', '-f2', '+s1', '-s1', '+s2', '-s2']);
    expect(finished.map(({ handle }) => handle)).toEqual(['f1', 'f2']);
  });

  it('nothing of a workflow that was revoked', async () => {
    const bench = makeBench();
    let runs = 0;
    bench.app.task('count', () => (runs += 1));
    await bench.engine.records.revoke({
      scope: 'W',
      until: bench.clock.now() + 1000,
      gateUntil: bench.clock.now() + 1000,
    });
    const deliveries = [
      taskDelivery('count', { id: 'W.0', base: 'W.0' }),
      taskDelivery('count', { id: 'Wx', base: 'Wx' }),
    ];
    expect(await bench.work(deliveries)).toEqual([]);
    expect(runs).toBe(1);
  });

  it('a task once when its message comes back after it was decided', async () => {
    const bench = makeBench();
    let runs = 0;
    bench.app.task('count', () => (runs += 1));
    await chain(bench.app.signature('count'), bench.app.signature('count', { immutable: true })).delay();
    const [first] = bench.receive();
    if (first === undefined) throw new Error('Cannot receive');
    expect(await bench.work([first])).toEqual([]);
    expect(await bench.work([{ ...first, receives: 2 }])).toEqual([]);
    expect(runs).toBe(1);
    // The resume sends the next step once more; that one looks before it runs.
    const next = bench.receive();
    expect(next).toHaveLength(2);
    expect(next.filter(({ body }) => body.includes('"again":true'))).toHaveLength(1);
    expect(await bench.work(next)).toEqual([]);
    expect(runs).toBe(2);
  });

  it('a task at most 4 times that kills its sandbox each time, and then fails it', async () => {
    const bench = makeBench();
    let runs = 0;
    bench.app.task('crash', () => {
      runs += 1;
      return new Promise<never>(() => undefined);
    });
    const delivery = (receives: number): ReturnType<typeof taskDelivery> => taskDelivery('crash', {}, { receives });
    for (let receives = 1; receives <= 4; receives += 1) {
      // The sandbox dies, and this delivery ends without an answer.
      void bench.work([delivery(receives)], 100_000);
      await bench.clock.sleep(1000);
    }
    expect(runs).toBe(4);
    await bench.work([delivery(5)]);
    expect(runs).toBe(4);
    expect(await outcomeOf(bench, 'W')).toMatchObject({
      state: 'FAILURE',
      value: { errorType: 'WorkerLostError' },
    });
  });

  it('a task that acknowledges early at most once', async () => {
    const bench = makeBench();
    let runs = 0;
    bench.app.task('early', { acksLate: false, timeLimit: 30 }, () => {
      runs += 1;
      return new Promise<never>(() => undefined);
    });
    void bench.work([taskDelivery('early')], 100_000);
    await bench.clock.sleep(1000);
    expect(await bench.work([taskDelivery('early', {}, { receives: 2 })])).toEqual(['sqs-1']);
    expect(await bench.work([taskDelivery('early', { mid: 'copy', again: true })])).toEqual(['sqs-1']);
    expect(runs).toBe(1);
  });

  it('goes on with what an early task has decided, though only its claim tells that it has run', async () => {
    const bench = makeBench();
    let runs = 0;
    bench.app.task('early', { acksLate: false }, () => (runs += 1));
    bench.app.task('next', () => 'there');
    // The sandbox died behind this commit, and the queue has forgotten that it has delivered the message before.
    await bench.engine.outcomes.commit({
      address: addressOf('W'),
      attempt: 0,
      decision: { state: 'SUCCESS', value: { inline: 1 } },
      by: { mid: 'm', token: 'dead' },
      until: Date.UTC(2027),
    });
    const links = [{ on: 'success', plan: { task: 'next' } }] as const;
    expect(await bench.work([taskDelivery('early', { links }, { receives: 1 })])).toEqual([]);
    expect(runs).toBe(0);
    expect(bench.receive()).toMatchObject([{ body: expect.stringContaining('"next"') }]);
  });
});

describe('runBatch() given a task with acksLate false', () => {
  const early = {
    sig: { task: 'early' },
    frames: [{ steps: [{ task: 'next' }], i: 1, base: 'W' }],
    id: 'W.0',
    base: 'W.0',
  };

  it('resumes from its own outcome when a claim finds it, and sends what follows', async () => {
    let refused = 1;
    const bench = makeBench(({ broker }) => ({
      broker: overriding(broker, {
        send: async (params) => {
          if (refused-- > 0) throw new ServiceUnavailable('Cannot send: the queue is throttled');
          return broker.send(params);
        },
      }),
    }));
    bench.app.task('early', { acksLate: false }, () => 1);
    bench.app.task('next', () => 2);
    expect(await bench.work([taskDelivery('early', early)])).toEqual(['sqs-1']);
    expect(await bench.work([taskDelivery('early', early)])).toEqual([]);
    expect(bench.receive().map(({ body }) => (JSON.parse(body) as { id: string }).id)).toEqual(['W']);
  });

  it('takes no claim while its input cannot be read', async () => {
    let refused = 1;
    const bench = makeBench(({ payloads }) => ({
      payloads: overriding(payloads, {
        getBlock: async () => {
          if (refused-- > 0) throw new ServiceUnavailable('Cannot read the table: it is throttled');
          return '{"args":[4]}';
        },
      }),
    }));
    bench.app.task('early', { acksLate: false }, (x: number) => x);
    const stored = { sig: { task: 'early', stored: 'table:W/0' } };
    expect(await bench.work([taskDelivery('early', stored)])).toEqual(['sqs-1']);
    expect(await bench.work([taskDelivery('early', stored, { receives: 2 })])).toEqual([]);
    expect(await outcomeOf(bench, 'W')).toMatchObject({ state: 'SUCCESS', value: 4 });
  });
});

describe('runBatch() given bad arguments in a message', () => {
  it('fails the task when an argument has an unknown mark, and does not return its message', async () => {
    const bench = makeBench();
    bench.app.task('add', (x: unknown) => x);
    const sig = { task: 'add', args: [{ __type__: 'pickle', __value__: 'x' }] };
    expect(await bench.work([taskDelivery('add', { sig })])).toEqual([]);
    expect(await outcomeOf(bench, 'W')).toMatchObject({
      state: 'FAILURE',
      value: { code: 'CHORDAL_SERIALIZATION' },
    });
  });

  it('fails the task when its arguments do not fit', async () => {
    const bench = makeBench();
    bench.app.task('add', (x: number, y: number) => x + y);
    expect(await bench.work([taskDelivery('add', { sig: { task: 'add', args: [1], untyped: true } })])).toEqual([]);
    expect(await outcomeOf(bench, 'W')).toMatchObject({
      state: 'FAILURE',
      value: { code: 'CHORDAL_INVALID_ARGUMENTS' },
    });
  });

  it('fails the task when a value it needs is not there any more', async () => {
    const bench = makeBench();
    bench.app.task('identity', (x: unknown) => x);
    expect(await bench.work([taskDelivery('identity', { in: { ref: 'memory:W/gone' } })])).toEqual([]);
    expect(await outcomeOf(bench, 'W')).toMatchObject({
      state: 'FAILURE',
      value: { code: 'CHORDAL_UNKNOWN_RESULT' },
    });
  });
});

describe('runBatch() sends', () => {
  it('the next steps of ten messages in one turn, so that calls share requests', async () => {
    const turns = new Map<object, number>();
    let turn = {};
    const bench = makeBench(({ broker }) => ({
      broker: {
        nameOf: (queue) => broker.nameOf(queue),
        deadLetter: (letter) => broker.deadLetter(letter),
        send: async (all) => {
          turns.set(turn, (turns.get(turn) ?? 0) + all.messages.length);
          setImmediate(() => (turn = {}));
          await broker.send(all);
        },
      },
    }));
    bench.app.task('one', () => 1);
    const members = Array.from({ length: 10 }, () =>
      chain(bench.app.signature('one', { immutable: true }), bench.app.signature('one', { immutable: true })),
    );
    await group(members).delay();
    expect([...turns.values()]).toEqual([10]);
    await nextTurn();
    await bench.work(bench.receive());
    expect([...turns.values()]).toEqual([10, 10]);
  });
});

describe('runBatch() on a busy queue', () => {
  it.each([
    ['with a limit', { timeLimit: 10 }],
    ['without one', {}],
  ])('runs a task that came back and needs nearly all the time, beside fresh ones %s', async (_, options) => {
    const bench = makeBench();
    bench.app.task('long', { timeLimit: 50 }, () => 'ran');
    bench.app.task('short', options, async () => bench.clock.sleep(10_000));
    let came = 0;
    for (let receives = 2; came === 0 && receives < 10; receives += 1) {
      const startedAt = bench.clock.now();
      const fresh = Array.from({ length: 3 }, (_unused, i) =>
        taskDelivery(
          'short',
          { mid: `${receives}.${i}`, id: `S${receives}.${i}`, base: `S${receives}.${i}` },
          { messageId: `s${i}` },
        ),
      );
      const long = taskDelivery('long', {}, { receives, messageId: 'long' });
      const back = await runBatch(bench.engine, [...fresh, long], () => startedAt + 60_000 - bench.clock.now());
      if (!back.includes('long')) came = receives;
    }
    expect(came).toBeGreaterThan(0);
    expect(came).toBeLessThan(5);
    expect(await outcomeOf(bench, 'W')).toMatchObject({ state: 'SUCCESS', value: 'ran' });
  });

  it('has a task without time come back later, and not at once', async () => {
    const released: number[] = [];
    const bench = makeBench(({ deliveries }) => ({
      deliveries: overriding(deliveries, { release: async ({ seconds }) => void released.push(seconds) }),
    }));
    bench.app.task('long', { timeLimit: 50 }, () => 'ran');
    for (const receives of [1, 2, 3]) await bench.work([taskDelivery('long', {}, { receives })], 30);
    expect(released).toEqual([2, 4, 8]);
  });
});
