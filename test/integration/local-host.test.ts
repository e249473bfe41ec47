import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeProject } from '../../src/deploy/project.ts';
import type { FunctionOptions } from '../../src/deploy/project.ts';
import { startCloud } from '../../src/local/cloud.ts';
import type { Cloud } from '../../src/local/cloud.ts';
import { startHost } from '../../src/local/host.ts';
import type { Host } from '../../src/local/host.ts';
import type { LocalEvent } from '../../src/local/local-event.ts';
import { Happenings, openQueue, projectOf } from './local-support.ts';
import type { Queue } from './local-support.ts';

/** Prints what it gets, and does what a message says the first time that it gets it. */
const probe = `
  import { getHeapStatistics } from 'node:v8';
  export const handler = async (event, context) => {
    const failures = [];
    for (const record of event.Records) {
      const { name, act } = JSON.parse(record.body);
      const count = Number(record.attributes.ApproximateReceiveCount);
      console.log(JSON.stringify({ name, count, batch: event.Records.length, at: Date.now() }));
      if (act === 'show') console.log(JSON.stringify({ record, context, left: context.getRemainingTimeInMillis(), env: process.env }));
      if (act === 'always') failures.push(record);
      if (count > 1) continue;
      const observer = globalThis[Symbol.for('chordal.observer')];
      const run = { task: 'add', id: name, attempt: 1 };
      if (act === 'begin' || act === 'decide') observer.around(run, () => undefined);
      if (act === 'decide') observer.decided(run, { state: 'SUCCESS', ms: 1 });
      if (name === 'killed') process.exit(3);
      if (act === 'fail') failures.push(record);
      if (act === 'throw') throw new Error('deliberate');
      if (act === 'unknown') return { batchItemFailures: [{ itemIdentifier: 'nobody' }] };
      if (act === 'exit') process.exit(3);
      if (act === 'reject') void Promise.reject(new Error('unhandled'));
      if (act === 'hang') await new Promise(() => setInterval(() => {}, 1000));
      if (act === 'spin') for (;;);
      if (act === 'waste') {
        const kept = [];
        for (let i = 0; i < 4_000_000; i += 1) kept[i % 100_000] = { i, text: 'x' + i };
        console.log(JSON.stringify({ megabytes: getHeapStatistics().total_physical_size / 2 ** 20, kept: kept.length }));
      }
      if (act === 'slow') await new Promise((resolve) => setTimeout(resolve, 200));
      if (act === 'slow') console.log(JSON.stringify({ name: 'done', count, batch: 1 }));
    }
    return { batchItemFailures: failures.map(({ messageId }) => ({ itemIdentifier: messageId })) };
  };
  handler.tasks = ['probe'];
`;

const names = ['plain', 'shape', 'partial', 'whole', 'dying', 'stuck', 'doomed', 'late', 'gone', 'begun'];
const happenings = new Happenings();
let dir: string;
let cloud: Cloud;
let host: Host;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'chordal-test-'));
  await writeFile(join(dir, 'probe.mjs'), probe);
  await writeFile(join(dir, 'broken.mjs'), 'throw new Error("no table")');
  const project = projectOf(...names);
  cloud = await startCloud({ project });
  const bundles = Object.fromEntries(
    names.map((name) => [name, join(dir, name === 'gone' ? 'broken.mjs' : 'probe.mjs')]),
  );
  host = startHost({ project, cloud, bundles, retryAfterMs: 50, onEvent: happenings.add });
});

afterAll(async () => {
  await host.stop();
  await cloud.stop();
  await rm(dir, { recursive: true });
});

test('the host hands a batch to the handler, and deletes it', async () => {
  const queue = await open('plain');
  await queue.send(['a', 'b', 'c'].map((name) => ({ name })));
  await deliveries('plain', 3);

  expect(seen('plain')).toEqual(['a 1 of 3', 'b 1 of 3', 'c 1 of 3']);
  await emptied(queue);
});

