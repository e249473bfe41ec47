/** The cost of a task of a Celery application, and of a call of a Python worker: counted in front of the emulators. */
import {
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  GetQueueUrlCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { createApp } from 'chordal';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { estimate } from '../../src/cli/estimate.ts';
import { clientOptions } from '../../src/local/endpoints.ts';
import { createCeleryTable } from '../../src/local/resources.ts';
import { startCountedCloud } from '../bench/support/counted-cloud.ts';
import type { Bill, CountedCloud } from '../bench/support/counted-cloud.ts';
import { answerText, readCall } from '../support/python-worker.ts';
import { celeryText } from '../unit/core/celery/message.ts';

const N = 20;
const RESULTS = 'celery';
let stop: () => Promise<void> = async () => undefined;

afterEach(async () => {
  await stop();
  vi.unstubAllEnvs();
});

async function start(environment: Readonly<Record<string, string>>): Promise<CountedCloud> {
  const cloud = await startCountedCloud({ handlersDir: 'test/deploy/celery/handlers', environment });
  stop = () => cloud.stop();
  for (const [name, value] of Object.entries(cloud.env)) vi.stubEnv(name, value);
  return cloud;
}

function sqsOf({ env }: CountedCloud): SQSClient {
  return new SQSClient(clientOptions(env['AWS_ENDPOINT_URL_SQS'] ?? '', env['AWS_ACCESS_KEY_ID'] ?? ''));
}

async function send(client: SQSClient, queue: string, bodies: readonly string[]): Promise<void> {
  const { QueueUrl } = await client.send(new GetQueueUrlCommand({ QueueName: queue }));
  for (let at = 0; at < bodies.length; at += 10) {
    const Entries = bodies.slice(at, at + 10).map((MessageBody, index) => ({ Id: `${index}`, MessageBody }));
    await client.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
  }
}

/** The requests to DynamoDB of one task, and what it is billed for. */
function perTask({ functions: { requests, writes, reads } }: Bill): Readonly<Record<string, number>> {
  const of = (action: string): number => (requests[action] ?? 0) / N;
  return { writes: writes / N, reads: reads / N, updates: of('UpdateItem'), puts: of('PutItem'), gets: of('GetItem') };
}

describe('a task of a Celery application', () => {
  async function billOf(environment: Readonly<Record<string, string>>): Promise<Bill> {
    const cloud = await start(environment);
    const client = sqsOf(cloud);
    const { env } = cloud;
    if (environment['CHORDAL_CELERY_RESULTS'] !== undefined)
      await createCeleryTable(RESULTS, {
        sqsS3: env['AWS_ENDPOINT_URL_SQS'] ?? '',
        dynamodb: env['AWS_ENDPOINT_URL_DYNAMODB'] ?? '',
        accessKey: env['AWS_ACCESS_KEY_ID'] ?? '',
      });
    const texts = Array.from({ length: N }, (_each, n) => celeryText({ id: `t${n}`, args: [n, n] }));
    const bill = await cloud.billOf(() => send(client, 'bench-count-proj', texts));
    client.destroy();
    return bill;
  }

  test('costs one write, and no read, as any task does', { timeout: 60_000 }, async () => {
    expect(perTask(await billOf({}))).toEqual({ writes: 1, reads: 0, updates: 1, puts: 0, gets: 0 });
  });

  test('costs one write more for the item that Celery reads', { timeout: 60_000 }, async () => {
    const bill = await billOf({ CHORDAL_CELERY_RESULTS: RESULTS });
    expect(perTask(bill)).toEqual({ writes: 2, reads: 0, updates: 1, puts: 1, gets: 0 });
  });
});

test('a call of a Python worker costs one write, one read and four messages', { timeout: 60_000 }, async () => {
  const cloud = await start({});
  const client = sqsOf(cloud);
  const { QueueUrl } = await client.send(new CreateQueueCommand({ QueueName: 'theirs' }));
  const app = createApp('caller');
  const call = app.signature('their.death', { args: ['x'] });
  const answerAll = async (): Promise<void> => {
    for (let left = N; left > 0;) {
      const { Messages = [] } = await client.send(
        new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 1 }),
      );
      const calls = Messages.map(({ Body = '' }) => readCall(Body));
      const [{ link } = { link: { options: { queue: '' } } }] = calls;
      if (calls.length === 0) continue;
      await send(
        client,
        link.options.queue,
        calls.map((one) => answerText(one.link, 3, `answer-${one.id}`)),
      );
      const Entries = Messages.map(({ ReceiptHandle = '' }, index) => ({ Id: `${index}`, ReceiptHandle }));
      await client.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
      left -= calls.length;
    }
  };
  const bill = await cloud.billOf(async () => {
    // Answered as they come: a call is given up 3 s after Python was asked.
    const [sent] = await Promise.all([Promise.all(Array.from({ length: N }, () => call.delay())), answerAll()]);
    expect(await Promise.all(sent.map((one) => one.get({ timeout: 20 })))).toEqual(Array(N).fill(3));
  });
  client.destroy();
  expect(perTask(bill)).toMatchObject({ writes: 1, updates: 1, puts: 0, gets: 1 });
  // The call in Python's queue, and the message that waits. The caller has sent the call itself, and Python the answer.
  expect(bill.messages).toBe(4 * N);
  const estimated = estimate({ task: 'their.death' }, { external: ['their.death'] });
  expect(estimated).toMatchObject({ writes: 1, reads: 1, messages: 4, foreign: 1 });
});
