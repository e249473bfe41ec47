import { SendMessageBatchCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { Broker, Outgoing } from '../../ports/broker.ts';
import type { Backoff } from './backoff.ts';
import { calling } from './errors.ts';
import type { QueueUrl } from './queue-urls.ts';
import { untilDone } from './sqs-batch.ts';
import { deadLetterRequest, sendBatches } from './sqs-requests.ts';

/** The queues and how to reach them. */
export interface SqsBrokerOptions extends Backoff {
  readonly client: SQSClient;
  readonly queueUrl: QueueUrl;
  /** The dead-letter queue's name, as `queueUrl` knows it. */
  readonly deadLetterQueue: string;
}

/** Sends messages to SQS: in batches, to all queues at once. */
export class SqsBroker implements Broker {
  readonly #client: SQSClient;
  readonly #queueUrl: QueueUrl;
  readonly #deadLetterQueue: string;
  readonly #patience: Backoff;

  constructor({ client, queueUrl, deadLetterQueue, clock, nonces }: SqsBrokerOptions) {
    this.#client = client;
    this.#queueUrl = queueUrl;
    this.#deadLetterQueue = deadLetterQueue;
    this.#patience = { clock, nonces };
  }

  async send({ messages }: { readonly messages: readonly Outgoing[] }): Promise<void> {
    // All queues are found before anything is sent: a missing one leaves no canvas half sent.
    const batches = await Promise.all(
      sendBatches(messages).map(async (batch) => ({ batch, QueueUrl: await this.#queueUrl(batch.queue) })),
    );
    const sent = await Promise.allSettled(
      batches.map(async ({ batch, QueueUrl }) => {
        const call = (Entries: (typeof batch.entries)[number][]): Promise<object> =>
          this.#client.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
        await untilDone(batch, { doing: `send ${batch.entries.length} messages to`, call }, this.#patience);
      }),
    );
    for (const one of sent) if (one.status === 'rejected') throw one.reason;
  }

  async deadLetter({ body, reason }: { readonly body: string; readonly reason: string }): Promise<void> {
    const queueUrl = await this.#queueUrl(this.#deadLetterQueue);
    const command = new SendMessageCommand(deadLetterRequest(queueUrl, body, reason));
    const queue = { kind: 'queue', name: this.#deadLetterQueue } as const;
    await calling('send a message to', queue, () => this.#client.send(command));
  }
}
