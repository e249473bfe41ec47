import { GetQueueAttributesCommand, GetQueueUrlCommand, SQSClient, SendMessageBatchCommand } from '@aws-sdk/client-sqs';
import { chain, chord, group, range } from 'chordal';
import { add, tsum } from '../../../handlers/tasks/math.ts';

/** A function that does nothing, on a queue of its own: what the emulator alone takes. */
export const bareHandler = {
  'handlers/bare.js': `export const handler = Object.assign(async () => ({ batchItemFailures: [] }), { tasks: ['bare'] });\n`,
};

/** Seconds from the call to the last value. */
export interface WorkflowTimes {
  /** 1,000 tasks in a group. */
  readonly tasks1000: number;
  readonly chord500: number;
  /** A step of a chain of 50. */
  readonly step: number;
}

/** Times workflows on the stack that the environment leads to. */
export async function timeWorkflows(): Promise<WorkflowTimes> {
  const get = { timeout: 300 };
  const tasks1000 = await secondsOf(async () => (await group(range(1000).map((i) => add.s(i, i))).delay()).get(get));
  const members = range(500).map((i) => add.s(i, i));
  const chord500 = await secondsOf(async () => (await chord(members, tsum.s()).delay()).get(get));
  const steps = range(49).map(() => add.s(1));
  const chain50 = await secondsOf(async () => (await chain(add.s(0, 1), ...steps).delay()).get(get));
  return { tasks1000, chord500, step: chain50 / 50 };
}

/** Seconds from the first message to the last that the bare function has had. */
export async function timeBareMessages(stage: string, count = 1000): Promise<number> {
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
    await Promise.all(range(count / 10).map(() => sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }))));
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
