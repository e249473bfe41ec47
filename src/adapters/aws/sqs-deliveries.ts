import { ChangeMessageVisibilityBatchCommand, DeleteMessageBatchCommand } from '@aws-sdk/client-sqs';
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { Deliveries, Finish, Release } from '../../ports/broker.ts';
import { deleteEntries, releaseEntries } from './sqs-requests.ts';
import type { DeleteEntry, ReleaseEntry } from './sqs-requests.ts';
import { SharedRequests } from './sqs-shared.ts';
import type { SharedRequestsOptions } from './sqs-shared.ts';

/** The queues and how to reach them. */
export interface SqsDeliveriesOptions extends SharedRequestsOptions {
  readonly client: SQSClient;
}

/** Deletes and returns messages that were received from SQS. */
export class SqsDeliveries implements Deliveries {
  readonly #deletes: SharedRequests<DeleteEntry>;
  readonly #releases: SharedRequests<ReleaseEntry>;

  constructor({ client, ...shared }: SqsDeliveriesOptions) {
    const remove = (QueueUrl: string, Entries: (DeleteEntry & { Id: string })[]): Promise<object> =>
      client.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
    const release = (QueueUrl: string, Entries: (ReleaseEntry & { Id: string })[]): Promise<object> =>
      client.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl, Entries }));
    this.#deletes = new SharedRequests<DeleteEntry>(
      { doing: 'delete messages from', request: remove, isDone: isOver },
      shared,
    );
    this.#releases = new SharedRequests<ReleaseEntry>(
      { doing: 'return messages to', request: release, isDone: isOver },
      shared,
    );
  }

  async finish({ receipts }: Finish): Promise<void> {
    await this.#deletes.do(deleteEntries(receipts));
  }

  async release({ receipts, seconds }: Release): Promise<void> {
    await this.#releases.do(releaseEntries(receipts, seconds));
  }
}

// --- internal ---

/** Returns whether the message is deleted, or no longer this receiver's: both come from a second or a late call. */
function isOver(code: string): boolean {
  return /ReceiptHandleIsInvalid|MessageNotInflight|InvalidParameterValue/.test(code);
}
