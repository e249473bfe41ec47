import { SendMessageBatchCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { Broker, Reject, Send } from '../../ports/broker.ts';
import { calling } from './errors.ts';
import type { QueueUrl } from './queue-urls.ts';
import { deadLetterRequest, sendEntries, sentBytes } from './sqs-requests.ts';
import type { SendEntry } from './sqs-requests.ts';
import { SharedRequests } from './sqs-shared.ts';
import type { SharedRequestsOptions } from './sqs-shared.ts';

/** The queues and how to reach them. */
export interface SqsBrokerOptions extends SharedRequestsOptions {
  readonly client: SQSClient;
  /** The dead-letter queue's name, as `queueUrl` knows it. */
  readonly deadLetterQueue: string;
  /** Returns the whole name of a queue of this app. Default: the queue has no prefix. */
  readonly nameOf?: (queue: string) => string;
}

/** Sends messages to SQS: in batches, to all queues at once. */
export class SqsBroker implements Broker {
  readonly #client: SQSClient;
  readonly #queueUrl: QueueUrl;
  readonly #deadLetterQueue: string;
  readonly #sends: SharedRequests<SendEntry>;
  readonly nameOf: (queue: string) => string;

  constructor({ client, deadLetterQueue, nameOf = (queue) => queue, ...shared }: SqsBrokerOptions) {
    this.nameOf = nameOf;
    this.#client = client;
    this.#queueUrl = shared.queueUrl;
    this.#deadLetterQueue = deadLetterQueue;
    const request = (QueueUrl: string, Entries: (SendEntry & { Id: string })[]): Promise<object> =>
      client.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
    this.#sends = new SharedRequests<SendEntry>({ doing: 'send messages to', request, sizeOf: sentBytes }, shared);
  }

  async send({ messages }: Send): Promise<void> {
    await this.#sends.do(sendEntries(messages));
  }

  async deadLetter({ body, reason }: Reject): Promise<void> {
    const queueUrl = await this.#queueUrl(this.#deadLetterQueue);
    const command = new SendMessageCommand(deadLetterRequest(queueUrl, body, reason));
    const queue = { kind: 'queue', name: this.#deadLetterQueue } as const;
    await calling('send a message to', queue, () => this.#client.send(command));
  }
}
