import {
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import type { Message, MessageAttributeValue } from '@aws-sdk/client-sqs';
import { COUNTS, countsIn } from '../adapters/aws/sqs-counts.ts';
import { clientOptions, queueUrl } from './endpoints.ts';
import type { Endpoints } from './endpoints.ts';

/** The operations of a poller on its queue. */
export interface QueueClient {
  /** Waits for messages, for whole seconds, up to 20. */
  receive(
    wanted: { readonly atMost: number; readonly waitSeconds: number },
    signal: AbortSignal,
  ): Promise<readonly Message[]>;
  /** Deletes messages. Returns how many could not be deleted. */
  delete(receiptHandles: readonly string[]): Promise<number>;
  /** Returns how many messages it holds: visible, delayed and in flight. */
  count(): Promise<number>;
}

/** Makes the client of all pollers. Each poller always has one receive request open, and others that delete. */
export function makeSqsClient({ sqsS3, accessKey }: Endpoints): SQSClient {
  const { requestHandler, ...options } = clientOptions(sqsS3, accessKey);
  return new SQSClient({
    ...options,
    cacheMiddleware: true,
    md5: false,
    requestHandler: { ...requestHandler, httpAgent: { keepAlive: true, maxSockets: 1000 } },
  });
}

/** Makes the client of one queue. */
export function queueClient(client: SQSClient, endpoints: Endpoints, queueName: string): QueueClient {
  const QueueUrl = queueUrl(endpoints, queueName);
  return {
    receive: async ({ atMost, waitSeconds }, abortSignal) => {
      const command = new ReceiveMessageCommand({
        QueueUrl,
        MaxNumberOfMessages: atMost,
        WaitTimeSeconds: waitSeconds,
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
      const { visible, hidden, delayed } = countsIn(Attributes);
      return visible + hidden + delayed;
    },
  };
}

/** Sends one message to a queue of the embedded cloud, with attributes of type text. Default: none. */
export async function sendMessage(
  endpoints: Endpoints,
  queueName: string,
  { body, attributes = {} }: { readonly body: string; readonly attributes?: Readonly<Record<string, string>> },
): Promise<void> {
  const client = new SQSClient(clientOptions(endpoints.sqsS3, endpoints.accessKey));
  const texts: Record<string, MessageAttributeValue> = {};
  for (const [name, StringValue] of Object.entries(attributes)) texts[name] = { DataType: 'String', StringValue };
  try {
    await client.send(
      new SendMessageCommand({
        QueueUrl: queueUrl(endpoints, queueName),
        MessageBody: body,
        MessageAttributes: texts,
      }),
    );
  } finally {
    client.destroy();
  }
}
