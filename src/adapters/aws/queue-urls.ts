import { GetQueueUrlCommand } from '@aws-sdk/client-sqs';
import type { SQSClient } from '@aws-sdk/client-sqs';
import { calling } from './errors.ts';

/** The URL of a queue by the name that the ports use: a handler's name. */
export type QueueUrl = (queue: string) => string | Promise<string>;

/**
 * Asks SQS for the URL of each queue once.
 *
 * @param nameOf the name of the queue in SQS, as in `(queue) => 'proj-dev-' + queue`
 * @throws ConfigurationError, from the returned function, if there is no such queue
 */
export function lookUpQueueUrls(client: SQSClient, nameOf: (queue: string) => string): QueueUrl {
  const urls = new Map<string, Promise<string>>();
  return (queue) => {
    const known = urls.get(queue);
    if (known !== undefined) return known;
    const asked = urlOf(client, nameOf(queue));
    urls.set(queue, asked);
    // A request that failed is made again by the next caller.
    asked.catch(() => urls.delete(queue));
    return asked;
  };
}

// --- internal ---

function urlOf(client: SQSClient, name: string): Promise<string> {
  return calling('send to', { kind: 'queue', name }, async () => {
    const { QueueUrl = '' } = await client.send(new GetQueueUrlCommand({ QueueName: name }));
    return QueueUrl;
  });
}
