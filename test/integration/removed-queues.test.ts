import { CreateScheduleCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import { GetQueueUrlCommand, PurgeQueueCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { describeProject } from '../../src/deploy/project.ts';
import type { Project } from '../../src/deploy/project.ts';
import { checkRemovedQueues, sayLostMessages } from '../../src/deploy/removed-queues.ts';
import { startCloud } from '../../src/local/cloud.ts';
import type { Cloud } from '../../src/local/cloud.ts';
import { clientOptions } from '../../src/local/endpoints.ts';
import { makeAccessKey } from '../../src/local/guard.ts';
import { startHttpEndpoint } from '../../src/local/http-endpoint.ts';
import type { HttpEndpoint } from '../../src/local/http-endpoint.ts';
import { answerScheduler, Schedules } from '../../src/local/scheduler-endpoint.ts';

const projectOf = (names: readonly string[], stage = 'dev', high: readonly string[] = []): Project => {
  const functions = names.map((name) => ({ name, file: `handlers/${name}.ts` }));
  return describeProject({ service: 'shop', stage, functions, high });
};

const accessKey = makeAccessKey();
const schedules = new Schedules({ send: async () => undefined, giveUp: async () => undefined });
let cloud: Cloud;
let scheduler: HttpEndpoint;
let said: string[] = [];

beforeAll(async () => {
  cloud = await startCloud({ project: projectOf(['math', 'text'], 'dev', ['math']), accessKey });
  await cloud.update(projectOf(['more'], 'dev-2'));
  const answer: Parameters<typeof startHttpEndpoint>[0]['answer'] = (request) => answerScheduler(schedules, request);
  scheduler = await startHttpEndpoint({ service: 'scheduler', accessKey, answer });
  vi.stubEnv('AWS_ENDPOINT_URL_SQS', cloud.endpoints.sqsS3);
  vi.stubEnv('AWS_ENDPOINT_URL_SCHEDULER', scheduler.url);
  vi.stubEnv('AWS_ACCESS_KEY_ID', accessKey);
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'local');
});

afterAll(async () => {
  vi.unstubAllEnvs();
  schedules.stop();
  await scheduler.stop();
  await cloud.stop();
});

/** Deploys with these handlers, as far as the check goes. */
function deploying(...names: string[]): Promise<void> {
  return deployed(projectOf(names));
}

async function deployed(project: Project): Promise<void> {
  said = [];
  await checkRemovedQueues({ project, region: 'us-east-1', say: (message) => said.push(message) });
}

async function inQueue(name: string, work: () => Promise<void>): Promise<void> {
  const sqs = new SQSClient(clientOptions(cloud.endpoints.sqsS3, accessKey));
  const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: name }));
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: '1', DelaySeconds: 900 }));
  await work();
  await sqs.send(new PurgeQueueCommand({ QueueUrl }));
  sqs.destroy();
}

async function heldFor(queue: string): Promise<void> {
  const client = new SchedulerClient(clientOptions(scheduler.url, accessKey));
  await client.send(
    new CreateScheduleCommand({
      Name: `later-${queue}`,
      ScheduleExpression: 'at(2099-01-01T00:00:00)',
      FlexibleTimeWindow: { Mode: 'OFF' },
      Target: { Arn: `arn:aws:sqs:us-east-1:000000000000:${queue}`, RoleArn: 'arn:aws:iam::0:role/r', Input: '1' },
    }),
  );
  client.destroy();
}

test('a handler without messages may be removed, and another stage is left alone', async () => {
  await expect(deploying('math')).resolves.toBeUndefined();
  expect(said).toEqual([]);
});

test('a handler is not removed while messages are in its queue', () =>
  inQueue('shop-dev-text', async () => {
    await expect(deploying('math')).rejects.toThrow(
      /^Cannot remove handlers whose queues are in use: text \(1 messages\)\. Their messages would be lost\. Deploy with the handlers, until .*removeInUse=true.* If you have renamed a file, keep the old one/,
    );
    await expect(deploying('math', 'text')).resolves.toBeUndefined();
  }));

test('a handler does not lose its queue for high priority while messages are in it', () =>
  inQueue('shop-dev-math-high', async () => {
    await expect(deploying('math', 'text')).rejects.toThrow(
      /^Cannot remove queues for high priority that are in use: math-high \(1 messages\)\. Their messages would be lost\. Deploy with a task with priority: 'high' in math, until .*removeInUse=true/,
    );
    // The handler goes as well.
    await expect(deploying('text')).rejects.toThrow(
      /^Cannot remove handlers whose queues are in use: math-high \(1 messages\)\. .* Deploy with the handlers, until/,
    );
    await expect(deployed(projectOf(['math', 'text'], 'dev', ['math']))).resolves.toBeUndefined();
  }));

test('the message names each queue, and both kinds', () =>
  inQueue('shop-dev-math-high', () =>
    inQueue('shop-dev-text', async () => {
      await expect(deploying('math')).rejects.toThrow(
        /^Cannot remove handlers whose queues are in use: (?=.*math-high \(1 messages\))(?=.*text \(1 messages\)).* Deploy with the handlers, and with a task with priority: 'high' in math, until/,
      );
    }),
  ));

test('a handler is not removed while a schedule holds a message for it', async () => {
  await heldFor('shop-dev-text');

  await expect(deploying('math')).rejects.toThrow('text (delayed messages)');
  await expect(deploying('text')).resolves.toBeUndefined();
});

test('a handler does not lose its queue for high priority while a schedule holds a message for it', async () => {
  await heldFor('shop-dev-math-high');

  await expect(deploying('math', 'text')).rejects.toThrow('math-high (delayed messages)');
  await expect(deployed(projectOf(['math', 'text'], 'dev', ['math']))).resolves.toBeUndefined();
});

test('a removal says which messages go with the stack, in its own queues, and for which they are held', () =>
  inQueue('shop-dev-math', async () => {
    const messages: string[] = [];
    const project = projectOf(['math', 'text'], 'dev', ['math']);
    await sayLostMessages({ project, region: 'us-east-1', say: (message) => messages.push(message) });
    expect(messages).toEqual([
      expect.stringMatching(
        /^Messages go with the stack: (?=.*math \(1 messages\))(?=.*text \(delayed messages\)).*never end\.$/,
      ),
    ]);
    await sayLostMessages({
      project: projectOf(['more'], 'dev-2'),
      region: 'us-east-1',
      say: (text) => messages.push(text),
    });
    expect(messages).toHaveLength(1);
  }));

test('a deployment goes on if AWS does not say, and the user is told which right it needs', async () => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'another');
  await expect(deploying('math')).resolves.toBeUndefined();
  expect(said).toEqual([
    expect.stringMatching(/^Cannot look for messages of removed handlers\. .*It needs sqs:ListQueues\.$/),
  ]);
});