test('a handler gets a record, a context and an environment as on Lambda', async () => {
  const queue = await open('shape');
  await queue.send([{ name: 'a', act: 'show' }]);
  await happenings.until(() => happenings.printed('test-local-shape').length === 2);

  expect(happenings.printed('test-local-shape')[1]).toEqual({
    record: {
      messageId: expect.any(String),
      receiptHandle: expect.any(String),
      body: '{"name":"a","act":"show"}',
      attributes: {
        ApproximateReceiveCount: '1',
        SentTimestamp: expect.stringMatching(/^\d{13}$/),
        SenderId: expect.any(String),
        ApproximateFirstReceiveTimestamp: expect.stringMatching(/^\d{13}$/),
      },
      messageAttributes: {
        kind: { stringValue: 'probe', stringListValues: [], binaryListValues: [], dataType: 'String' },
      },
      md5OfMessageAttributes: expect.any(String),
      md5OfBody: expect.stringMatching(/^[0-9a-f]{32}$/),
      eventSource: 'aws:sqs',
      eventSourceARN: 'arn:aws:sqs:us-east-1:000000000000:test-local-shape',
      awsRegion: 'us-east-1',
    },
    context: expect.objectContaining({ functionName: 'test-local-shape', memoryLimitInMB: '512' }),
    left: expect.toSatisfy((left: number) => left > 0 && left <= 2000),
    env: expect.objectContaining({
      ...cloud.env,
      AWS_LAMBDA_FUNCTION_NAME: 'test-local-shape',
      LAMBDA_TASK_ROOT: dir,
    }),
  });
});

test('of a batch that failed in part, only what failed comes again', async () => {
  const queue = await open('partial');
  await queue.send([{ name: 'a' }, { name: 'b', act: 'fail' }, { name: 'c' }]);
  await deliveries('partial', 4);

  expect(seen('partial')).toEqual(['a 1 of 3', 'b 1 of 3', 'c 1 of 3', 'b 2 of 1']);
  await emptied(queue);
});

test.each(['throw', 'unknown'])('a whole batch comes again after its handler answers with %s', async (act) => {
  const queue = await open('whole');
  await queue.send([{ name: act, act }, { name: `${act}, too` }]);
  const deliveriesOf = (name: string) => seen('whole').filter((one) => one.startsWith(`${name} `));
  await happenings.until(() => [act, `${act}, too`].every((name) => deliveriesOf(name).at(-1) === `${name} 2 of 2`));
  await emptied(queue);
});

test.each(['exit', 'reject'])(
  'a sandbox that dies of %s takes nothing with it, and its batch comes again',
  async (act) => {
    const queue = await open('dying');
    await queue.send([{ name: act, act }]);
    await happenings.until(() => seen('dying').includes(`${act} 2 of 1`));

    // Also what it printed last.
    expect(seen('dying')).toContain(`${act} 1 of 1`);
    const problem = act === 'exit' ? 'its sandbox exited with code 3' : expect.stringContaining('Error: unhandled');
    expect(happenings.batches('test-local-dying')).toContainEqual(expect.objectContaining({ failed: 1, problem }));
    await emptied(queue);
  },
);

test('the host tells when a task has begun, and of one that was not decided that it has ended', async () => {
  const queue = await open('begun');
  const sentAt = Date.now();
  await queue.send([{ name: 'kept', act: 'decide' }]);
  await queue.send([{ name: 'left', act: 'begin' }]);
  await queue.send([{ name: 'killed', act: 'begin' }]);
  const typesOf = (id: string): readonly string[] => happenings.ofRun(id).map(({ type }) => type);
  await happenings.until(() => ['kept', 'left', 'killed'].every((id) => typesOf(id).length === 2));
  expect(typesOf('kept')).toEqual(['began', 'task']);
  expect(typesOf('left')).toEqual(['began', 'undecided']);
  expect(typesOf('killed')).toEqual(['began', 'undecided']);
  const run = { functionName: 'test-local-begun', task: 'add', id: 'kept', attempt: 1 };
  expect(happenings.ofRun('kept')[0]).toEqual({ type: 'began', ...run, startedAt: expect.any(Number) });
  expect(happenings.ofRun('kept')[0]).toHaveProperty(
    'startedAt',
    expect.toSatisfy((at: number) => at >= sentAt),
  );
  await emptied(queue);
});

