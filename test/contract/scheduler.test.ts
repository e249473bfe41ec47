import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { SchedulerClient } from '@aws-sdk/client-scheduler';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { scheduleRequest } from '../../src/adapters/aws/scheduler-requests.ts';
import { EventBridgeScheduler } from '../../src/adapters/aws/scheduler.ts';
import { environmentRuntime } from '../../src/runtime/environment.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const target = {
  groupName: 'proj-dev',
  roleArn: 'arn:aws:iam::1:role/r',
  queueArn: (queue: string): string => `arn:aws:sqs:us-east-1:1:proj-dev-${queue}`,
  deadLetterArn: 'arn:aws:sqs:us-east-1:1:proj-dev-dead',
};
const params = { name: 'digest', at: Date.UTC(2030, 0, 2, 3, 4, 5, 678), queue: 'math', body: '{"v":1}' };

describe('EventBridgeScheduler', () => {
  const closing: (() => void)[] = [];
  afterEach(() => {
    vi.unstubAllEnvs();
    closing.splice(0).forEach((close) => close());
  });

  /** A service that always answers with one status and one error, and notes the bodies of requests. */
  async function serviceThatAnswers(status: number, error: string, bodies: string[] = []): Promise<string> {
    const server = createServer((request, response) => {
      void text(request).then((body) => {
        bodies.push(body);
        response.writeHead(status, { 'content-type': 'application/json', 'x-amzn-errortype': error });
        response.end(status === 200 ? '{"ScheduleArn":"arn"}' : '{"Message":"so it is"}');
      });
    });
    closing.push(() => server.close());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    // A server that listens on a port has such an address.
    const { port } = server.address() as AddressInfo;
    return `http://127.0.0.1:${port}`;
  }

  /** A scheduler of such a service. */
  async function schedulerThatAnswers(status: number, error: string): Promise<EventBridgeScheduler> {
    const client = new SchedulerClient({
      endpoint: await serviceThatAnswers(status, error),
      region: 'us-east-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      maxAttempts: 1,
    });
    closing.push(() => client.destroy());
    return new EventBridgeScheduler({ ...target, deadLetterQueue: 'dead', client: async () => client });
  }

  it('scheduleRequest() makes a schedule that sends once and deletes itself', () => {
    expect(scheduleRequest(target, params)).toEqual({
      Name: 'digest',
      GroupName: 'proj-dev',
      ScheduleExpression: 'at(2030-01-02T03:04:05)',
      ScheduleExpressionTimezone: 'UTC',
      FlexibleTimeWindow: { Mode: 'OFF' },
      ActionAfterCompletion: 'DELETE',
      Target: {
        Arn: 'arn:aws:sqs:us-east-1:1:proj-dev-math',
        RoleArn: 'arn:aws:iam::1:role/r',
        Input: '{"v":1}',
        DeadLetterConfig: { Arn: 'arn:aws:sqs:us-east-1:1:proj-dev-dead' },
      },
    });
  });

  it('schedule() sends to the queues of the region that the profile of the SDK names', async () => {
    const folder = await temporaryFolder({
      config: '[profile work]\nregion = eu-central-1\naws_access_key_id = a\naws_secret_access_key = a\n',
    });
    const unset = ['AWS_REGION', 'AWS_DEFAULT_REGION', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'];
    for (const name of unset) vi.stubEnv(name, undefined);
    vi.stubEnv('AWS_CONFIG_FILE', join(folder, 'config'));
    vi.stubEnv('AWS_PROFILE', 'work');
    const bodies: string[] = [];
    const url = await serviceThatAnswers(200, '', bodies);
    const own = { CHORDAL_TABLE: 't', CHORDAL_BUCKET: 'b', CHORDAL_QUEUE_PREFIX: 'proj-dev-' };
    const runtime = environmentRuntime({ ...own, CHORDAL_SCHEDULER_ROLE: 'arn:aws:iam::1:role/r' });
    vi.stubEnv('AWS_ENDPOINT_URL_SCHEDULER', url);
    await runtime.ports().scheduler?.schedule(params);
    expect(JSON.parse(bodies[0] ?? '')).toMatchObject({
      Target: {
        Arn: 'arn:aws:sqs:eu-central-1:1:proj-dev-math',
        DeadLetterConfig: { Arn: 'arn:aws:sqs:eu-central-1:1:proj-dev-dead' },
      },
    });
  });

  it.each([
    [200, '', true],
    [409, 'ConflictException', true],
    [402, 'ServiceQuotaExceededException', false],
    [429, 'ThrottlingException', false],
  ])('schedule() says whether it is scheduled when the service answers %i', async (status, error, isScheduled) => {
    const scheduler = await schedulerThatAnswers(status, error);
    await expect(scheduler.schedule(params)).resolves.toBe(isScheduled);
  });

  it.each([
    [404, 'ResourceNotFoundException', 'CHORDAL_CONFIGURATION'],
    [500, 'InternalServerException', 'CHORDAL_SERVICE_UNAVAILABLE'],
  ])('schedule() throws our error when the service answers %i', async (status, error, code) => {
    const scheduler = await schedulerThatAnswers(status, error);
    await expect(scheduler.schedule(params)).rejects.toMatchObject({ code });
  });
});
