/** The writes of a task that has run: the cloud may refuse them for some seconds, and the task does not run again. */
import { beforeEach, expect, test } from 'vitest';
import { ConfigurationError, ServiceUnavailable } from '../../../src/core/errors/caller.ts';
import type { Ports } from '../../../src/ports/ports.ts';
import { overriding } from '../../../src/testing/overriding.ts';
import { makeBench, outcomeOf, taskDelivery } from './bench.ts';
import type { Bench } from './bench.ts';

/** Epoch ms until which the cloud refuses to write. */
let refusesUntil = 0;
let refusal: Error;
let refused = 0;
let runs = 0;
let bench: Bench;

beforeEach(() => {
  [refusesUntil, refused, runs] = [Infinity, 0, 0];
  refusal = new ServiceUnavailable('Cannot write an outcome to the table "t" for now: throttled');
  bench = makeBench(({ outcomes, payloads, clock }: Ports) => {
    const unlessRefused = async <T>(write: () => Promise<T>): Promise<T> => {
      if (clock.now() >= refusesUntil) return write();
      refused += 1;
      throw refusal;
    };
    return {
      outcomes: overriding(outcomes, { commit: (params) => unlessRefused(() => outcomes.commit(params)) }),
      payloads: overriding(payloads, { putValue: (params) => unlessRefused(() => payloads.putValue(params)) }),
    };
  });
  const running = (value: unknown) => (): unknown => {
    runs += 1;
    return value;
  };
  bench.app.task('small', running(1));
  bench.app.task('large', running('x'.repeat(20_000)));
  bench.app.task('failing', () => {
    runs += 1;
    throw new RangeError('x'.repeat(20_000));
  });
});

test.each([
  ['outcome', 'small', 'SUCCESS'],
  ['value', 'large', 'SUCCESS'],
  ['failure', 'failing', 'FAILURE'],
])(
  'an %s that the cloud refuses for ten seconds is written then, and the task has run once',
  async (_, task, state) => {
    refusesUntil = bench.clock.now() + 10_000;
    expect(await bench.work([taskDelivery(task)])).toEqual([]);
    expect(await outcomeOf(bench, 'W')).toMatchObject({ state });
    expect(runs).toBe(1);
    // Twice as long is waited each time.
    expect(refused).toBeLessThanOrEqual(7);
  },
);

test('after 20 seconds the message comes back, and the task runs again', async () => {
  const startedAt = bench.clock.now();
  refusesUntil = startedAt + 25_000;
  expect(await bench.work([taskDelivery('small')])).toEqual(['sqs-1']);
  expect(bench.clock.now() - startedAt).toBeLessThanOrEqual(20_000);
  await bench.clock.sleep(25_000);
  expect(await bench.work([taskDelivery('small', {}, { receives: 2 })])).toEqual([]);
  expect(runs).toBe(2);
});

test('the message comes back before the time of its sandbox is over', async () => {
  const startedAt = bench.clock.now();
  expect(await bench.work([taskDelivery('small')], 8)).toEqual(['sqs-1']);
  expect(bench.clock.now() - startedAt).toBeGreaterThan(1000);
  expect(bench.clock.now() - startedAt).toBeLessThanOrEqual(5000);
});

test('a refusal that waiting does not end sends the message back at once', async () => {
  refusal = new ConfigurationError('Cannot write an outcome to the table "t": access is refused');
  expect(await bench.work([taskDelivery('small')])).toEqual(['sqs-1']);
  expect([refused, runs]).toEqual([1, 1]);
});

test('a message whose task has not run comes back at once: nothing runs twice', async () => {
  expect(await bench.work([taskDelivery('unknown', {}, { receives: 6 })])).toEqual(['sqs-1']);
  expect([refused, runs]).toEqual([1, 0]);
});
