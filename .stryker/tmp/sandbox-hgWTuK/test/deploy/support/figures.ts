import { GetQueueAttributesCommand, GetQueueUrlCommand, SQSClient, SendMessageBatchCommand } from '@aws-sdk/client-sqs';
import { chord, group, range } from 'chordal';
import { add, tsum } from '../../../handlers/tasks/math.ts';

/** A function that does nothing, on a queue of its own: what the emulator alone takes. */
export const bareHandler = {
  'handlers/bare.js': `export const handler = Object.assign(async () => ({ batchItemFailures: [] }), { tasks: ['bare'] });\n`,
};

/** Seconds from the call to the last value: 1,000 tasks in a group, and a chord of 500. The environment leads to the stack. */
export async function timeWorkflows(): Promise<{ readonly tasks1000: number; readonly chord500: number }> {
  const tasks1000 = await secondsOf(async () =>
    (await group(range(1000).map((i) => add.s(i, i))).delay()).get({ timeout: 120 }),
  );
  const chord500 = await secondsOf(async () =>
    (
      await chord(
        range(500).map((i) => add.s(i, i)),
        tsum.s(),
      ).delay()
    ).get({ timeout: 120 }),
  );
  return { tasks1000, chord500 };
}

/** Seconds from the first of 1,000 messages to the last that the bare function has had. */
export async function timeBareMessages(stage: string): Promise<number> {
  const sqs = new SQSClient();
  const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: `chordal-${stage}-bare` }));
  const left = async (): Promise<number> => {
    const { Attributes = {} } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }));
    return (
      Number(Attributes['ApproximateNumberOfMessages']) + Number(Attributes['ApproximateNumberOfMessagesNotVisible'])
    );
  };
  const seconds = await secondsOf(async () => {
    const Entries = range(10).map((i) => ({
      Id: String(i),
      MessageBody: JSON.stringify({ task: 'bare', args: [i, i] }),
    }));
    await Promise.all(range(100).map(() => sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }))));
    while ((await left()) > 0) await new Promise((resolve) => setTimeout(resolve, 20));
  });
  sqs.destroy();
  return seconds;
}

// --- internal ---

async function secondsOf(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return (performance.now() - startedAt) / 1000;
}
