import { GetScheduleCommand, paginateListSchedules, UpdateScheduleCommand } from '@aws-sdk/client-scheduler';
import type { GetScheduleCommandOutput, SchedulerClient } from '@aws-sdk/client-scheduler';
import { compact } from '../../core/values/compact.ts';
import type { Schedules, SetEnabled, StandingSchedule } from '../../ports/schedules.ts';
import { inParallel } from '../parallel.ts';
import { calling } from './errors.ts';

/** The group of schedules, and how to reach it. */
export interface AwsSchedulesOptions {
  readonly client: SchedulerClient;
  readonly groupName: string;
  /** The prefix of the names of the app's queues. */
  readonly prefix: string;
  /** How many of them are read at most. Default: all. */
  readonly most?: number;
}

/** The schedules of EventBridge Scheduler that the stack has made. */
export class AwsSchedules implements Schedules {
  readonly #options: AwsSchedulesOptions;

  constructor(options: AwsSchedulesOptions) {
    this.#options = options;
  }

  async list(): Promise<readonly StandingSchedule[]> {
    const found = await inParallel(await this.#names(), PARALLEL, (name) => this.#get(name));
    return found.filter((one) => one !== undefined).map((one) => this.#standing(one));
  }

  async setEnabled({ name, isEnabled }: SetEnabled): Promise<boolean> {
    const found = await this.#get(name);
    if (found === undefined) return false;
    const { Arn: _arn, CreationDate: _made, LastModificationDate: _changed, $metadata: _, ...same } = found;
    // The Scheduler takes a whole schedule, and all of this was one.
    const command = new UpdateScheduleCommand({
      ...same,
      Name: name,
      ScheduleExpression: found.ScheduleExpression,
      FlexibleTimeWindow: found.FlexibleTimeWindow,
      Target: found.Target,
      State: isEnabled ? 'ENABLED' : 'DISABLED',
    });
    await this.#calling('change', () => this.#options.client.send(command));
    return true;
  }

  async #names(): Promise<readonly string[]> {
    const { client, groupName: GroupName, most = Number.POSITIVE_INFINITY } = this.#options;
    const names: string[] = [];
    const read = async (): Promise<void> => {
      for await (const { Schedules = [] } of paginateListSchedules({ client, pageSize: 100 }, { GroupName })) {
        names.push(...Schedules.flatMap(({ Name }) => Name ?? []));
        if (names.length >= most) return;
      }
    };
    await this.#calling('list', () => unlessMissing(read()));
    return names.toSorted().slice(0, most);
  }

  async #get(Name: string): Promise<GetScheduleCommandOutput | undefined> {
    const { client, groupName: GroupName } = this.#options;
    return this.#calling('read', () => unlessMissing(client.send(new GetScheduleCommand({ GroupName, Name }))));
  }

  #calling<Answer>(doing: string, call: () => Promise<Answer>): Promise<Answer> {
    return calling(`${doing} the schedules of`, { kind: 'schedule group', name: this.#options.groupName }, call);
  }

  #standing(found: GetScheduleCommandOutput): StandingSchedule {
    const { prefix } = this.#options;
    const { Arn = '', Input: body = '' } = found.Target ?? {};
    const queue = Arn.slice(Arn.lastIndexOf(':') + 1);
    const { Name: name = '', ScheduleExpression: expression = '' } = found;
    const { ScheduleExpressionTimezone: timezone = 'UTC', Description: canvas = '' } = found;
    return compact({
      name,
      expression,
      timezone,
      canvas,
      isEnabled: found.State !== 'DISABLED',
      start: found.StartDate?.getTime(),
      end: found.EndDate?.getTime(),
      queue: queue.startsWith(prefix) ? queue.slice(prefix.length) : queue,
      body,
    });
  }
}

// --- internal ---

const PARALLEL = 8;

/** A stack without schedules has no group of them. */
async function unlessMissing<Answer>(answer: Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof Error && error.name === 'ResourceNotFoundException') return undefined;
    throw error;
  }
}
