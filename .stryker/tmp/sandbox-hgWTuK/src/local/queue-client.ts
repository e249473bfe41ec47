import {
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import type { Message } from '@aws-sdk/client-sqs';
import { clientOptions, queueUrl } from './endpoints.ts';
import type { Endpoints } from './endpoints.ts';

/** What a poller does with its queue. */
export interface QueueClient {
  /** Waits for messages, up to 20 seconds. */
  receive(atMost: number, signal: AbortSignal): Promise<readonly Message[]>;
  /** Deletes messages, and answers with how many could not be. */
  delete(receiptHandles: readonly string[]): Promise<number>;
  /** How many messages it holds: visible, delayed and in flight. */
  count(): Promise<number>;
}

/** A client for pollers. Each of them has a request open all the time, beside those that delete. */
export function makeSqsClient({ sqsS3 }: Endpoints): SQSClient {
  return new SQSClient({
    ...clientOptions(sqsS3),
    requestHandler: { httpAgent: { keepAlive: true, maxSockets: 1000 } },
  });
}

/** One queue of the embedded cloud. */
export function queueClient(client: SQSClient, endpoints: Endpoints, queueName: string): QueueClient {
  const QueueUrl = queueUrl(endpoints, queueName);
  return {
    receive: async (atMost, abortSignal) => {
      const command = new ReceiveMessageCommand({
        QueueUrl,
        MaxNumberOfMessages: atMost,
        WaitTimeSeconds: 20,
        MessageSystemAttributeNames: ['All'],
        MessageAttributeNames: ['All'],
      });
      const { Messages = [] } = await client.send(command, { abortSignal });
      return Messages;
    },
    delete: async (receiptHandles) => {
      let remaining = receiptHandles;
      for (let attempt = 0; attempt < 3 && remaining.length > 0; attempt += 1) {
        const sent = remaining;
        const Entries = sent.map((ReceiptHandle, index) => ({ Id: String(index), ReceiptHandle }));
        const { Failed = [] } = await client.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
        const failed = new Set(Failed.map(({ Id }) => Id));
        remaining = sent.filter((_, index) => failed.has(String(index)));
      }
      return remaining.length;
    },
    count: async () => {
      const command = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...COUNTS] });
      const { Attributes = {} } = await client.send(command);
      return COUNTS.reduce((sum, name) => sum + Number(Attributes[name] ?? 0), 0);
    },
  };
}

/** Puts one message on a queue of the embedded cloud. */
export async function sendMessage(endpoints: Endpoints, queueName: string, body: string): Promise<void> {
  const client = new SQSClient(clientOptions(endpoints.sqsS3));
  try {
    await client.send(new SendMessageCommand({ QueueUrl: queueUrl(endpoints, queueName), MessageBody: body }));
  } finally {
    client.destroy();
  }
}

// --- internal ---

const COUNTS = [
  'ApproximateNumberOfMessages',
  'ApproximateNumberOfMessagesNotVisible',
  'ApproximateNumberOfMessagesDelayed',
] as const;
