import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import type { InvokeCommandInput, InvokeCommandOutput } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startCloud } from '../../src/local/cloud.ts';
import type { Cloud } from '../../src/local/cloud.ts';
import { clientOptions } from '../../src/local/endpoints.ts';
import { startHost } from '../../src/local/host.ts';
import type { Host } from '../../src/local/host.ts';
import { startHttpEndpoint } from '../../src/local/http-endpoint.ts';
import type { HttpEndpoint, Reply, Request } from '../../src/local/http-endpoint.ts';
import { answerLambda } from '../../src/local/lambda-endpoint.ts';
import { startLocal } from '../../src/local/local-cloud.ts';
import type { Outcome } from '../../src/local/sandbox.ts';
import { Happenings, projectOf } from './local-support.ts';

const probe = `
  export const handler = async (event, context) => {
    console.log(JSON.stringify(event));
    if (event.act === 'throw') throw new RangeError('too far');
    if (event.act === 'exit') process.exit(3);
    if (event.act === 'hang') await new Promise(() => setInterval(() => {}, 1000));
    if (event.act === 'large') return 'x'.repeat(6 * 1024 * 1024);
    if (event.act === 'nothing') return undefined;
    return { event, name: context.functionName, lambda: process.env.AWS_ENDPOINT_URL_LAMBDA };
  };
`;

const happenings = new Happenings();
let dir: string;
let cloud: Cloud;
let host: Host;
let endpoint: HttpEndpoint;
let client: LambdaClient;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'chordal-test-'));
  await writeFile(join(dir, 'probe.mjs'), probe);
  const project = projectOf('probe');
  cloud = await startCloud({ project });
  const invoke = (name: string, event: unknown): Promise<Outcome> | undefined => host.invoke(name, event);
  const has = (name: string): boolean => host.has(name);
  const answer = (request: Request): Promise<Reply> => answerLambda({ invoke, has, retryAfterMs: 10 }, request);
  endpoint = await startHttpEndpoint({ service: 'lambda', accessKey: 'test', answer });
  const bundles = { probe: join(dir, 'probe.mjs') };
  host = startHost({
    project,
    cloud,
    bundles,
    services: { AWS_ENDPOINT_URL_LAMBDA: endpoint.url },
    onEvent: happenings.add,
  });
  client = clientOf(endpoint.url, 'test');
});

afterAll(async () => {
  client.destroy();
  await endpoint.stop();
  await host.stop();
  await cloud.stop();
  await rm(dir, { recursive: true });
});

test('Invoke calls a function by its name, a version or its ARN, and answers with what it returned', async () => {
  const arn = 'arn:aws:lambda:us-east-1:000000000000:function:test-local-probe';
  for (const FunctionName of ['test-local-probe', 'test-local-probe:$LATEST', arn]) {
    const answer = await invoke({ a: 1 }, { FunctionName });
    expect(answer).toMatchObject({ StatusCode: 200, ExecutedVersion: '$LATEST' });
    expect(answer.FunctionError).toBeUndefined();
    expect(payloadOf(answer)).toEqual({ event: { a: 1 }, name: 'test-local-probe', lambda: endpoint.url });
  }
  expect(payloadOf(await invoke({ act: 'nothing' }))).toBeNull();
  expect(payloadOf(await invoke(undefined))).toMatchObject({ event: {} });
});

test.each([
  ['throw', { errorType: 'RangeError', errorMessage: 'too far', trace: expect.any(Array) }],
  ['exit', { errorType: 'Runtime.ExitError', errorMessage: 'its sandbox exited with code 3' }],
  ['hang', { errorType: 'Sandbox.Timedout', errorMessage: 'it timed out after 2 s' }],
  ['large', { errorType: 'Function.ResponseSizeTooLarge', errorMessage: expect.any(String) }],
])('Invoke tells that a function has failed: %s', async (act, payload) => {
  const answer = await invoke({ act });
  expect(answer).toMatchObject({ StatusCode: 200, FunctionError: 'Unhandled' });
  expect(payloadOf(answer)).toEqual(payload);
});

