import type { SchedulerClient } from '@aws-sdk/client-scheduler';
import type { Schedule, Scheduler } from '../../ports/broker.ts';
import { calling, isOverQuota } from './errors.ts';
import { scheduleRequest } from './scheduler-requests.ts';
import type { ScheduleTarget } from './scheduler-requests.ts';

/** Schedules and how to reach them. */
export interface EventBridgeSchedulerOptions extends Pick<ScheduleTarget, 'groupName' | 'roleArn'> {
  /** Called when something is first scheduled: most programs never load the Scheduler's client. */
  readonly client: () => Promise<SchedulerClient>;
  /** Returns the ARN of a queue in a region: of this client, wherever the AWS SDK has found it. */
  readonly queueArn: (queue: string, region: string) => string;
  /** The queue for messages that could not be sent, named as for `queueArn`. */
  readonly deadLetterQueue: string;
}

/** One-time schedules of EventBridge Scheduler. */
export class EventBridgeScheduler implements Scheduler {
  readonly #options: EventBridgeSchedulerOptions;

  constructor(options: EventBridgeSchedulerOptions) {
    this.#options = options;
  }

  async schedule(params: Schedule): Promise<boolean> {
    const { client, groupName } = this.#options;
    const [scheduler, { CreateScheduleCommand }] = await Promise.all([client(), import('./scheduler-client.ts')]);
    return calling('write to', { kind: 'schedule group', name: groupName }, async () => {
      const target = this.#targetIn(await scheduler.config.region());
      try {
        await scheduler.send(new CreateScheduleCommand(scheduleRequest(target, params)));
        return true;
      } catch (error) {
        // A schedule of this name stands: an earlier call made it.
        if (error instanceof Error && error.name === 'ConflictException') return true;
        if (isOverQuota(error)) return false;
        throw error;
      }
    });
  }

  #targetIn(region: string): ScheduleTarget {
    const { groupName, roleArn, queueArn, deadLetterQueue } = this.#options;
    return {
      groupName,
      roleArn,
      queueArn: (queue) => queueArn(queue, region),
      deadLetterArn: queueArn(deadLetterQueue, region),
    };
  }
}
