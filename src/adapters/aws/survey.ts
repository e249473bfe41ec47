import { ScanCommand } from '@aws-sdk/client-dynamodb';
import type { DynamoDBClient, ScanCommandInput } from '@aws-sdk/client-dynamodb';
import type { SchedulerClient } from '@aws-sdk/client-scheduler';
import type { SQSClient } from '@aws-sdk/client-sqs';
import { ConfigurationError } from '../../core/errors/caller.ts';
import type { Footprint } from '../../core/protocol/footprint.ts';
import { workflowOf } from '../../core/protocol/ids.ts';
import { DEAD_LETTER_QUEUE } from '../../core/protocol/limits.ts';
import type { Footprints, InFlight, Survey } from '../../ports/survey.ts';
import type { Clock } from '../../ports/system.ts';
import { isExpired } from './attributes.ts';
import { calling } from './errors.ts';
import { queuesWith, scheduleTargets } from './stage-queues.ts';
import type { FoundQueue } from './stage-queues.ts';
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
    const { scheduler, groupName, sqs, prefix } = this.#options;
    const targets = await scheduleTargets(scheduler, groupName);
    const found = await queuesWith(sqs, prefix);
    const deadName = `${prefix}${DEAD_LETTER_QUEUE}`;
    const dead = found.find(({ name }) => name === deadName);
    if (dead === undefined) {
      throw new ConfigurationError(
        `Cannot count the messages of the queues "${prefix}*": there is no "${deadName}" among them. Deploy the stack, or check the names and the region in the environment.`,
      );
    }
    // Queues of the stage dev-2 begin with the prefix of the stage dev, too, and have another dead-letter queue.
    const own = found.filter(({ deadLetters }) => deadLetters === deadName);
    const others = new Set(found.flatMap((queue) => (own.includes(queue) ? [] : [queue.name])));
    return {
      visible: sum(own, 'visible'),
      hidden: sum(own, 'hidden'),
      delayed: sum(own, 'delayed'),
      dead: dead.visible + dead.hidden + dead.delayed,
      // A queue that exists no longer may have schedules all the same.
      scheduled: targets.filter((name) => name.startsWith(prefix) && !others.has(name)).length,
    };
  }
}

// --- internal ---

function sum(queues: readonly FoundQueue[], count: 'visible' | 'hidden' | 'delayed'): number {
  return queues.reduce((total, queue) => total + queue[count], 0);
}
