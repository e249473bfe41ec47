import { spawn } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import {
  ChangeMessageVisibilityCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ReceiveMessageCommand,
  SQSClient,
  SendMessageCommand,
} from '@aws-sdk/client-sqs';
import { expect, onTestFinished, test } from 'vitest';
import { startCloud } from '../../src/local/cloud.ts';
import type { Cloud, CloudOptions } from '../../src/local/cloud.ts';
import { clientOptions } from '../../src/local/endpoints.ts';
import type { Endpoints } from '../../src/local/endpoints.ts';
import { startLocal } from '../../src/local/local-cloud.ts';
import { temporaryFolder, writeFiles } from '../support/temporary-folder.ts';
import { Happenings, openQueue, projectOf } from './local-support.ts';

const project = projectOf('math');

test('startCloud() makes the table, the bucket and the queues of a project', async () => {
  const { endpoints } = await start();
  const { sqs } = clients(endpoints);

  await storeEverywhere(endpoints, 'a');
  expect(await readEverywhere(endpoints)).toEqual({ item: 'a', object: 'a', message: 'a' });
  const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: 'test-local-math' }));
  expect(QueueUrl).toBe(`${endpoints.sqsS3}/000000000000/test-local-math`);
  const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }));
  expect(Attributes).toMatchObject({
    VisibilityTimeout: '12',
    MessageRetentionPeriod: '864000',
    RedrivePolicy: '{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:000000000000:test-local-dead","maxReceiveCount":2}',
  });
});

test('startCloud() listens on the loopback interface alone', async () => {
  const { endpoints } = await start();
  for (const endpoint of [endpoints.sqsS3, endpoints.dynamodb]) {
    const { port, hostname } = new URL(endpoint);
    expect(hostname).toBe('127.0.0.1');
    await expect(canConnect('127.0.0.1', Number(port))).resolves.toBe(true);
    await expect(canConnect('127.0.0.2', Number(port))).resolves.toBe(false);
  }
});

test('startCloud() takes objects of more than 11 MiB', async () => {
  const { endpoints } = await start();
  const { s3 } = clients(endpoints);
  const large = { Bucket: project.bucket.name, Key: 'large' };
  await s3.send(new PutObjectCommand({ ...large, Body: 'x'.repeat(15_000_000) }));
  const { ContentLength } = await s3.send(new GetObjectCommand(large));
  expect(ContentLength).toBe(15_000_000);
});

test('startCloud() says that a port is in use', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0;

  for (const ports of [{ sqsS3: port }, { dynamodb: port }]) {
    await expect(startCloud({ project, ports })).rejects.toMatchObject({
      code: 'CHORDAL_CONFIGURATION',
      message: expect.stringContaining(`port ${port} is in use`),
    });
  }
});

test('the cloud survives callers that hang up before their answer', async () => {
  const { endpoints } = await start();
  const { port } = new URL(endpoints.dynamodb);
  const head = 'POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-amz-json-1.0\r\nContent-Length: 100\r\n\r\n';
  const socket = connect(Number(port), '127.0.0.1');
  await new Promise<void>((resolve) => socket.write(`${head}{"half`, () => resolve()));
  socket.resetAndDestroy();

  await storeEverywhere(endpoints, 'a');
  expect(await readEverywhere(endpoints)).toMatchObject({ item: 'a' });
});

test('a message that its receiver makes visible at once keeps its receive count, in memory and on disk', async () => {
  for (const dataDir of [undefined, await temporaryFolder()]) {
    const { endpoints } = await start({ ...(dataDir !== undefined && { dataDir }) });
    const { sqs } = clients(endpoints);
    const QueueUrl = `${endpoints.sqsS3}/000000000000/test-local-math`;
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'a' }));
    const receive = new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 5, MessageSystemAttributeNames: ['All'] });
    const { Messages: [first] = [] } = await sqs.send(receive);
    await sqs.send(
      new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle: first?.ReceiptHandle, VisibilityTimeout: 0 }),
    );

    const { Messages: [second] = [] } = await sqs.send(receive);
    expect(second?.Attributes).toMatchObject({ ApproximateReceiveCount: '2' });
  }
});

