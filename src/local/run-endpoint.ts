import type { ScheduleRunner } from '../adapters/schedules/schedule-runner.ts';
import { compact } from '../core/values/compact.ts';
import type { StandingSchedule } from '../ports/schedules.ts';
import { queueArn, schedulerRole } from './endpoints.ts';
import { fieldsIn, ok, refusal } from './http-endpoint.ts';
import type { Reply, Request } from './http-endpoint.ts';

/**
 * Answers EventBridge Scheduler's `ListSchedules` and `GetSchedule` for the schedules that run tasks, and its `UpdateSchedule` as far
 * as it enables or disables one. Returns nothing for a request that is about something else.
 *
 * @param queuePrefix the prefix of the names of the app's queues
 */
export async function answerRuns(
  runs: ScheduleRunner,
  queuePrefix: string,
  { method, path, query, body }: Request,
): Promise<Reply | undefined> {
  const all = await runs.list();
  if (method === 'GET' && path === '/schedules') {
    if (!isRunGroup(query.get('ScheduleGroup'))) return undefined;
    return ok({ Schedules: all.map(({ name }) => ({ Name: name })) });
  }
  const [, encoded] = /^\/schedules\/([^/]+)$/.exec(path) ?? [];
  if (encoded === undefined) return undefined;
  const name = decodeURIComponent(encoded);
  if (method === 'GET') {
    if (!isRunGroup(query.get('groupName'))) return undefined;
    const found = all.find((one) => one.name === name);
    return found === undefined ? missing(name) : ok(scheduleJson(found, queuePrefix));
  }
  if (method !== 'PUT') return undefined;
  const isFound = await runs.setEnabled({ name, isEnabled: fieldsIn(body)['State'] !== 'DISABLED' });
  return isFound ? ok({ ScheduleArn: name }) : missing(name);
}

// --- internal ---

function isRunGroup(group: string | null): boolean {
  return group?.endsWith('-runs') === true;
}

function missing(name: string): Reply {
  return refusal(404, 'ResourceNotFoundException', `Schedule ${name} does not exist.`);
}

/** Times are in seconds, as AWS's JSON has them. */
function scheduleJson(one: StandingSchedule, queuePrefix: string): object {
  return {
    Name: one.name,
    Description: one.canvas,
    ScheduleExpression: one.expression,
    ScheduleExpressionTimezone: one.timezone,
    State: one.isEnabled ? 'ENABLED' : 'DISABLED',
    FlexibleTimeWindow: { Mode: 'OFF' },
    ...compact({ StartDate: one.start && one.start / 1000, EndDate: one.end && one.end / 1000 }),
    Target: { Arn: queueArn(`${queuePrefix}${one.queue}`), RoleArn: schedulerRole, Input: one.body },
  };
}