test("a sandbox that does not answer is ended at the function's timeout, also one in a loop", async () => {
  const queue = await open('stuck');
  await Promise.all([queue.send([{ name: 'hang', act: 'hang' }]), queue.send([{ name: 'spin', act: 'spin' }])]);
  await happenings.until(() =>
    ['hang', 'spin'].every((name) => seen('stuck').some((one) => one.startsWith(`${name} 2`))),
  );

  expect(happenings.batches('test-local-stuck')[0]).toMatchObject({ problem: 'it timed out after 2 s' });
  await emptied(queue);
});

test('the heap of a sandbox stays small, whatever passes through it', async () => {
  const wasting = await hostOf('wasteful', 60);
  const queue = await open('wasteful');
  await queue.send([{ name: 'a', act: 'waste' }]);
  await deliveries('wasteful', 2);

  const [, heap] = happenings.printed('test-local-wasteful') as { megabytes: number; kept: number }[];
  expect(heap).toMatchObject({ kept: 100_000 });
  expect(heap?.megabytes).toBeLessThan(70);
  await wasting.stop();
});

test('a message that fails as often as it may ends in the dead-letter queue', async () => {
  const queue = await open('doomed');
  await queue.send([{ name: 'a', act: 'always' }]);

  const deadLetters = await open('dead');
  const dead = await deadLetters.receive();
  expect(dead?.Body).toBe('{"name":"a","act":"always"}');
  expect(seen('doomed')).toEqual(['a 1 of 1', 'a 2 of 1']);
  await emptied(queue);
});

test('a function that does not load fails its batches', async () => {
  await (await open('gone')).send([{ name: 'a' }]);
  await happenings.until(() => happenings.batches('test-local-gone').length > 1);
  expect(happenings.batches('test-local-gone')[0]).toMatchObject({
    problem: expect.stringContaining('Error: no table'),
  });
});

test('a delayed message is delivered when its delay is over, and not before', async () => {
  const queue = await open('late');
  const sentAt = Date.now();
  await queue.send([{ name: 'a' }], 1);
  await deliveries('late', 1);

  const [delivery] = happenings.printed('test-local-late') as { at: number }[];
  expect((delivery?.at ?? 0) - sentAt).toBeGreaterThanOrEqual(1000);
  // A request that waits for messages ends after 20 s: this one has not waited for its end.
  expect((delivery?.at ?? 0) - sentAt).toBeLessThan(15_000);
});

test('stop() waits for the batches that run, and takes no more', async () => {
  const stopping = await hostOf('stopping');
  const queue = await open('stopping');
  await queue.send([{ name: 'a', act: 'slow' }]);
  await deliveries('stopping', 1);
  await stopping.stop();

  expect(seen('stopping')).toEqual(['a 1 of 1', 'done 1 of 1']);
  expect(await queue.size()).toBe(0);
  await queue.send([{ name: 'b' }]);
  expect(await queue.size()).toBe(1);
});

test('stop() ends what takes too long, and its messages come again', async () => {
  const stopping = await hostOf('impatient');
  const queue = await open('impatient');
  await queue.send([{ name: 'a', act: 'hang' }]);
  await deliveries('impatient', 1);
  await stopping.stop(10);
  expect(await queue.size()).toBe(1);

  const next = await hostOf('impatient');
  await deliveries('impatient', 2);
  expect(seen('impatient')).toEqual(['a 1 of 1', 'a 2 of 1']);
  await next.stop();
});

