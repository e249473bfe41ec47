import { SchedulerClient } from '@aws-sdk/client-scheduler';
import { connections, OPERATOR_TRIES } from '../adapters/aws/connections.ts';
import { AwsSchedules } from '../adapters/aws/schedules.ts';
import { RUN_GROUP_ENDING } from '../core/schedule/groups.ts';
import { compact } from '../core/values/compact.ts';
import type { Schedules } from '../ports/schedules.ts';
import { endpointOptions } from './endpoints.ts';
import { sandboxLeftMs } from './sandbox-time.ts';
import { required } from './variables.ts';
import type { Environment } from './variables.ts';

/**
 * The schedules of the cloud that the environment names. They are apart from the other ports, so that no function has them in its
 * bundle.
 *
 * @throws ConfigurationError if the environment is incomplete
 */
export function environmentSchedules(environment: Environment): Schedules {
  return schedulesIn(environment, RUN_GROUP_ENDING);
}

/**
 * The one-time schedules that hold messages whose delay is longer than a queue's, as far as `most` of them.
 *
 * @throws ConfigurationError if the environment is incomplete
 */
export function environmentHeld(environment: Environment, most: number): Pick<Schedules, 'list'> {
  return schedulesIn(environment, '', most);
}

// --- internal ---

function schedulesIn(environment: Environment, ending: string, most?: number): AwsSchedules {
  required(environment, 'CHORDAL_SCHEDULER_ROLE');
  return new AwsSchedules({
    client: new SchedulerClient({
      requestHandler: connections(sandboxLeftMs),
      ...OPERATOR_TRIES,
      ...endpointOptions(environment, 'scheduler'),
    }),
    groupName: `${environment['CHORDAL_SCHEDULER_GROUP'] ?? 'default'}${ending}`,
    prefix: required(environment, 'CHORDAL_QUEUE_PREFIX'),
    ...compact({ most }),
  });
}
