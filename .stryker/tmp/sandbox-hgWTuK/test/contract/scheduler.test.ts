import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SchedulerClient } from '@aws-sdk/client-scheduler';
import { afterEach, describe, expect, it } from 'vitest';
import { scheduleRequest } from '../../src/adapters/aws/scheduler-requests.ts';
import { EventBridgeScheduler } from '../../src/adapters/aws/scheduler.ts';

const target = {
  groupName: 'proj-dev',
  roleArn: 'arn:aws:iam::1:role/r',
  queueArn: (queue: string): string => `arn:aws:sqs:us-east-1:1:proj-dev-${queue}`,
  deadLetterArn: 'arn:aws:sqs:us-east-1:1:proj-dev-dead',
};
const params = { name: 'digest', at: Date.UTC(2030, 0, 2, 3, 4, 5, 678), queue: 'math', body: '{"v":1}' };

describe('EventBridgeScheduler', () => {
  const closing: (() => void)[] = [];
  afterEach(() => closing.splice(0).forEach((close) => close()));

  /** A scheduler whose service always answers with one status and one error. */
  async function schedulerThatAnswers(status: number, error: string): Promise<EventBridgeScheduler> {
    const server = createServer((request, response) => {
      request.resume().once('end', () => {
        response.writeHead(status, { 'content-type': 'application/json', 'x-amzn-errortype': error });
        response.end(status === 200 ? '{"ScheduleArn":"arn"}' : '{"Message":"so it is"}');
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    // A server that listens on a port has such an address.
    const { port } = server.address() as AddressInfo;
    const client = new SchedulerClient({
      endpoint: `http://127.0.0.1:${port}`,
      region: 'us-east-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      maxAttempts: 1,
    });
    closing.push(() => {
      client.destroy();
      server.close();
    });
    return new EventBridgeScheduler({ ...target, client: async () => client });
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

  it.each([
    [200, ''],
    [409, 'ConflictException'],
  ])('schedule() is done when the service answers %i', async (status, error) => {
    const scheduler = await schedulerThatAnswers(status, error);
    await expect(scheduler.schedule(params)).resolves.toBeUndefined();
  });

  it.each([
    [404, 'ResourceNotFoundException', 'CHORDAL_CONFIGURATION'],
    [429, 'ThrottlingException', 'CHORDAL_SERVICE_UNAVAILABLE'],
    [500, 'InternalServerException', 'CHORDAL_SERVICE_UNAVAILABLE'],
  ])('schedule() throws our error when the service answers %i', async (status, error, code) => {
    const scheduler = await schedulerThatAnswers(status, error);
    await expect(scheduler.schedule(params)).rejects.toMatchObject({ code });
  });
});
