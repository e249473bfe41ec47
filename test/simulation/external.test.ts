/** Tasks of a Python worker under every fault: messages that are lost in a dead sandbox, or come twice, late and out of order. */
import { chain, chord, createApp } from 'chordal';
import { describe, expect, it } from 'vitest';
import type { Handler, QueueEvent } from '../../src/lambda/sqs-event.ts';
import { currentSandbox } from '../../src/testing/sandbox.ts';
import { simulate } from '../../src/testing/simulate.ts';
import type { SimulatedEnd } from '../../src/testing/simulation-options.ts';
// Loaded before: virtual time does not wait for a module that is loaded when it is needed.
import '../../src/worker/celery.ts';
import '../../src/worker/external.ts';
import { answerText, readCall } from '../support/python-worker.ts';

// The last of many duplicates may be a day late: the values are read behind them.
const app = createApp('mixed', { resultExpires: 864_000 });
const theirAdd = app.external<(x: number, y: number) => number>('their.add', { queue: 'theirs' });
const theirSum = app.external<(numbers: readonly number[]) => number>('their.sum', { queue: 'theirs', inline: true });
const theirFault = app.external<(n: number) => number>('their.fault', { queue: 'theirs' });
const theirSilence = app.external<() => number>('their.silence', { queue: 'theirs', timeout: 7200 });
const ourAdd = app.task('our.add', (x: number, y: number) => x + y);
const handlers = { ours: app.handler(theirAdd, theirSum, theirFault, theirSilence, ourAdd), theirs: pythonWorker() };

describe('a task of a Python worker', () => {
  const mixed = () =>
    chain(
      chord([theirAdd.s(1, 2), ourAdd.s(3, 4), chain(ourAdd.s(5, 6), theirAdd.s(7))], theirSum.s()),
      ourAdd.s(8),
    ).delay();

  it('comes to the right value where nothing goes wrong', async () => {
    const { states } = await simulate({ handlers, workflow: mixed, faults: 'none', seeds: 20, check: mustBe(36) });
    expect(states).toEqual({ SUCCESS: 20, FAILURE: 0, REVOKED: 0 });
  });

  it('has one outcome under heavy faults, and it is the right value or a loss', { timeout: 120_000 }, async () => {
    const { states } = await simulate({ handlers, workflow: mixed, faults: 'heavy', seeds: 250, check: mustBe(36) });
    expect(states.SUCCESS).toBeGreaterThan(120);
  });

  it('fails what waits for it if it fails there, or never answers', { timeout: 120_000 }, async () => {
    const workflow = (seed: number) =>
      chord([seed % 2 === 0 ? theirFault.s(1) : theirSilence.s(), theirAdd.s(1, 2)], theirSum.s()).delay();
    const { states } = await simulate({ handlers, workflow, faults: 'heavy', seeds: 100, check: mustBe(undefined) });
    expect(states).toEqual({ SUCCESS: 0, FAILURE: 100, REVOKED: 0 });
  });
});

// --- internal ---

/** Returns the check of an end: a success has this value, and a failure says that something was lost. */
function mustBe(value: number | undefined): (end: SimulatedEnd<number>) => void {
  return (end) => {
    if (end.state === 'SUCCESS') expect(end.value).toBe(value);
    if (end.state === 'FAILURE')
      expect(['WorkerLostError', 'TimeLimitExceeded', 'ExternalTaskError']).toContain(end.error.errorType);
  };
}

/** A worker that acknowledges late: what dies with it is run again. */
function pythonWorker(): Handler {
  const run = async ({ Records }: QueueEvent) => {
    for (const { body, messageId, attributes } of Records) {
      const { task, args, link, errorLink, id } = readCall(body);
      if (task === 'their.silence') continue;
      const failed = task === 'their.fault';
      const { options } = failed ? errorLink : link;
      const answerId = `${messageId}-${attributes.ApproximateReceiveCount}`;
      const answer = failed ? answerText(errorLink, id, answerId) : answerText(link, sumOf(args), answerId);
      await currentSandbox()?.ports.broker.send({
        messages: [{ queue: options.queue, body: answer, delaySeconds: 0 }],
      });
    }
    return { batchItemFailures: [] };
  };
  return Object.assign(run, { tasks: [], timeLimits: {} });
}

function sumOf(args: readonly unknown[]): number {
  return args.flat().reduce((sum: number, one) => sum + Number(one), 0);
}
