import { SchedulerClient } from '@aws-sdk/client-scheduler';
import { connections } from '../adapters/aws/connections.ts';
import { AwsSchedules } from '../adapters/aws/schedules.ts';
import { RUN_GROUP_ENDING } from '../core/schedule/groups.ts';
import type { Schedules } from '../ports/schedules.ts';
import { endpointOptions } from './endpoints.ts';
import { required } from './environment.ts';
import type { Environment } from './environment.ts';
import { sandboxLeftMs } from './sandbox-time.ts';

/**
 * The schedules of the cloud that the environment names. They are apart from the other ports, so that no function has them in its
 * bundle.
 *
 * @throws ConfigurationError if the environment is incomplete
 */
export function environmentSchedules(environment: Environment): Schedules {
  required(environment, 'CHORDAL_SCHEDULER_ROLE');
  return new AwsSchedules({
    client: new SchedulerClient({
      requestHandler: connections(sandboxLeftMs),
      ...endpointOptions(environment, 'scheduler'),
    }),
    groupName: `${environment['CHORDAL_SCHEDULER_GROUP'] ?? 'default'}${RUN_GROUP_ENDING}`,
    prefix: required(environment, 'CHORDAL_QUEUE_PREFIX'),
  });
}
