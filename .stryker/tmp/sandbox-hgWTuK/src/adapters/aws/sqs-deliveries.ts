import { ChangeMessageVisibilityBatchCommand, DeleteMessageBatchCommand } from '@aws-sdk/client-sqs';
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { Deliveries, Receipt } from '../../ports/broker.ts';
import type { Backoff } from './backoff.ts';
import type { QueueUrl } from './queue-urls.ts';
import { untilDone } from './sqs-batch.ts';
import { deleteBatches, releaseBatches } from './sqs-requests.ts';

/** The queues and how to reach them. */
export interface SqsDeliveriesOptions extends Backoff {
  readonly client: SQSClient;
  readonly queueUrl: QueueUrl;
}

/** Deletes and returns messages that were received from SQS. */
export class SqsDeliveries implements Deliveries {
  readonly #client: SQSClient;
  readonly #queueUrl: QueueUrl;
  readonly #patience: Backoff;

  constructor({ client, queueUrl, clock, nonces }: SqsDeliveriesOptions) {
    this.#client = client;
    this.#queueUrl = queueUrl;
    this.#patience = { clock, nonces };
  }

  async finish({ receipts }: { readonly receipts: readonly Receipt[] }): Promise<void> {
    await Promise.all(
      deleteBatches(receipts).map(async (batch) => {
        const QueueUrl = await this.#queueUrl(batch.queue);
        const call = (Entries: (typeof batch.entries)[number][]): Promise<object> =>
          this.#client.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
        await untilDone(batch, { doing: 'delete messages from', call, isDone: isOver }, this.#patience);
      }),
    );
  }

  async release({
    receipts,
    seconds,
  }: {
    readonly receipts: readonly Receipt[];
    readonly seconds: number;
  }): Promise<void> {
    await Promise.all(
      releaseBatches(receipts, seconds).map(async (batch) => {
        const QueueUrl = await this.#queueUrl(batch.queue);
        const call = (Entries: (typeof batch.entries)[number][]): Promise<object> =>
          this.#client.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl, Entries }));
        await untilDone(batch, { doing: 'return messages to', call, isDone: isOver }, this.#patience);
      }),
    );
  }
}

// --- internal ---

/** The message is deleted, or no longer this receiver's: both come from a second call, or from one that came late. */
function isOver(code: string): boolean {
  return /ReceiptHandleIsInvalid|MessageNotInflight|InvalidParameterValue/.test(code);
}
