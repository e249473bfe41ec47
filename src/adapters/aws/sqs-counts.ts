import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { OfQueue, QueueNow } from '../../ports/operations.ts';
import type { Clock } from '../../ports/system.ts';
import { calling } from './errors.ts';
import type { QueueUrl } from './queue-urls.ts';
import { timeBy } from './service-time.ts';

/** The queues, and how to reach them. */
export interface SqsCountsOptions {
  readonly client: SQSClient;
  readonly queueUrl: QueueUrl;
  readonly clock: Pick<Clock, 'now'>;
}

/** Counts the messages of one queue of SQS, and reads its clock. */
export class SqsCounts {
  readonly #options: SqsCountsOptions;

  constructor(options: SqsCountsOptions) {
    this.#options = options;
  }

  async lookAt({ queue }: OfQueue): Promise<QueueNow> {
    const { client, queueUrl, clock } = this.#options;
    const command = new GetQueueAttributesCommand({
      QueueUrl: await queueUrl(queue),
      AttributeNames: [
        'ApproximateNumberOfMessages',
        'ApproximateNumberOfMessagesNotVisible',
        'ApproximateNumberOfMessagesDelayed',
      ],
    });
    let date: string | undefined;
    command.middlewareStack.add(
      (next) => async (args) => {
        const answer = await next(args);
        date = dateOf(answer.response);
        return answer;
      },
      { step: 'deserialize', name: 'chordalDate', override: true },
    );
    const resource = { kind: 'queue', name: queue, right: 'sqs:GetQueueAttributes' } as const;
    const { Attributes = {} } = await calling('count the messages of', resource, () => client.send(command));
    return {
      visible: Number(Attributes['ApproximateNumberOfMessages'] ?? 0),
      hidden: Number(Attributes['ApproximateNumberOfMessagesNotVisible'] ?? 0),
      delayed: Number(Attributes['ApproximateNumberOfMessagesDelayed'] ?? 0),
      now: timeBy(date, clock.now()),
    };
  }
}

// --- internal ---

function dateOf(response: unknown): string | undefined {
  const { headers } = Object(response) as { readonly headers?: Readonly<Record<string, string>> };
  return headers?.['date'];
}
