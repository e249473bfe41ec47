import { SchedulerClient } from '@aws-sdk/client-scheduler';
import { ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { expect, it } from 'vitest';
import { AwsJournal } from '../../src/adapters/aws/journal.ts';
import { DynamoOutcomes } from '../../src/adapters/aws/outcomes.ts';
import { AwsPayloads } from '../../src/adapters/aws/payloads.ts';
import { lookUpQueueUrls } from '../../src/adapters/aws/queue-urls.ts';
import { AwsRecords } from '../../src/adapters/aws/records.ts';
import { EventBridgeScheduler } from '../../src/adapters/aws/scheduler.ts';
import { SqsBroker } from '../../src/adapters/aws/sqs-broker.ts';
import { AwsSurvey } from '../../src/adapters/aws/survey.ts';
import { AwsWindows } from '../../src/adapters/aws/windows.ts';
import { MemoryJournal } from '../../src/adapters/memory/journal.ts';
import { MemoryOutcomes } from '../../src/adapters/memory/outcomes.ts';
import { MemoryPayloads } from '../../src/adapters/memory/payloads.ts';
import { MemoryQueues } from '../../src/adapters/memory/queues.ts';
import { MemoryRecords } from '../../src/adapters/memory/records.ts';
import { MemorySurvey } from '../../src/adapters/memory/survey.ts';
import { MemoryWindows } from '../../src/adapters/memory/windows.ts';
import type { HttpEndpoint } from '../../src/local/http-endpoint.ts';
import { startHttpEndpoint } from '../../src/local/http-endpoint.ts';
import { answerScheduler, Schedules } from '../../src/local/scheduler-endpoint.ts';
import { optionsFor, startQueues, startTable } from './support/emulators.ts';
import { TestClock } from './support/test-clock.ts';
import { describeSurvey } from './survey-suite.ts';
import type { SurveyKit } from './survey-suite.ts';

describeSurvey('memory', async (clock) => {
  const queues = new MemoryQueues({ now: () => 0, sleep: () => new Promise<void>(() => undefined) });
  const outcomes = new MemoryOutcomes(clock);
  const payloads = new MemoryPayloads(clock);
  const records = new MemoryRecords(clock);
  const windows = new MemoryWindows(clock);
  const journal = new MemoryJournal(clock);
  return {
    survey: new MemorySurvey({ outcomes, payloads, records, windows, journal, queues }),
    outcomes,
    payloads,
    records,
    windows,
    journal,
    broker: queues,
    scheduler: queues,
    queue: 'math',
    takeOne: async () => void queues.receive('math', 1),
    close: async () => undefined,
  };
});

describeSurvey('AWS', async (clock) => startAws(clock, ['dead', 'math']));

it('inFlight() counts nothing of a stage whose name begins with the name of this one', async () => {
  const { survey, broker, scheduler, close } = await startAws(new TestClock(), ['dead', 'math', '2-dead', '2-math']);
  try {
    const queues = ['math', '2-math', '2-math', '2-dead', 'removed'];
    await broker.send({ messages: queues.slice(0, 4).map((queue) => ({ queue, body: '1', delaySeconds: 0 })) });
    const at = Date.now() + 86_400_000;
    for (const [index, queue] of queues.entries())
      await scheduler.schedule({ name: `s${index}`, at, queue, body: '1' });
    // The schedules of the queues math and removed.
    expect(await survey.inFlight()).toEqual({ visible: 1, hidden: 0, delayed: 0, dead: 0, scheduled: 2 });
  } finally {
    await close();
  }
});

it('inFlight() throws ConfigurationError when there is no dead-letter queue: the prefix is not an app’s', async () => {
  const { survey, close } = await startAws(new TestClock(), ['math']);
  try {
    await expect(survey.inFlight()).rejects.toMatchObject({
      code: 'CHORDAL_CONFIGURATION',
      message: expect.stringMatching(/there is no "test-.*-dead" among them\. Deploy the stack/) as string,
    });
  } finally {
    await close();
  }
});

// --- internal ---

/** It accepts the access key of `optionsFor`. */
function startScheduler(): Promise<HttpEndpoint> {
  const schedules = new Schedules({ send: async () => undefined, giveUp: async () => undefined });
  return startHttpEndpoint({
    service: 'scheduler',
    accessKey: 'test',
    answer: (request) => answerScheduler(schedules, request),
  });
}

async function startAws(clock: TestClock, names: readonly string[]): Promise<SurveyKit> {
  const [{ client: dynamo, table, close: closeTable }, { sqs, prefix, createQueue, close: closeQueues }, endpoint] =
    await Promise.all([startTable(), startQueues(), startScheduler()]);
  for (const name of names) {
    // As in the stages dev and dev-2: `2-math` is a queue of the second one.
    const dead = name.replace('math', 'dead');
    await createQueue(name, dead !== name && names.includes(dead) ? dead : undefined);
  }
  const scheduler = new SchedulerClient(optionsFor(endpoint.url));
  const queueUrl = lookUpQueueUrls(sqs, (queue) => `${prefix}${queue}`);
  const patience = { clock, nonces: { random: () => 0.5 } };
  const arnOf = (queue: string): string => `arn:aws:sqs:us-east-1:000000000000:${prefix}${queue}`;
  const noBucket = async (): Promise<never> => {
    throw new Error('This suite keeps nothing in a bucket');
  };
  const target = { groupName: 'default', roleArn: 'arn:aws:iam::000000000000:role/r', queueArn: arnOf };
  return {
    survey: new AwsSurvey({ dynamo, table, sqs, prefix, scheduler, groupName: 'default', clock }),
    outcomes: new DynamoOutcomes({ client: dynamo, table, ...patience }),
    payloads: new AwsPayloads({ dynamo, table, bucket: 'none', s3: noBucket, ...patience }),
    records: new AwsRecords({ client: dynamo, table, ...patience }),
    windows: new AwsWindows({ client: dynamo, table, ...patience }),
    journal: new AwsJournal({ client: dynamo, table, ...patience }),
    broker: new SqsBroker({ client: sqs, queueUrl, deadLetterQueue: 'dead', ...patience }),
    scheduler: new EventBridgeScheduler({ ...target, client: async () => scheduler, deadLetterQueue: 'dead' }),
    queue: 'math',
    takeOne: async () => {
      await sqs.send(new ReceiveMessageCommand({ QueueUrl: await queueUrl('math'), MaxNumberOfMessages: 1 }));
    },
    close: async () => {
      scheduler.destroy();
      await Promise.all([closeTable(), closeQueues(), endpoint.stop()]);
    },
  };
}
