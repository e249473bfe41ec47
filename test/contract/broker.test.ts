import { ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { expect, it } from 'vitest';
import { lookUpQueueUrls } from '../../src/adapters/aws/queue-urls.ts';
import { SqsBroker } from '../../src/adapters/aws/sqs-broker.ts';
import { SqsDeliveries } from '../../src/adapters/aws/sqs-deliveries.ts';
import { MemoryQueues } from '../../src/adapters/memory/queues.ts';
import { describeBroker } from './broker-suite.ts';
import type { BrokerKit } from './broker-suite.ts';
import { optionsFor, startQueues } from './support/emulators.ts';
import { TestClock } from './support/test-clock.ts';

describeBroker('memory', async () => {
  const never = { now: () => 0, sleep: () => new Promise<void>(() => undefined) };
  const queues = new MemoryQueues(never);
  let count = 0;
  return {
    broker: queues,
    deliveries: queues,
    newQueue: async () => `queue${(count += 1)}`,
    receive: async (queue) => queues.receive(queue, 100),
    dead: async () => queues.dead.map(({ body, reason }) => ({ body, reason })),
    close: async () => undefined,
  };
});

describeBroker('SQS', startSqs);

it('send() throws ConfigurationError with the name of the queue when there is none', async () => {
  const { broker, close } = await startSqs();
  try {
    const sent = broker.send({ messages: [{ queue: 'absent', body: '{}', delaySeconds: 0 }] });
    await expect(sent).rejects.toMatchObject({
      code: 'CHORDAL_CONFIGURATION',
      message: expect.stringMatching(/absent.*Deploy/) as string,
    });
  } finally {
    await close();
  }
});

it('send() throws ConfigurationError at once when a message is too large for SQS', async () => {
  const { broker, newQueue, close } = await startSqs();
  try {
    const queue = await newQueue();
    const sent = broker.send({ messages: [{ queue, body: 'x'.repeat(1_048_577), delaySeconds: 0 }] });
    await expect(sent).rejects.toMatchObject({ code: 'CHORDAL_CONFIGURATION' });
  } finally {
    await close();
  }
});

it('send() throws ServiceUnavailable when SQS is out of reach', async () => {
  const client = new SQSClient({ ...optionsFor('http://127.0.0.1:1'), maxAttempts: 1 });
  const queueUrl = (queue: string): string => `http://127.0.0.1:1/${queue}`;
  const patience = { clock: new TestClock(), nonces: { random: () => 0.5 } };
  const broker = new SqsBroker({ client, queueUrl, deadLetterQueue: 'dead', ...patience });
  const sent = broker.send({ messages: [{ queue: 'math', body: '{}', delaySeconds: 0 }] });
  await expect(sent).rejects.toMatchObject({ code: 'CHORDAL_SERVICE_UNAVAILABLE' });
  await expect(broker.deadLetter({ body: '{}', reason: 'none' })).rejects.toMatchObject({
    code: 'CHORDAL_SERVICE_UNAVAILABLE',
  });
});

// --- internal ---

async function startSqs(): Promise<BrokerKit> {
  const { sqs: client, prefix, createQueue, close } = await startQueues();
  const queueUrl = lookUpQueueUrls(client, (queue) => `${prefix}${queue}`);
  await createQueue('dead');
  const options = { client, queueUrl, clock: new TestClock(), nonces: { random: () => 0.5 } };
  let count = 0;
  const receive = async (queue: string): Promise<readonly Message[]> => {
    const all: Message[] = [];
    for (;;) {
      const { Messages = [] } = await client.send(
        new ReceiveMessageCommand({
          QueueUrl: await queueUrl(queue),
          MaxNumberOfMessages: 10,
          WaitTimeSeconds: 0,
          MessageAttributeNames: ['All'],
        }),
      );
      if (Messages.length === 0) return all;
      for (const { Body = '', ReceiptHandle = '', MessageAttributes } of Messages) {
        const reason = MessageAttributes?.['reason']?.StringValue ?? '';
        all.push({ body: Body, receipt: { queue, handle: ReceiptHandle }, reason });
      }
    }
  };
  return {
    broker: new SqsBroker({ ...options, deadLetterQueue: 'dead' }),
    deliveries: new SqsDeliveries(options),
    newQueue: async () => {
      const name = `queue${(count += 1)}`;
      await createQueue(name);
      return name;
    },
    receive,
    dead: async () => (await receive('dead')).map(({ body, reason }) => ({ body, reason })),
    close,
  };
}

interface Message {
  readonly body: string;
  readonly receipt: { readonly queue: string; readonly handle: string };
  readonly reason: string;
}