test('returnMessages() leaves alone what the handler has put off itself', async () => {
  const cloud = await start();
  const { sqs } = clients(cloud.endpoints);
  const QueueUrl = `${cloud.endpoints.sqsS3}/000000000000/test-local-math`;
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'put off' }));
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'failed' }));
  const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
  const receipts = Messages.map(({ ReceiptHandle = '' }) => ReceiptHandle);
  await sqs.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle: receipts[0], VisibilityTimeout: 100 }));

  cloud.returnMessages('test-local-math', receipts, 10);
  const { Messages: again = [] } = await sqs.send(
    new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 5 }),
  );
  expect(again.map(({ Body }) => Body)).toEqual(['failed']);
});

test('messages and values that the cloud has accepted survive the death of its process, and messages in flight are visible again', async () => {
  const dataDir = await temporaryFolder();
  const child = await startChild(`
    import { startCloud } from '${source('cloud.ts')}';
    const { endpoints } = await startCloud({ project: ${JSON.stringify(project)}, dataDir: ${JSON.stringify(dataDir)} });
    console.log(JSON.stringify(endpoints));
  `);
  const endpoints = JSON.parse(await child.line) as Endpoints;
  await storeEverywhere(endpoints, 'a');
  expect(await readEverywhere(endpoints)).toEqual({ item: 'a', object: 'a', message: 'a' });
  await expect(startCloud({ project, dataDir })).rejects.toThrow(`the data folder ${dataDir}: another process uses it`);
  child.kill('SIGKILL');
  await child.exited;

  const restarted = await start({ dataDir });
  expect(await readEverywhere(restarted.endpoints)).toEqual({ item: 'a', object: 'a', message: 'a' });
});

test('startLocal() runs the handlers of a folder, and again when they have changed', async () => {
  const dir = await temporaryFolder({ 'math.ts': printing('one') });
  const happenings = new Happenings();
  const local = await startLocal({
    handlersDir: dir,
    service: 'test',
    stage: 'local',
    environment: { GREETING: 'hello' },
    watch: true,
    onEvent: happenings.add,
  });
  onTestFinished(() => local.stop());
  const send = async (handler: string): Promise<void> =>
    (await openQueue(local, `${local.env['CHORDAL_QUEUE_PREFIX']}${handler}`)).send([{}]);

  expect(local.routes).toEqual({ one: 'math' });
  await send('math');
  await happenings.until(() => happenings.printed('test-local-math').length === 1);
  await writeFiles(dir, { 'math.ts': printing('two') });
  await happenings.until(() => 'two' in local.routes);
  await send('math');
  await happenings.until(() => happenings.printed('test-local-math').length === 2);
  await writeFiles(dir, { 'log.ts': printing('three') });
  await happenings.until(() => 'three' in local.routes);
  await send('log');
  await happenings.until(() => happenings.printed('test-local-log').length === 1);

  expect(happenings.printed('test-local-math')).toEqual(['one hello', 'two hello']);
});

test.each([false, true])(
  'startLocal({ watch: %s }) judges time limits by the timeout of all functions, as a deployment does',
  async (watch) => {
    const text = 'export const handler = Object.assign(async () => {}, { tasks: ["one"], timeLimits: { one: 40 } });';
    const handlersDir = await temporaryFolder({ 'math.ts': text });
    const options = { handlersDir, service: 'test', stage: 'local', watch, onEvent: () => {} };
    await expect(startLocal({ ...options, standard: { timeoutSeconds: 30 } })).rejects.toThrow(
      'its timeLimit is 40 s, and its function ends after 30 s',
    );

    await writeFiles(handlersDir, { 'math.ts': text.replace('40', '120') });
    const local = await startLocal({ ...options, standard: { timeoutSeconds: 300 } });
    onTestFinished(() => local.stop());
    await local.reload();
    expect(local.routes).toEqual({ one: 'math' });
  },
);

