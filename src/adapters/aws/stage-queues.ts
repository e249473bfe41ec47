import { paginateListSchedules } from '@aws-sdk/client-scheduler';
import type { SchedulerClient } from '@aws-sdk/client-scheduler';
import { GetQueueAttributesCommand, paginateListQueues } from '@aws-sdk/client-sqs';
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { InFlight } from '../../ports/survey.ts';
import { inParallel } from '../parallel.ts';
import { calling } from './errors.ts';
import { COUNTS, countsIn } from './sqs-counts.ts';

/** A queue with its messages. */
export interface FoundQueue extends Pick<InFlight, 'visible' | 'hidden' | 'delayed'> {
  readonly name: string;
  /** The name of its dead-letter queue, if it has one: it tells a stage from another whose name begins with its own. */
  readonly deadLetters: string | undefined;
}

/**
 * Counts the messages of all queues whose names begin with a prefix; a deleted queue is not among them.
 *
 * @param isWanted whether to count those of a queue. Default: of all.
 */
export async function queuesWith(
  client: SQSClient,
  prefix: string,
  isWanted: (name: string) => boolean = () => true,
): Promise<readonly FoundQueue[]> {
  const resource = { kind: 'queue', name: `${prefix}*`, right: 'sqs:ListQueues' } as const;
  const urls = await calling('list', resource, async () => {
    const found: string[] = [];
    // Without the size of a page there is no second page.
    for await (const page of paginateListQueues({ client, pageSize: 1000 }, { QueueNamePrefix: prefix }))
      found.push(...(page.QueueUrls ?? []));
    return found;
  });
  const wanted = urls.filter((url) => isWanted(nameOf(url, '/')));
  return inParallel(wanted, PARALLEL_QUEUES, (url) => countsOf(client, url));
}

/**
 * Lists the names of the queues that the schedules of a group send to, one for each schedule.
 *
 * @param most the number of schedules that is enough; default all.
 */
export function scheduleTargets(
  client: SchedulerClient,
  GroupName: string,
  most: number = Infinity,
): Promise<readonly string[]> {
  const resource = { kind: 'schedule group', name: GroupName, right: 'scheduler:ListSchedules' } as const;
  return calling('list the schedules of', resource, async () => {
    const names: string[] = [];
    for await (const { Schedules = [] } of paginateListSchedules({ client, pageSize: 100 }, { GroupName })) {
      names.push(...Schedules.map(({ Target }) => nameOf(Target?.Arn ?? '', ':')));
      if (names.length > most) break;
    }
    return names;
  });
}

// --- internal ---

const PARALLEL_QUEUES = 8;

async function countsOf(client: SQSClient, QueueUrl: string): Promise<FoundQueue> {
  const name = nameOf(QueueUrl, '/');
  const command = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...COUNTS, 'RedrivePolicy'] });
  const resource = { kind: 'queue', name, right: 'sqs:GetQueueAttributes' } as const;
  const { Attributes = {} } = await calling('count the messages of', resource, () => client.send(command));
  return { name, deadLetters: deadLettersOf(Attributes['RedrivePolicy']), ...countsIn(Attributes) };
}

/** Returns the name at the end of a URL or an ARN. */
function nameOf(address: string, separator: string): string {
  return address.slice(address.lastIndexOf(separator) + 1);
}

/** Returns the name of the dead-letter queue in a redrive policy. */
function deadLettersOf(policy: string | undefined): string | undefined {
  const [, arn] = /"deadLetterTargetArn"\s*:\s*"([^"]*)"/.exec(policy ?? '') ?? [];
  return arn === undefined ? undefined : nameOf(arn, ':');
}
