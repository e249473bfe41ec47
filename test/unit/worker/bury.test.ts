/** Dead messages, as the function that buries them takes them: with refusals of the cloud, and beside other deliveries. */
import { describe, expect, it, test } from 'vitest';
import { InvalidCanvas, ServiceUnavailable } from '../../../src/core/errors/caller.ts';
import { encodeMessage } from '../../../src/core/protocol/message-codec.ts';
import type { Delivery } from '../../../src/ports/broker.ts';
import type { Ports } from '../../../src/ports/ports.ts';
import type { DeadLetter } from '../../../src/ports/records.ts';
import { overriding } from '../../../src/testing/overriding.ts';
import { buryBatch } from '../../../src/worker/bury.ts';
import { celeryText } from '../core/celery/message.ts';
import { deliveryOf, makeBench, messageOf, outcomeOf, refusingOneSettlement, taskDelivery } from './bench.ts';
import type { Bench } from './bench.ts';

const receipt = { queue: 'dead', handle: 'h' };

/** The fields of a line that name the message of {@link deadTask}. */
const NAMED = { messageId: 'sqs-1', task: 'add', taskId: 'W', workflowId: 'W', attempt: 0 };

test('a buried message is settled, on record, and in the log without the values that its reason quotes', async () => {
  const { bench, lines } = graveyard();
  expect(await bury(bench, [deadTask({ reason: 'Cannot use x: expected a number, got "secret"' })])).toEqual([]);
  expect(lines).toEqual([
    ['warn', 'A dead message was buried', { ...NAMED, reason: expect.stringMatching(/^Cannot use x/) }],
  ]);
  expect(JSON.stringify(lines)).not.toContain('secret');
  expect(await stateOf(bench)).toBe('FAILURE');
  expect(await lettersOf(bench)).toMatchObject([{ id: 'W', reason: expect.stringContaining('secret') }]);
});

test('a message whose settlement the cloud refuses comes back later, without a record, and with a warning that says why', async () => {
  const { bench, lines, released } = graveyard(refusingOneSettlement());
  expect(await bury(bench, [deadTask({ receives: 2 })])).toEqual(['sqs-1']);
  expect(released).toEqual([{ receipts: [receipt], seconds: expect.any(Number) }]);
  // 5 s, doubled for each of two receives, are 20 s. The wait is between half of them and all.
  expect(released[0]?.seconds).toBeGreaterThanOrEqual(10);
  expect(released[0]?.seconds).toBeLessThanOrEqual(20);
  expect(lines).toEqual([
    ['warn', 'A dead message could not be buried', { ...NAMED, error: 'ServiceUnavailable: throttled' }],
  ]);
  expect(await lettersOf(bench)).toEqual([]);
  expect(await bury(bench, [deadTask({ receives: 3 })])).toEqual([]);
  expect(await lettersOf(bench)).toHaveLength(1);
});

test('a refused message comes back though its wait cannot be set', async () => {
  const release = (): Promise<never> => Promise.reject(new ServiceUnavailable('busy'));
  const { bench } = graveyard((ports) => ({
    ...refusingOneSettlement()(ports),
    deliveries: overriding(ports.deliveries, { release }),
  }));
  expect(await bury(bench, [deadTask()])).toEqual(['sqs-1']);
});

test('a message that fails in any other way comes back when its visibility ends, with a line that says why', async () => {
  const { bench, lines, released } = graveyard(({ records }) => ({
    records: overriding(records, { bury: () => Promise.reject(new TypeError('no such field')) }),
  }));
  expect(await bury(bench, [deadTask()])).toEqual(['sqs-1']);
  expect(lines).toEqual([
    [
      'error',
      'A dead message could not be buried',
      { ...NAMED, error: 'TypeError: no such field', stack: expect.any(String) },
    ],
  ]);
  expect(released).toEqual([]);
});

test('a message that another delivery of it decides meanwhile comes back: the owner may need it', async () => {
  let isFirst = true;
  const { bench, released } = graveyard(({ outcomes }) => ({
    outcomes: overriding(outcomes, {
      commit: async (params) => {
        if (isFirst) {
          isFirst = false;
          await bench.work([taskDelivery('add')]);
        }
        return outcomes.commit(params);
      },
    }),
  }));
  expect(await bury(bench, [deadTask()])).toEqual(['sqs-1']);
  expect(await stateOf(bench)).toBe('SUCCESS');
  expect(await lettersOf(bench)).toEqual([]);
  expect(released).toEqual([]);
});

