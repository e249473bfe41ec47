import { deadRequest } from '../adapters/schedules/retry-policy.ts';
import { queueUrl } from './endpoints.ts';
import type { Endpoints } from './endpoints.ts';
import { sendMessage } from './queue-client.ts';
import type { Schedule, SchedulesOptions } from './scheduler-endpoint.ts';

/** How the embedded Scheduler sends, and gives up what it cannot send. */
export interface ScheduledSending {
  readonly send: SchedulesOptions['send'];
  readonly giveUp: (schedule: Pick<Schedule, 'queue' | 'body' | 'deadLetters'>, error: unknown) => Promise<void>;
}

/**
 * Makes the sending of the embedded Scheduler.
 *
 * @param endpoints the emulators, once they have started
 * @param deadLetterQueue the dead-letter queue of schedules that name none
 */
export function scheduledSending(endpoints: () => Endpoints | undefined, deadLetterQueue: string): ScheduledSending {
  const started = (): Endpoints => {
    const known = endpoints();
    if (known === undefined) throw new Error('The embedded SQS has not started yet');
    return known;
  };
  return {
    send: async (queue, body) => sendMessage(started(), queue, { body }),
    giveUp: async ({ queue, body, deadLetters = deadLetterQueue }, error) =>
      sendMessage(started(), deadLetters, deadRequest({ queueUrl: queueUrl(started(), queue), body }, error)),
  };
}
