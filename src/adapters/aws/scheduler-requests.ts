import type { CreateScheduleCommandInput } from '@aws-sdk/client-scheduler';
import type { Schedule } from '../../ports/broker.ts';

/** The data that schedules need to put a message on a queue. */
export interface ScheduleTarget {
  readonly groupName: string;
  /** The role that EventBridge Scheduler takes on to send. */
  readonly roleArn: string;
  readonly queueArn: (queue: string) => string;
  /** The queue for messages that could not be sent. */
  readonly deadLetterArn: string;
}

/** A schedule that sends one message and then deletes itself. */
export function scheduleRequest(
  { groupName, roleArn, queueArn, deadLetterArn }: ScheduleTarget,
  { name, at, queue, body }: Schedule,
): CreateScheduleCommandInput {
  return {
    Name: name,
    GroupName: groupName,
    ScheduleExpression: `at(${new Date(at).toISOString().slice(0, 19)})`,
    ScheduleExpressionTimezone: 'UTC',
    FlexibleTimeWindow: { Mode: 'OFF' },
    ActionAfterCompletion: 'DELETE',
    Target: { Arn: queueArn(queue), RoleArn: roleArn, Input: body, DeadLetterConfig: { Arn: deadLetterArn } },
  };
}
