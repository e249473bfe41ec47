import { createServer as createHttpServer } from 'node:http';
import type { Server as HttpServer } from 'node:http';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { GetQueueUrlCommand, SQSClient } from '@aws-sdk/client-sqs';
import { expect, onTestFinished, test } from 'vitest';
import { connections } from '../../src/adapters/aws/connections.ts';
import { DynamoOutcomes } from '../../src/adapters/aws/outcomes.ts';
import { RealClock } from '../../src/adapters/system/clock.ts';
import { addressOf } from '../../src/core/protocol/address.ts';
import { clientOptions } from '../../src/local/endpoints.ts';
import type { Endpoints } from '../../src/local/endpoints.ts';
import { makeSqsClient } from '../../src/local/queue-client.ts';
import { writeEndpoints } from '../../src/runtime/endpoints.ts';
import { environmentRuntime } from '../../src/runtime/environment.ts';
import { inSandbox } from '../../src/runtime/sandbox-time.ts';
import { environmentSchedules } from '../../src/runtime/schedules.ts';
import { environmentJournal, environmentSurvey } from '../../src/runtime/survey.ts';

test('connections() ends a request that is not answered while the sandbox has time left, as ServiceUnavailable', async () => {
  const endpoint = await silentService();
  const endsAt = performance.now() + 2000;
  const client = new DynamoDBClient({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    requestHandler: connections(() => endsAt - performance.now()),
    maxAttempts: 2,
  });
  onTestFinished(() => client.destroy());
  const outcomes = new DynamoOutcomes({ client, table: 'table', clock: new RealClock(), nonces: { random: () => 0 } });

  await expect(outcomes.read({ address: addressOf('W') })).rejects.toMatchObject({
    code: 'CHORDAL_SERVICE_UNAVAILABLE',
    message: expect.stringContaining('TimeoutError') as string,
  });
});

test('every client of the environment ends a request that is not answered', async () => {
  const url = await silentService();
  const place = { region: 'us-east-1', accessKeyId: 'a', secretAccessKey: 'a' };
  const environment = {
    CHORDAL_ENDPOINTS: writeEndpoints({ sqs: url, s3: url, dynamodb: url, scheduler: url }, place),
    CHORDAL_TABLE: 't',
    CHORDAL_BUCKET: 'b',
    CHORDAL_QUEUE_PREFIX: 'p-',
    CHORDAL_SCHEDULER_ROLE: 'arn:aws:iam::000000000000:role/r',
    CHORDAL_CELERY_RESULTS: 'celery',
  };
  const { outcomes, payloads, records, broker, scheduler, celery } = environmentRuntime(environment).ports();
  const until = Date.now() + 1000;
  const requests = {
    outcomes: () => outcomes.read({ address: addressOf('W') }),
    'values in the bucket': () => payloads.getBlock({ key: 'bucket:W/b' }),
    records: () => records.gate(),
    broker: () => broker.send({ messages: [{ queue: 'q', body: '1', delaySeconds: 0 }] }),
    scheduler: () => scheduler?.schedule({ name: 's', at: until, queue: 'q', body: '1' }),
    celery: () => celery?.membersOf({ group: 'g' }),
    survey: () => environmentSurvey(environment).inFlight(),
    journal: () => environmentJournal(environment).find({ id: 'W', at: until, since: until, now: until }),
    schedules: () => environmentSchedules(environment).list(),
  };

  // This sandbox has hardly any time left, as far as the limits of requests go.
  const endings = await inSandbox(1000, () =>
    Promise.all(
      Object.entries(requests).map(async ([name, request]) => [
        name,
        await Promise.resolve(request()).then(
          () => 'answered',
          (error: unknown) => String(error),
        ),
      ]),
    ),
  );
  for (const [name, ending] of endings) expect([name, ending]).toEqual([name, expect.stringContaining('TimeoutError')]);
});

test('a client whose connections the service has forgotten while it was frozen uses new ones', async () => {
  const service = await forgetfulService();
  let frozenMs = 0;
  const client = new DynamoDBClient({
    endpoint: service.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    requestHandler: connections(
      () => Number.POSITIVE_INFINITY,
      () => Date.now() + frozenMs,
    ),
  });
  onTestFinished(() => client.destroy());
  const outcomes = new DynamoOutcomes({ client, table: 'table', clock: new RealClock(), nonces: { random: () => 0 } });
  const write = (): Promise<unknown> => outcomes.uncountStart({ address: addressOf('W'), token: 't' });
  await Promise.all(Array.from({ length: 10 }, write));
  expect(service.connections()).toBe(10);

  service.forget();
  frozenMs = 600_000;
  await write();
  expect(service.connections()).toBe(11);
});

test('a request that waits for a socket longer than a connection may take is made, and not refused', async () => {
  const server = createHttpServer((request, response) => {
    request.resume().on('end', () => setTimeout(() => response.end('{}'), 3200));
  });
  const client = new DynamoDBClient({
    endpoint: await urlOf(server),
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    requestHandler: connections(() => Number.POSITIVE_INFINITY),
    maxAttempts: 1,
  });
  onTestFinished(() => client.destroy());
  const outcomes = new DynamoOutcomes({ client, table: 'table', clock: new RealClock(), nonces: { random: () => 0 } });

  const write = (): Promise<unknown> => outcomes.uncountStart({ address: addressOf('W'), token: 't' });
  const all = await Promise.allSettled(Array.from({ length: 65 }, write));
  expect(all.filter(({ status }) => status === 'rejected')).toEqual([]);
});

test.each([
  ['of pollers', (endpoints: Endpoints) => makeSqsClient(endpoints)],
  ['of any other kind', ({ sqsS3, accessKey }: Endpoints) => new SQSClient(clientOptions(sqsS3, accessKey))],
])('a client %s of the embedded cloud waits longer than a receive does, and not for ever', async (_, make) => {
  const refused = 'http://127.0.0.1:1';
  const client = make({ sqsS3: refused, dynamodb: refused, accessKey: 'a' });
  onTestFinished(() => client.destroy());
  // The handler reads its options with its first request.
  await expect(client.send(new GetQueueUrlCommand({ QueueName: 'q' }))).rejects.toThrow();
  const { requestHandler } = client.config;
  expect(Reflect.apply(Object(requestHandler).httpHandlerConfigs, requestHandler, [])).toMatchObject({
    connectionTimeout: 3000,
    requestTimeout: 60_000,
    throwOnRequestTimeout: true,
  });
});

// --- internal ---

/** Answers each request with nothing in it, but resets a connection that it has forgotten when it is used. */
async function forgetfulService(): Promise<{
  readonly url: string;
  readonly connections: () => number;
  readonly forget: () => void;
}> {
  let connected = 0;
  let known = new Set<Socket>();
  const server = createHttpServer((request, response) => {
    if (!known.has(request.socket)) return request.socket.resetAndDestroy();
    // None of them is done before the others have a connection of their own.
    return request.resume().on('end', () => setTimeout(() => response.end('{}'), 100));
  });
  server.keepAliveTimeout = 0;
  server.on('connection', (socket) => {
    connected += 1;
    known.add(socket);
  });
  return {
    url: await urlOf(server),
    connections: () => connected,
    forget: () => {
      known = new Set();
    },
  };
}

async function urlOf(server: HttpServer): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  // A server that listens on a port has such an address.
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Takes connections and never says a word. */
async function silentService(): Promise<string> {
  const sockets = new Set<{ destroy(): void }>();
  const server = createServer((socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  // A server that listens on a port has such an address.
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
