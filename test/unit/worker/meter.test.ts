import { expect, test } from 'vitest';
import { EmfMeter } from '../../../src/adapters/system/emf.ts';
import { compact } from '../../../src/core/values/compact.ts';
import type { Engine } from '../../../src/engine/engine.ts';
import { runBatch } from '../../../src/worker/batch.ts';
import { buryBatch } from '../../../src/worker/bury.ts';
import { makeBench, taskDelivery } from './bench.ts';
import type { Bench } from './bench.ts';

const labels = { stack: 'shop-dev', functionName: 'shop-dev-math' };

test('a batch counts its runs, and how long its messages waited beyond their delay', async () => {
  const bench = benchWithTasks();
  const now = bench.clock.now();
  const plain = taskDelivery('add', {}, { messageId: '1', sentAt: now - 300 });
  const delayed = taskDelivery(
    'add',
    { id: 'V', base: 'V', notBefore: now - 20 },
    { messageId: '2', sentAt: now - 60_000 },
  );

  expect(await counted(bench, (engine) => runBatch(engine, [plain, delayed], () => 60_000))).toMatchObject({
    Runs: 2,
    QueueDelay: [300, 20],
  });
});

test('a batch counts the retries that its tasks ask for', async () => {
  const bench = benchWithTasks();
  const delivery = taskDelivery('flaky');

  expect(await counted(bench, (engine) => runBatch(engine, [delivery], () => 60_000))).toMatchObject({
    Runs: 1,
    Retries: 1,
  });
});

test.each([
  ['fails', { Failures: 1 }],
  ['expected', {}],
  ['add', {}],
  ['flaky', { Retries: 1 }],
  ['replaced', {}],
])('of a task that is %s a batch counts %o beside its run', async (task, counts) => {
  const bench = benchWithTasks();
  const line = await counted(bench, (engine) => runBatch(engine, [taskDelivery(task)], () => 60_000));
  const { Runs, Failures, Retries } = Object(line);
  expect(compact({ Runs, Failures, Retries })).toEqual({ Runs: 1, ...counts });
});

test('a batch counts the runs that another delivery had decided before', async () => {
  const bench = benchWithTasks();
  await bench.work([taskDelivery('add', { mid: 'm1' })]);
  const second = taskDelivery('add', { mid: 'm2' });

  expect(await counted(bench, (engine) => runBatch(engine, [second], () => 60_000))).toMatchObject({
    Runs: 1,
    DuplicateRuns: 1,
  });
});

test('a batch counts the runs that another delivery of the same message had decided before', async () => {
  const bench = benchWithTasks();
  bench.app.task('twice', async () => {
    await bench.work([taskDelivery('add')]);
  });
  expect(await counted(bench, (engine) => runBatch(engine, [taskDelivery('twice')], () => 60_000))).toMatchObject({
    Runs: 1,
    DuplicateRuns: 1,
    Returned: 1,
  });
});

test('a batch counts the messages that come back, and not one that only waits for a fresh sandbox', async () => {
  const bench = benchWithTasks();
  const unknown = taskDelivery('unknown');
  expect(await counted(bench, (engine) => runBatch(engine, [unknown], () => 60_000))).toMatchObject({ Returned: 1 });
  const late = async (engine: Engine): Promise<void> => {
    expect(await runBatch(engine, [taskDelivery('add')], () => 2000)).toEqual(['sqs-1']);
  };
  expect(await counted(bench, late)).not.toHaveProperty('Returned');
});

test('the burying function counts dead messages', async () => {
  const bench = benchWithTasks();
  const deliveries = [taskDelivery('add')];

  const line = await counted(bench, (engine) => buryBatch(engine, deliveries, () => 60_000));
  expect(line).toMatchObject({ DeadLetters: 1 });
  expect(line).not.toHaveProperty('Runs');
});

test('a message without a send time from its queue has no age', async () => {
  const bench = benchWithTasks();
  const line = await counted(bench, (engine) => runBatch(engine, [taskDelivery('add')], () => 60_000));
  expect(line).not.toHaveProperty('QueueDelay');
});

// --- internal ---

function benchWithTasks(): Bench {
  const bench = makeBench();
  bench.app.task('add', () => 1);
  bench.app.task('flaky', { bind: true }, (ctx) => {
    throw ctx.retry({ countdown: 1 });
  });
  bench.app.task('fails', (): never => {
    throw new TypeError('no');
  });
  bench.app.task('expected', { throws: [TypeError] }, (): never => {
    throw new TypeError('no');
  });
  bench.app.task('replaced', { bind: true }, (ctx) => ctx.replace(bench.app.signature('add')));
  return bench;
}

/** The counts of a meter during some work. */
async function counted({ engine }: Bench, work: (engine: Engine) => Promise<unknown>): Promise<unknown> {
  const meter = new EmfMeter();
  // The bench's engine in all but its meter.
  await work(Object.create(engine, { meter: { value: meter } }) as Engine);
  return JSON.parse(meter.line(labels, 1000) ?? '{}');
}