test('update() reads the queues that a function has now, with the settings that they have now', async () => {
  const changing = await hostOf('changing');
  const redeploy = async (options: FunctionOptions, high: readonly string[] = []): Promise<void> => {
    const functions = [{ name: 'changing', file: 'probe.mjs', ...options }];
    const project = describeProject({ service: 'test', stage: 'local', functions, high });
    await cloud.update(project);
    changing.update(project, { changing: join(dir, 'probe.mjs') });
  };
  await redeploy({}, ['changing']);
  const high = await open('changing-high');
  await high.send([{ name: 'urgent' }]);
  await deliveries('changing', 1);
  await emptied(high);

  await redeploy({ batchSize: 1 });
  await (await open('changing')).send([{ name: 'a' }, { name: 'b' }]);
  await deliveries('changing', 3);
  // A request that waited since before may bring both: one goes back.
  for (const name of ['urgent', 'a', 'b'])
    expect(seen('changing')).toContainEqual(expect.stringMatching(new RegExp(`^${name} \\d of 1$`)));
  // It is not read any more.
  await high.send([{ name: 'left' }]);
  expect(await high.receive()).toMatchObject({ Body: '{"name":"left"}' });

  changing.setReceiving('test-local-changing', false);
  await redeploy({}, ['changing']);
  await high.send([{ name: 'waiting' }]);
  expect(await high.receive()).toMatchObject({ Body: '{"name":"waiting"}' });
  expect(changing.isReceiving('test-local-changing')).toBe(false);
  await changing.stop();
});

test('update() does not wait for the batches of a function that is gone; they count, and stop() ends them', async () => {
  const leaving = await hostOf('leaving', 600);
  await (await open('leaving')).send([{ name: 'a', act: 'hang' }]);
  await deliveries('leaving', 1);
  leaving.update(projectOf('other'), {});
  expect(await leaving.countMessages()).toBe(1);

  await leaving.stop(10);
  expect(happenings.batches('test-local-leaving')).toMatchObject([{ messages: 1, failed: 1 }]);
});

test('update() tells of messages that are left to a function that is gone, and of none where there are none', async () => {
  const told = (name: string): readonly LocalEvent[] =>
    happenings.troubles().filter(({ message }) => message.includes(`test-local-${name},`));
  const [held, empty] = [await hostOf('held'), await hostOf('empty')];
  await (await open('held')).send([{ name: 'a' }, { name: 'b' }], 900);
  empty.update(projectOf('other'), {});
  held.update(projectOf('other'), {});
  await happenings.until(() => told('held').length > 0);
  expect(told('held')).toMatchObject([
    { message: expect.stringMatching(/whose handler is gone: 2\. They wait until/) },
  ]);
  expect(told('empty')).toEqual([]);
  await Promise.all([held.stop(), empty.stop()]);
});

// --- internal ---

/** A host of its own, for one function. */
async function hostOf(name: string, timeoutSeconds = 2): Promise<Host> {
  const some = projectOf(name);
  const project = { ...some, functions: some.functions.map((one) => ({ ...one, timeoutSeconds })) };
  await cloud.update(project);
  const bundles = { [name]: join(dir, 'probe.mjs') };
  return startHost({ project, cloud, bundles, retryAfterMs: 50, onEvent: happenings.add });
}

async function open(name: string): Promise<Queue> {
  return openQueue(cloud, `test-local-${name}`);
}

/** The deliveries that a function has seen: message, receive count and size of the batch. */
function seen(name: string): string[] {
  const printed = happenings.printed(`test-local-${name}`) as { name: string; count: number; batch: number }[];
  return printed.map(({ name, count, batch }) => `${name} ${count} of ${batch}`);
}

async function deliveries(name: string, count: number): Promise<void> {
  await happenings.until(() => seen(name).length >= count);
}

async function emptied(queue: Queue): Promise<void> {
  await expect.poll(() => queue.size()).toBe(0);
}
