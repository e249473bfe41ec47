import { ConfigurationError } from '../../core/errors/caller.ts';
import { highQueueName } from '../../core/protocol/priority.ts';
import { isOver } from '../../core/schedule/times.ts';
import { compact } from '../../core/values/compact.ts';
import type { QueuedSchedule } from '../schedules.ts';
import { sendingRole } from './roles.ts';
import { arnOf, DEAD_QUEUE, highQueueId, logicalName, queueId, runGroupName } from './template.ts';
import type { Resource, Resources, StackParts, Value } from './template.ts';

/**
 * Makes a schedule of EventBridge Scheduler for each schedule of the project, with a group and a role of their own. A
 * schedule that is no longer in the code, or is over, is not in the template, so CloudFormation removes it.
 *
 * @param now epoch ms
 * @throws ConfigurationError if two names are one in a template
 */
export function schedules(parts: StackParts, now: number): Resources {
  const due = (parts.schedules ?? []).filter((schedule) => !isOver(schedule, now));
  if (due.length === 0) return {};
  for (const [id, [one, other]] of Map.groupBy(due, resourceId))
    if (one !== undefined && other !== undefined)
      throw new ConfigurationError(
        `Cannot deploy the schedules ${one.name} and ${other.name}: both names would be ${id} in a template. Rename one of them.`,
      );
  const group = runGroupName(parts.project);
  const owners = new Set(due.map(({ queue }) => ownerOf(parts, queue)));
  return {
    [RUN_GROUP]: { Type: 'AWS::Scheduler::ScheduleGroup', Properties: { Name: group } },
    [RUN_ROLE]: sendingRole(parts, group, [...owners]),
    ...Object.fromEntries(due.map((one) => [resourceId(one), scheduleResource(parts, one, group, now)])),
  };
}

// --- internal ---

const RUN_GROUP = 'RunGroup';
/** Not `RunsRole`: that is the role of a handler called runs. */
const RUN_ROLE = 'RoleOfRuns';

/** Seconds after which a run that could not be sent is given up (EventBridge Scheduler, `MaximumEventAgeInSeconds`). */
const MAXIMUM_AGE = { once: 86_400, none: 60 };

/** Returns the name of a schedule's resource in a template, which may be that of another schedule, too. */
function resourceId({ name }: Pick<QueuedSchedule, 'name'>): string {
  return `RunOf${logicalName(name)}`;
}

/** Returns the handler that works on a queue: its own, or the one for high priority. */
function ownerOf({ project }: StackParts, queue: string): string {
  return project.functions.find(({ handler }) => highQueueName(handler) === queue)?.handler ?? queue;
}

function scheduleResource(parts: StackParts, schedule: QueuedSchedule, group: string, now: number): Resource {
  const { name, expression, timezone, canvas, start, end, jitterMinutes, isEnabled, catchUp, queue, body } = schedule;
  const window: Value =
    jitterMinutes === 0 ? { Mode: 'OFF' } : { Mode: 'FLEXIBLE', MaximumWindowInMinutes: jitterMinutes };
  const owner = ownerOf(parts, queue);
  // AWS refuses a start that is over.
  const isAhead = start !== undefined && start > now;
  return {
    Type: 'AWS::Scheduler::Schedule',
    // Its name is written out: see `scheduleGroupName`.
    DependsOn: RUN_GROUP,
    Properties: {
      Name: name,
      GroupName: group,
      Description: canvas,
      ScheduleExpression: expression,
      ScheduleExpressionTimezone: timezone,
      State: isEnabled ? 'ENABLED' : 'DISABLED',
      FlexibleTimeWindow: window,
      ...compact({
        StartDate: isAhead ? new Date(start).toISOString() : undefined,
        EndDate: end === undefined ? undefined : new Date(end).toISOString(),
      }),
      Target: {
        Arn: arnOf(owner === queue ? queueId(queue) : highQueueId(owner)),
        RoleArn: arnOf(RUN_ROLE),
        Input: body,
        RetryPolicy: { MaximumEventAgeInSeconds: MAXIMUM_AGE[catchUp], MaximumRetryAttempts: 185 },
        DeadLetterConfig: { Arn: arnOf(DEAD_QUEUE) },
      },
    },
  };
}
