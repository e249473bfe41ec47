/** The cost of a run of a schedule, and of a batch that collects: counted in front of the emulators. */
import { GetQueueUrlCommand, SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import { range } from 'chordal';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { add } from '../../handlers/tasks/math.ts';
import { fillBody, scheduleBody } from '../../src/core/schedule/schedule-message.ts';
import { clientOptions } from '../../src/local/endpoints.ts';
import { startCountedCloud } from '../bench/support/counted-cloud.ts';
import type { Bill, CountedCloud } from '../bench/support/counted-cloud.ts';

const N = 20;
let cloud: CountedCloud;

beforeAll(async () => {
  cloud = await startCountedCloud();
  // The variables are this file's own process's: each test file has one.
  Object.assign(process.env, cloud.env);
});
afterAll(() => cloud.stop());

function perRun({ functions: { writes, reads }, messages }: Bill): Readonly<Record<string, number>> {
  return { writes: writes / N, reads: reads / N, messages: messages / N };
}

test('a run of a schedule costs two writes and one message: it is checked before it runs, since it may have come before', async () => {
  const { env } = cloud;
  const client = new SQSClient(clientOptions(env['AWS_ENDPOINT_URL_SQS'] ?? '', env['AWS_ACCESS_KEY_ID'] ?? ''));
  const { QueueUrl } = await client.send(new GetQueueUrlCommand({ QueueName: 'bench-count-math' }));
  const body = scheduleBody('nightly', { task: 'add', args: [1, 2] });
  const bodies = range(N).map((day) => fillBody(body, { scheduledAt: day * 86_400_000, executionId: `e${day}` }));
  const bill = await cloud.billOf(async () => {
    for (let at = 0; at < N; at += 10) {
      const Entries = bodies.slice(at, at + 10).map((MessageBody, index) => ({ Id: `${index}`, MessageBody }));
      await client.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
    }
  });
  client.destroy();
  expect(perRun(bill)).toEqual({ writes: 2, reads: 0, messages: 1 });
});

test('a batch that collects costs one write and one message, as any task with a value of that size does', async () => {
  const items = range(10).map((x) => [x, 1] as const);
  const bill = await cloud.billOf(async () => {
    const batch = add.starmap(items, { onMemberFailure: 'collect' });
    await Promise.all(range(N).map(async () => (await batch.delay()).get({ timeout: 30 })));
  });
  expect(perRun(bill)).toEqual({ writes: 1, reads: 0, messages: 1 });
});
