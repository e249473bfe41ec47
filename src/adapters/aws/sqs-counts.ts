import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { OfQueue, QueueNow } from '../../ports/operations.ts';
import type { InFlight } from '../../ports/survey.ts';
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
export async function lookAt({ client, queueUrl, clock }: SqsCountsOptions, { queue }: OfQueue): Promise<QueueNow> {
  const command = new GetQueueAttributesCommand({
    QueueUrl: await queueUrl(queue),
    AttributeNames: [...COUNTS],
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
  return { ...countsIn(Attributes), now: timeBy(date, clock.now()) };
}

/** The attributes of a queue that count its messages. */
export const COUNTS = [
  'ApproximateNumberOfMessages',
  'ApproximateNumberOfMessagesNotVisible',
  'ApproximateNumberOfMessagesDelayed',
] as const;

/** Returns the numbers of a queue's messages out of its attributes. */
export function countsIn(
  attributes: Readonly<Record<string, string | undefined>>,
): Pick<InFlight, 'visible' | 'hidden' | 'delayed'> {
  const [visible = 0, hidden = 0, delayed = 0] = COUNTS.map((name) => Number(attributes[name] ?? 0));
  return { visible, hidden, delayed };
}

// --- internal ---

function dateOf(response: unknown): string | undefined {
  const { headers } = Object(response) as { readonly headers?: Readonly<Record<string, string>> };
  return headers?.['date'];
}
