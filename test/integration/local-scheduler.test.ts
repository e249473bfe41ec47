import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  ConflictException,
  CreateScheduleCommand,
  ListSchedulesCommand,
  SchedulerClient,
} from '@aws-sdk/client-scheduler';
import { ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { deliveryOf } from '../../src/lambda/handler.ts';
import { clientOptions, queueUrl } from '../../src/local/endpoints.ts';
import { startHttpEndpoint } from '../../src/local/http-endpoint.ts';
import { scheduledSending } from '../../src/local/scheduled-sending.ts';
import { answerScheduler, Schedules } from '../../src/local/scheduler-endpoint.ts';
import type { SchedulesOptions } from '../../src/local/scheduler-endpoint.ts';
import { startQueues } from '../contract/support/emulators.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

interface Started {
  readonly schedules: Schedules;
  readonly client: SchedulerClient;
  readonly stop: () => Promise<void>;
}

/** A test names only the options that it looks at. */
type Options = Pick<SchedulesOptions, 'send'> & Partial<SchedulesOptions>;

async function start(options: Options): Promise<Started> {
  const schedules = new Schedules({ giveUp: async () => undefined, ...options });
  await schedules.load();
  const endpoint = await startHttpEndpoint({
    service: 'scheduler',
    accessKey: 'test',
    answer: (request) => answerScheduler(schedules, request),
  });
  const client = new SchedulerClient(clientOptions(endpoint.url, 'test'));
  const stop = async (): Promise<void> => {
    client.destroy();
    schedules.stop();
    await endpoint.stop();
  };
  onTestFinished(stop);
  return { schedules, client, stop };
}

function schedule(name: string, at: number): CreateScheduleCommand {
  return new CreateScheduleCommand({
    Name: name,
    ScheduleExpression: `at(${new Date(at).toISOString().slice(0, 19)})`,
    ScheduleExpressionTimezone: 'UTC',
    FlexibleTimeWindow: { Mode: 'OFF' },
    ActionAfterCompletion: 'DELETE',
    Target: {
      Arn: 'arn:aws:sqs:us-east-1:000000000000:shop-dev-math',
      RoleArn: 'arn:aws:iam::000000000000:role/r',
      Input: `body of ${name}`,
    },
  });
}

describe('answerScheduler()', () => {
  it('sends the message of a schedule to its queue when its time has come, once', async () => {
    const { promise, resolve } = Promise.withResolvers<readonly string[]>();
    const { schedules, client } = await start({ send: async (queue, body) => resolve([queue, body]) });
    await client.send(schedule('soon', Date.now() - 1000));
    expect(await promise).toEqual(['shop-dev-math', 'body of soon']);
    await expect.poll(() => schedules.size).toBe(0);
  });

  it('answers a second schedule of the same name with a conflict', async () => {
    const { schedules, client } = await start({ send: async () => undefined });
    await client.send(schedule('later', Date.now() + 3_600_000));
    await expect(client.send(schedule('later', Date.now() + 3_600_000))).rejects.toBeInstanceOf(ConflictException);
    expect(schedules.size).toBe(1);
  });

  it('sends again what could not be sent', async () => {
    const { promise, resolve } = Promise.withResolvers<string>();
    let tries = 0;
    const send = async (_: string, body: string): Promise<void> => {
      tries += 1;
      if (tries === 1) throw new Error('The queue is away');
      resolve(body);
    };
    const { client } = await start({ send });
    await client.send(schedule('again', Date.now() - 1000));
    expect(await promise).toBe('body of again');
  });

  it('gives up what cannot be sent for a day, with its dead-letter queue and the error', async () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const given: unknown[] = [];
    const at = Date.now() + 3_600_000;
    let tries = 0;
    const schedules = new Schedules({
      send: async () => {
        tries += 1;
        throw new Error('The queue is away');
      },
      giveUp: async (schedule, error) => void given.push([schedule, String(error), Date.now() - at]),
    });
    const held = { name: 'held', at, queue: 'shop-dev-math', body: 'b', deadLetters: 'shop-dev-dead' };
    await schedules.add(held);
    await vi.advanceTimersByTimeAsync(26 * 3_600_000);
    expect(given).toEqual([[held, 'Error: The queue is away', expect.closeTo(86_400_000, -6)]]);
    expect(tries).toBeGreaterThan(100);
    expect(tries).toBeLessThanOrEqual(186);
    expect(schedules.size).toBe(0);
  });

  it('puts what it gives up on the dead-letter queue as the request and its error, which a worker can read', async () => {
    const { sqs, prefix, createQueue, close } = await startQueues();
    onTestFinished(close);
    await createQueue('dead');
    const sqsS3 = String(
      await sqs.config.endpoint?.().then(({ protocol, hostname, port }) => `${protocol}//${hostname}:${port}`),
    );
    const endpoints = { sqsS3, dynamodb: '', accessKey: 'test' };
    const { send, giveUp } = scheduledSending(() => endpoints, `${prefix}dead`);
    const held = { queue: `${prefix}removed`, body: 'body of held' };
    const error: unknown = await send(held.queue, held.body).then(
      () => undefined,
      (refused: unknown) => refused,
    );
    await giveUp(held, error);
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl: queueUrl(endpoints, `${prefix}dead`), MessageAttributeNames: ['All'] }),
    );
    const [{ MessageId = '', ReceiptHandle = '', Body = '', MessageAttributes = {} } = {}] = Messages;
    const record = {
      messageId: MessageId,
      receiptHandle: ReceiptHandle,
      body: Body,
      attributes: { ApproximateReceiveCount: '1' },
      messageAttributes: Object.fromEntries(
        Object.entries(MessageAttributes).map(([name, { StringValue }]) => [name, { stringValue: StringValue }]),
      ),
      eventSourceARN: `arn:aws:sqs:us-east-1:000000000000:${prefix}dead`,
    };
    expect(JSON.parse(Body)).toEqual({ MessageBody: held.body, QueueUrl: queueUrl(endpoints, held.queue) });
    expect(deliveryOf(record, prefix)).toMatchObject({
      body: held.body,
      reason: expect.stringMatching(/^its schedule could not send it: \w*QueueDoesNotExist\w*: ./) as string,
    });
  });

  it('keeps schedules in its folder until they have been sent', async () => {
    const dir = join(await temporaryFolder(), 'schedules');
    const away = async (): Promise<never> => {
      throw new Error('The queue is away');
    };
    const first = await start({ send: away, dir });
    await first.client.send(schedule('kept', Date.now() - 1000));
    await first.stop();
    const [sending, sent] = [Promise.withResolvers<string>(), Promise.withResolvers<void>()];
    const second = await start({
      send: (_, body) => {
        sending.resolve(body);
        return sent.promise;
      },
      dir,
    });
    expect(await sending.promise).toBe('body of kept');
    expect(second.schedules.size).toBe(1);
    expect(await readdir(dir)).toHaveLength(1);
    sent.resolve();
    await expect.poll(() => readdir(dir)).toEqual([]);
  });

  it('takes a schedule again that it could not keep', async () => {
    const dir = join(await temporaryFolder(), 'schedules');
    const { schedules } = await start({ send: async () => undefined, dir });
    const later = { name: 'later', at: Date.now() + 3_600_000, queue: 'q', body: 'b' };
    await rm(dir, { recursive: true });
    await expect(schedules.add(later)).rejects.toThrow('ENOENT');
    await mkdir(dir);
    expect(await schedules.add(later)).toBe(true);
  });

  it('lists the schedules that wait, with their queues', async () => {
    const { client } = await start({ send: async () => undefined });
    await client.send(schedule('later', Date.now() + 3_600_000));
    const { Schedules } = await client.send(new ListSchedulesCommand({ GroupName: 'default' }));
    expect(Schedules).toMatchObject([
      { Name: 'later', Target: { Arn: 'arn:aws:sqs:us-east-1:000000000000:shop-dev-math' } },
    ]);
  });

  it('refuses a request that it cannot perform', async () => {
    const { client } = await start({ send: async () => undefined });
    const daily = new CreateScheduleCommand({ ...schedule('daily', 0).input, ScheduleExpression: 'rate(1 day)' });
    await expect(client.send(daily)).rejects.toThrow('Cannot read the schedule');
  });
});
