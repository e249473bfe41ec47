import type { SchedulerClient } from '@aws-sdk/client-scheduler';
import type { Schedule, Scheduler } from '../../ports/broker.ts';
import { calling } from './errors.ts';
import { scheduleRequest } from './scheduler-requests.ts';
import type { ScheduleTarget } from './scheduler-requests.ts';

/** Schedules and how to reach them. */
export interface EventBridgeSchedulerOptions extends ScheduleTarget {
  /** Called when something is first scheduled: most programs never load the Scheduler's client. */
  readonly client: () => Promise<SchedulerClient>;
}

/** One-time schedules of EventBridge Scheduler. */
export class EventBridgeScheduler implements Scheduler {
  readonly #options: EventBridgeSchedulerOptions;

  constructor(options: EventBridgeSchedulerOptions) {
    this.#options = options;
  }

  async schedule(params: Schedule): Promise<void> {
    const { client, groupName } = this.#options;
    const [scheduler, { CreateScheduleCommand }] = await Promise.all([client(), import('./scheduler-client.ts')]);
    const command = new CreateScheduleCommand(scheduleRequest(this.#options, params));
    await calling('write to', { kind: 'schedule group', name: groupName }, async () => {
      try {
        await scheduler.send(command);
      } catch (error) {
        // A schedule of this name stands: an earlier call made it.
        if (!(error instanceof Error && error.name === 'ConflictException')) throw error;
      }
    });
  }
}