test('stop() lets what runs end, and leaves no thread, no port and no file', async () => {
  const dir = await temporaryFolder({ 'handlers/math.ts': printing('one'), 'tmp/.keep': '' });
  const child = await startChild(
    `
    import { startLocal } from '${source('local-cloud.ts')}';
    const local = await startLocal({ handlersDir: 'handlers', service: 'test', stage: 'local', watch: true, onEvent: () => {} });
    process.once('SIGTERM', () => void local.stop());
    console.log(JSON.stringify(local.env));
  `,
    { cwd: dir, TMPDIR: `${dir}/tmp` },
  );
  const env = JSON.parse(await child.line) as Record<string, string>;
  expect(await readdir(`${dir}/tmp`)).toHaveLength(2);
  child.kill('SIGTERM');

  // It ends by itself only when nothing is left that would keep it.
  expect(await child.exited).toBe(0);
  expect(await readdir(`${dir}/tmp`)).toEqual(['.keep']);
  await expect(canConnect('127.0.0.1', Number(new URL(env['AWS_ENDPOINT_URL_SQS'] ?? '').port))).resolves.toBe(false);
});

// --- internal ---

async function start(options: Partial<CloudOptions> = {}): Promise<Cloud> {
  const cloud = await startCloud({ project, ...options });
  onTestFinished(() => cloud.stop());
  return cloud;
}

function clients({ sqsS3, dynamodb, accessKey }: Endpoints): {
  sqs: SQSClient;
  s3: S3Client;
  dynamodb: DynamoDBClient;
} {
  return {
    sqs: new SQSClient(clientOptions(sqsS3, accessKey)),
    s3: new S3Client(clientOptions(sqsS3, accessKey)),
    dynamodb: new DynamoDBClient(clientOptions(dynamodb, accessKey)),
  };
}

async function storeEverywhere(endpoints: Endpoints, value: string): Promise<void> {
  const { sqs, s3, dynamodb } = clients(endpoints);
  const QueueUrl = `${endpoints.sqsS3}/000000000000/test-local-math`;
  const Item = { pk: { S: 'p' }, sk: { S: 's' }, value: { S: value } };
  await dynamodb.send(new PutItemCommand({ TableName: project.table.name, Item }));
  await s3.send(new PutObjectCommand({ Bucket: project.bucket.name, Key: 'k', Body: value }));
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: value }));
}

async function readEverywhere(endpoints: Endpoints): Promise<{ item: unknown; object: unknown; message: unknown }> {
  const { sqs, s3, dynamodb } = clients(endpoints);
  const QueueUrl = `${endpoints.sqsS3}/000000000000/test-local-math`;
  const Key = { pk: { S: 'p' }, sk: { S: 's' } };
  const { Item } = await dynamodb.send(new GetItemCommand({ TableName: project.table.name, Key }));
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: project.bucket.name, Key: 'k' }));
  const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 5 }));
  return { item: Item?.['value']?.S, object: await Body?.transformToString(), message: Messages[0]?.Body };
}

async function canConnect(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, host);
    const answer = (isConnected: boolean): void => {
      socket.destroy();
      resolve(isConnected);
    };
    socket.once('connect', () => answer(true)).once('error', () => answer(false));
  });
}

function printing(task: string): string {
  return `
    const say: (text: string) => void = (text) => console.log(JSON.stringify(text));
    export const handler = Object.assign(async () => say('${task} ' + process.env.GREETING), { tasks: ['${task}'] });
  `;
}

function source(file: string): string {
  return new URL(`../../src/local/${file}`, import.meta.url).href;
}

interface Child {
  /** The first line that it prints. */
  readonly line: Promise<string>;
  readonly exited: Promise<number | null>;
  kill(signal: NodeJS.Signals): void;
}

async function startChild(code: string, { cwd, ...env }: { cwd?: string; TMPDIR?: string } = {}): Promise<Child> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...env },
    ...(cwd !== undefined && { cwd }),
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  return {
    line: new Promise((resolve) => child.stdout.once('data', (data: Buffer) => resolve(data.toString()))),
    exited: new Promise((resolve) => child.once('exit', resolve)),
    kill: (signal) => void child.kill(signal),
  };
}