test('Invoke answers an asynchronous call at once, and tries it three times', async () => {
  const answer = await invoke({ act: 'throw', id: 'async' }, { InvocationType: 'Event' });
  expect(answer.StatusCode).toBe(202);
  const tries = (): number => happenings.printed('test-local-probe').filter((event) => isAsync(event)).length;
  await happenings.until(() => tries() === 3);
});

test('Invoke refuses what Lambda refuses', async () => {
  expect((await invoke({}, { InvocationType: 'DryRun' })).StatusCode).toBe(204);
  for (const InvocationType of ['RequestResponse', 'Event', 'DryRun'] as const)
    await expect(invoke({}, { FunctionName: 'nobody', InvocationType })).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
  await expect(invoke({}, { Payload: '{' })).rejects.toMatchObject({ name: 'InvalidRequestContentException' });
  await expect(invoke({}, { Payload: `"${'x'.repeat(6 * 1024 * 1024)}"` })).rejects.toMatchObject({
    name: 'RequestTooLargeException',
  });
});

test('more calls than a function has sandboxes wait for their turn', async () => {
  const answers = await Promise.all(Array.from({ length: 40 }, (_, id) => invoke({ id })));
  expect(answers.map((answer) => payloadOf(answer))).toEqual(
    Array.from({ length: 40 }, (_, id) => expect.objectContaining({ event: { id } })),
  );
});

test('submit and result are called with the AWS SDK in the embedded cloud', async () => {
  const local = await startLocal({ handlersDir: 'handlers', service: 'chordal', stage: 'dev', onEvent: () => {} });
  try {
    const lambda = clientOf(local.env['AWS_ENDPOINT_URL_LAMBDA'] ?? '', local.env['AWS_ACCESS_KEY_ID'] ?? '');
    const canvas = { task: 'celery.chain', kwargs: { tasks: [call('add', [1, 2]), call('mul', [5])] } };
    const submitted = payloadOf(await invokeWith(lambda, 'chordal-dev-submit', { canvas }));
    const { taskId } = submitted as { taskId: string };

    expect(payloadOf(await invokeWith(lambda, 'chordal-dev-result', { taskId, wait: 15 }))).toEqual({
      taskId,
      state: 'SUCCESS',
      value: 15,
    });
    expect(payloadOf(await invokeWith(lambda, 'chordal-dev-submit', { canvas: call('nobody') }))).toMatchObject({
      error: { errorType: 'NotRegistered' },
    });
    lambda.destroy();
  } finally {
    await local.stop();
  }
});

test('a port that is taken is named', async () => {
  const port = Number(new URL(endpoint.url).port);
  const starting = startHttpEndpoint({
    service: 'lambda',
    accessKey: 'test',
    port,
    answer: async () => ({ status: 204 }),
  });
  await expect(starting).rejects.toThrow(`Cannot start the embedded lambda: port ${port} is in use`);
});

// --- internal ---

function clientOf(url: string, accessKey: string): LambdaClient {
  return new LambdaClient(clientOptions(url, accessKey));
}

function invoke(event: unknown, more: Partial<InvokeCommandInput> = {}): Promise<InvokeCommandOutput> {
  return client.send(
    new InvokeCommand({
      FunctionName: 'test-local-probe',
      ...(event !== undefined && { Payload: JSON.stringify(event) }),
      ...more,
    }),
  );
}

function invokeWith(lambda: LambdaClient, FunctionName: string, event: unknown): Promise<InvokeCommandOutput> {
  return lambda.send(new InvokeCommand({ FunctionName, Payload: JSON.stringify(event) }));
}

function payloadOf({ Payload }: InvokeCommandOutput): unknown {
  return JSON.parse(Payload?.transformToString() ?? '');
}

function isAsync(event: unknown): boolean {
  return typeof event === 'object' && event !== null && 'id' in event && event.id === 'async';
}

function call(task: string, args: readonly unknown[] = []): object {
  return { task, args, kwargs: {}, options: {}, subtask_type: null, immutable: false };
}
