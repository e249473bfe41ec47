import { ScanCommand } from '@aws-sdk/client-dynamodb';
import type { DynamoDBClient, ScanCommandInput } from '@aws-sdk/client-dynamodb';
import { ListSchedulesCommand } from '@aws-sdk/client-scheduler';
import type { SchedulerClient } from '@aws-sdk/client-scheduler';
import { GetQueueAttributesCommand, ListQueuesCommand } from '@aws-sdk/client-sqs';
import type { SQSClient } from '@aws-sdk/client-sqs';
import { ConfigurationError } from '../../core/errors/caller.ts';
import type { Footprint } from '../../core/protocol/footprint.ts';
import { workflowOf } from '../../core/protocol/ids.ts';
import { compact } from '../../core/values/compact.ts';
import type { Footprints, InFlight, Survey } from '../../ports/survey.ts';
import type { Clock } from '../../ports/system.ts';
import { inParallel } from '../parallel.ts';
import { isExpired } from './attributes.ts';
import { calling } from './errors.ts';
import { keptRequest, tracesOf } from './survey-requests.ts';

/** The table, the queues and the schedules, and how to reach them. */
export interface AwsSurveyOptions {
  readonly dynamo: DynamoDBClient;
  readonly table: string;
  readonly sqs: SQSClient;
  /** The prefix of the names of the app's queues. */
  readonly prefix: string;
  readonly scheduler: SchedulerClient;
  readonly groupName: string;
  readonly clock: Pick<Clock, 'now'>;
}

/** Reads the whole table, and counts the messages in SQS and the Scheduler. */
export class AwsSurvey implements Survey {
  readonly #options: AwsSurveyOptions;

  constructor(options: AwsSurveyOptions) {
    this.#options = options;
  }

  async *footprints({ workflow }: Footprints): AsyncIterable<Footprint> {
    const { dynamo, table, clock } = this.#options;
    const request = keptRequest(table, workflow);
    let from: ScanCommandInput['ExclusiveStartKey'];
    do {
      const page = from === undefined ? request : { ...request, ExclusiveStartKey: from };
      const answer = await calling('scan', { kind: 'table', name: table }, () => dynamo.send(new ScanCommand(page)));
      const items = (answer.Items ?? []).filter((item) => !isExpired(item, clock.now()));
      // The name of another workflow may begin with this one's.
      for (const trace of items.flatMap(tracesOf))
        if (workflow === undefined || workflowOf(trace.id) === workflow) yield trace;
      from = answer.LastEvaluatedKey;
    } while (from !== undefined);
  }

  async inFlight(): Promise<InFlight> {
    // Schedules first: a message that they send meanwhile is then seen in its queue.
    const scheduled = await this.#countSchedules();
    const urls = await this.#queueUrls();
    const counts = await inParallel(urls, PARALLEL_QUEUES, async (url) => ({
      url,
      ...(await this.#countMessages(url)),
    }));
    const { prefix } = this.#options;
    const isDead = ({ url }: { readonly url: string }): boolean => nameOf(url) === `${prefix}dead`;
    if (!counts.some(isDead)) {
      throw new ConfigurationError(
        `Cannot count the messages of the queues "${prefix}*": there is no "${prefix}dead" among them. Deploy the stack, or check the names and the region in the environment.`,
      );
    }
    const own = counts.filter((count) => !isDead(count));
    return {
      visible: sum(own.map(({ visible }) => visible)),
      hidden: sum(own.map(({ hidden }) => hidden)),
      delayed: sum(own.map(({ delayed }) => delayed)),
      dead: sum(counts.filter(isDead).flatMap(({ visible, hidden, delayed }) => [visible, hidden, delayed])),
      scheduled,
    };
  }

  /** Returns the URLs of all the app's queues that exist; a deleted queue is not among them. */
  async #queueUrls(): Promise<readonly string[]> {
    const { sqs, prefix } = this.#options;
    const urls: string[] = [];
    let from: string | undefined;
    do {
      // Without MaxResults there is no second page.
      const request = compact({ QueueNamePrefix: prefix, MaxResults: 1000, NextToken: from });
      const resource = { kind: 'queue', name: `${prefix}*` } as const;
      const answer = await calling('list', resource, () => sqs.send(new ListQueuesCommand(request)));
      urls.push(...(answer.QueueUrls ?? []));
      from = answer.NextToken;
    } while (from !== undefined);
    return urls;
  }

  async #countMessages(QueueUrl: string): Promise<Pick<InFlight, 'visible' | 'hidden' | 'delayed'>> {
    const command = new GetQueueAttributesCommand({
      QueueUrl,
      AttributeNames: [
        'ApproximateNumberOfMessages',
        'ApproximateNumberOfMessagesNotVisible',
        'ApproximateNumberOfMessagesDelayed',
      ],
    });
    const queue = { kind: 'queue', name: nameOf(QueueUrl) } as const;
    const { Attributes = {} } = await calling('count the messages of', queue, () => this.#options.sqs.send(command));
    return {
      visible: Number(Attributes['ApproximateNumberOfMessages'] ?? 0),
      hidden: Number(Attributes['ApproximateNumberOfMessagesNotVisible'] ?? 0),
      delayed: Number(Attributes['ApproximateNumberOfMessagesDelayed'] ?? 0),
    };
  }

  /** Counts the schedules of this app: the group may have others. */
  async #countSchedules(): Promise<number> {
    const { scheduler, groupName: GroupName, prefix } = this.#options;
    let count = 0;
    let from: string | undefined;
    do {
      const command = new ListSchedulesCommand(compact({ GroupName, NextToken: from }));
      const group = { kind: 'schedule group', name: GroupName } as const;
      const { Schedules = [], NextToken } = await calling('list the schedules of', group, () =>
        scheduler.send(command),
      );
      count += Schedules.filter(({ Target }) => Target?.Arn?.split(':').at(-1)?.startsWith(prefix)).length;
      from = NextToken;
    } while (from !== undefined);
    return count;
  }
}

// --- internal ---

const PARALLEL_QUEUES = 16;

function nameOf(url: string): string {
  return url.slice(url.lastIndexOf('/') + 1);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