test('a message of Celery comes back while the cloud refuses its group, and is on record when it cannot be read', async () => {
  const { bench } = graveyard(({ payloads }) => ({
    payloads: overriding(payloads, { putBlocks: () => Promise.reject(new ServiceUnavailable('busy')) }),
  }));
  const body = celeryText({ id: 'a', task: 'add', args: [] });
  expect(await bury(bench, [deliveryOf(body, { receipt })])).toEqual(['sqs-1']);
  const unread = deliveryOf('{"task":', { receipt });
  expect(await bury(bench, [unread])).toEqual([]);
  expect(await lettersOf(bench)).toMatchObject([{ id: 'sqs-1', reason: expect.stringContaining('gave it up') }]);
});

describe('a canvas that cannot be started', () => {
  const reason = 'Cannot keep the canvas: it is too large';
  /** A schedule wrote it, and what is too large for messages is stored only now. */
  const canvas = (): Delivery => {
    const { sig: _sig, ...rest } = messageOf('add', {
      id: 'W.0',
      base: 'W.0',
      until: 0,
      frames: [
        {
          base: 'W',
          i: 0,
          steps: [{ task: 'add' }, { task: 'add' }],
          links: [{ on: 'failure', plan: { task: 'add', args: ['told'] } }],
        },
      ],
    });
    const large = { task: 'add', args: ['x'.repeat(200_000)] };
    return deliveryOf(encodeMessage({ ...rest, kind: 'expand', sig: { par: [large, large] } }), { receipt });
  };
  const failing = (cause: Error): ((ports: Ports) => Partial<Ports>) => {
    const putBlocks = (): Promise<never> => Promise.reject(cause);
    return ({ payloads }) => ({ payloads: overriding(payloads, { putBlocks }) });
  };

  it('goes to the dead-letter queue with the reason', async () => {
    const { bench } = graveyard(failing(new InvalidCanvas(reason)));
    expect(await bench.work([canvas()])).toEqual([]);
    expect(bench.cloud.queues.dead).toMatchObject([{ reason: `InvalidCanvas: ${reason}` }]);
    expect(bench.receive()).toEqual([]);
  });

  it('fails, when it is buried, with the reason and with what waits for it', async () => {
    const { bench } = graveyard(failing(new InvalidCanvas(reason)));
    expect(await bury(bench, [canvas()])).toEqual([]);
    const value = { code: 'CHORDAL_WORKER_LOST', message: `Cannot start W.0: InvalidCanvas: ${reason}` };
    const failure = { ...value, task: 'expand' };
    expect(await outcomeOf(bench, 'W.0')).toMatchObject({ state: 'FAILURE', value: failure });
    expect(await outcomeOf(bench, 'W')).toMatchObject({ state: 'FAILURE', value });
    expect(await lettersOf(bench)).toMatchObject([{ id: 'W.0' }]);
    // The error callback. It may have been sent by a delivery before.
    const sent = bench.receive().map(({ body }) => JSON.parse(body) as unknown);
    expect(sent).toMatchObject([{ again: true, sig: { args: ['told'] } }]);
  });

  it.each([
    ['the cloud refuses', new ServiceUnavailable('busy')],
    ['of an error that says nothing of it', new TypeError('no such field')],
  ])('comes back, alive or dead, when %s', async (_, error) => {
    const { bench } = graveyard(failing(error));
    expect(await bench.work([canvas()])).toEqual(['sqs-1']);
    expect(await bury(bench, [canvas()])).toEqual(['sqs-1']);
    expect(await outcomeOf(bench, 'W')).toBeUndefined();
  });
});

// --- internal ---

interface Graveyard {
  readonly bench: Bench;
  readonly lines: unknown[];
  readonly released: { readonly receipts: readonly unknown[]; readonly seconds?: number | undefined }[];
}

/** A bench with the task `add`, the lines about dead messages in its log, and the messages that were given back with a wait. */
function graveyard(change: (ports: Ports) => Partial<Ports> = () => ({})): Graveyard {
  const lines: unknown[] = [];
  const released: Graveyard['released'] = [];
  const write =
    (level: string) =>
    (message: string, fields?: object): void =>
      void (message.includes('dead message') && lines.push([level, message, fields]));
  const log = { debug: () => undefined, info: write('info'), warn: write('warn'), error: write('error') };
  const bench = makeBench((ports) => ({
    log,
    deliveries: overriding(ports.deliveries, { release: async (given) => void released.push(given) }),
    ...change(ports),
  }));
  bench.app.task('add', () => 1);
  return { bench, lines, released };
}

function deadTask(more: Partial<Delivery> = {}): Delivery {
  return taskDelivery('add', {}, { reason: 'too often', receipt, ...more });
}

async function bury({ engine }: Bench, dead: readonly Delivery[]): Promise<readonly string[]> {
  return buryBatch(engine, dead, () => 60_000);
}

async function stateOf({ app }: Bench): Promise<string> {
  return app.asyncResult('W').state();
}

function lettersOf({ engine, clock }: Bench): Promise<readonly DeadLetter[]> {
  return engine.records.deadLetters({ since: 0, now: clock.now() });
}
