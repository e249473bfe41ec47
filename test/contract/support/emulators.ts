import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { CreateTableCommand, DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import dynalite from 'dynalite';
import { buildApp } from 'fauxqs';
import { sayWhatStands } from '../../../src/local/dynalite-refusals.ts';

/** Something that runs until it is closed. */
export interface Closable {
  readonly close: () => Promise<void>;
}

/** A table of its own in DynamoDB. */
export interface TestTable extends Closable {
  readonly endpoint: string;
  readonly client: DynamoDBClient;
  readonly table: string;
}

/** Queues and a bucket of their own. */
export interface TestQueues extends Closable {
  readonly sqs: SQSClient;
  /** Begins the name of every queue. */
  readonly prefix: string;
  /** Creates a queue, whose dead letters go to another queue if it is named. */
  readonly createQueue: (name: string, deadLetters?: string) => Promise<void>;
}

export interface TestBucket extends Closable {
  readonly s3: S3Client;
  readonly bucket: string;
}

/**
 * A new table, in dynalite, or at `CHORDAL_TEST_DYNAMODB` if that is set: the address of another emulator, such as
 * DynamoDB Local or MiniStack.
 */
export async function startTable(endpoint = process.env['CHORDAL_TEST_DYNAMODB']): Promise<TestTable> {
  const server = endpoint === undefined ? await startDynalite() : { endpoint, close: async () => undefined };
  const client = new DynamoDBClient(optionsFor(server.endpoint));
  const table = uniqueName();
  const keys = ['pk', 'sk'] as const;
  await client.send(
    new CreateTableCommand({
      TableName: table,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: keys.map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
      KeySchema: keys.map((AttributeName) => ({ AttributeName, KeyType: AttributeName === 'pk' ? 'HASH' : 'RANGE' })),
    }),
  );
  await untilActive(client, table);
  return { endpoint: server.endpoint, client, table, close: () => closeBoth(client, server) };
}

/** SQS: fauxqs, or what answers at `CHORDAL_TEST_SQS`, such as ElasticMQ or MiniStack. */
export async function startQueues(endpoint = process.env['CHORDAL_TEST_SQS']): Promise<TestQueues> {
  const server = endpoint === undefined ? await startFauxqs() : { endpoint, close: async () => undefined };
  const sqs = new SQSClient(optionsFor(server.endpoint));
  const prefix = `${uniqueName()}-`;
  const createQueue = async (name: string, deadLetters?: string): Promise<void> => {
    const deadLetterTargetArn = `arn:aws:sqs:us-east-1:000000000000:${prefix}${deadLetters}`;
    const Attributes = { RedrivePolicy: JSON.stringify({ deadLetterTargetArn, maxReceiveCount: '50' }) };
    await sqs.send(
      new CreateQueueCommand({ QueueName: `${prefix}${name}`, ...(deadLetters !== undefined && { Attributes }) }),
    );
  };
  return { sqs, prefix, createQueue, close: () => closeBoth(sqs, server) };
}

/** A bucket in S3: fauxqs, or what answers at `CHORDAL_TEST_S3`, such as MiniStack. */
export async function startBucket(endpoint = process.env['CHORDAL_TEST_S3']): Promise<TestBucket> {
  const server = endpoint === undefined ? await startFauxqs() : { endpoint, close: async () => undefined };
  const s3 = new S3Client({ ...optionsFor(server.endpoint), forcePathStyle: true });
  const bucket = uniqueName();
  await s3.send(new CreateBucketCommand({ Bucket: bucket }));
  return { s3, bucket, close: () => closeBoth(s3, server) };
}

/** The options of a client of an emulator. */
export function optionsFor(endpoint: string): {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
} {
  return { endpoint, region: 'us-east-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } };
}

// --- internal ---

interface Server extends Closable {
  readonly endpoint: string;
}

// Once in the process of a test file, as the embedded cloud has it.
sayWhatStands();

async function startDynalite(): Promise<Server> {
  const server = dynalite({ createTableMs: 0 });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // A server that listens on a port has such an address.
  const { port } = server.address() as AddressInfo;
  const close = async (): Promise<void> => {
    await new Promise((resolve) => server.close(resolve));
  };
  return { endpoint: `http://127.0.0.1:${port}`, close };
}

async function startFauxqs(): Promise<Server> {
  const app = buildApp({ logger: false, host: '127.0.0.1' });
  const endpoint = await app.listen({ port: 0, host: '127.0.0.1' });
  const close = async (): Promise<void> => {
    app.server.closeAllConnections();
    await app.close();
  };
  return { endpoint, close };
}

async function untilActive(client: DynamoDBClient, table: string): Promise<void> {
  for (;;) {
    const { Table } = await client.send(new DescribeTableCommand({ TableName: table }));
    if (Table?.TableStatus === 'ACTIVE') return;
  }
}

async function closeBoth(client: { destroy(): void }, server: Closable): Promise<void> {
  client.destroy();
  await server.close();
}

function uniqueName(): string {
  return `test-${randomUUID().slice(0, 13)}`;
}
