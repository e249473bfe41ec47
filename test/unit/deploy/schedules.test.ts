import { describe, expect, it } from 'vitest';
import { describeProject } from '../../../src/deploy/project.ts';
import type { UsableHandler } from '../../../src/deploy/routes.ts';
import { schedulesOf } from '../../../src/deploy/schedules.ts';
import { schedules } from '../../../src/deploy/stack/schedules.ts';
import { DEFAULT_SETTINGS } from '../../../src/deploy/stack/settings.ts';
import type { ScheduleData } from '../../../src/index.ts';

const NOW = Date.UTC(2026, 0, 1);

function nightly(more: Partial<ScheduleData> = {}): ScheduleData {
  return {
    name: 'nightly',
    expression: 'cron(0 3 * * ? *)',
    timezone: 'Europe/Berlin',
    canvas: 'add(1, 2)',
    jitterMinutes: 0,
    isEnabled: true,
    catchUp: 'once',
    tasks: ['add'],
    first: { task: 'add' },
    body: '{"id":"nightly:<aws.scheduler.scheduled-time>"}',
    ...more,
  };
}

function loaded(name: string, ...all: readonly ScheduleData[]): UsableHandler {
  return { name, tasks: ['add'], timeLimits: {}, schedules: all, externalQueues: [] };
}

const files = ['math', 'text'].map((name) => ({ name, file: `handlers/${name}.ts` }));
const routes = { add: 'math', count: 'text' };

describe('schedulesOf()', () => {
  it('counts the schedule of a module that two handlers import once', () => {
    const all = [loaded('math', nightly()), loaded('text', nightly())];
    expect(schedulesOf(all, files, routes)).toEqual([{ ...nightly(), queue: 'math' }]);
  });

  it.each<[string, readonly UsableHandler[], string]>([
    [
      'two schedules of one name',
      [loaded('math', nightly()), loaded('text', nightly({ isEnabled: false }))],
      'Cannot use the schedule "nightly" of handlers/text.ts: handlers/math.ts has another one of that name',
    ],
    [
      'a task that no handler runs',
      [loaded('math', nightly({ tasks: ['add', 'mul'] }))],
      'of handlers/math.ts: no handler runs its task "mul"',
    ],
    [
      'a queue that no handler has',
      [loaded('math', nightly({ first: { task: 'add', queue: 'slow' } }))],
      'no handler has the queue "slow". Queues are math, text',
    ],
  ])('refuses %s', (_, all, why) => {
    expect(() => schedulesOf(all, files, routes)).toThrow(why);
  });
});

describe('schedules()', () => {
  const project = describeProject({ service: 'shop', stage: 'dev', functions: files });
  const made = (...all: readonly Partial<ScheduleData>[]) =>
    schedules(
      {
        project,
        settings: DEFAULT_SETTINGS,
        routes,
        schedules: all.map((more) => ({ ...nightly(more), queue: 'math' })),
      },
      NOW,
    );

  it('makes nothing where there are none', () => {
    expect(made()).toEqual({});
  });

  it('puts the message itself on the queue, in a group and with a role of its own', () => {
    const { RunOfNightly: one, RunGroup: group, RoleOfRuns: role } = made({});
    expect(group?.Properties).toEqual({ Name: 'shop-dev-runs' });
    expect(one?.Properties).toEqual({
      Name: 'nightly',
      GroupName: 'shop-dev-runs',
      Description: 'add(1, 2)',
      ScheduleExpression: 'cron(0 3 * * ? *)',
      ScheduleExpressionTimezone: 'Europe/Berlin',
      State: 'ENABLED',
      FlexibleTimeWindow: { Mode: 'OFF' },
      Target: {
        Arn: { 'Fn::GetAtt': ['MathQueue', 'Arn'] },
        RoleArn: { 'Fn::GetAtt': ['RoleOfRuns', 'Arn'] },
        Input: nightly().body,
        RetryPolicy: { MaximumEventAgeInSeconds: 86_400, MaximumRetryAttempts: 185 },
        DeadLetterConfig: { Arn: { 'Fn::GetAtt': ['DeadQueue', 'Arn'] } },
      },
    });
    expect(role?.Properties['Policies']).toEqual([
      {
        PolicyName: 'chordal',
        PolicyDocument: {
          Version: '2012-10-17',
          Statement: [
            {
              Effect: 'Allow',
              Action: ['sqs:SendMessage'],
              Resource: [{ 'Fn::GetAtt': ['MathQueue', 'Arn'] }, { 'Fn::GetAtt': ['DeadQueue', 'Arn'] }],
            },
          ],
        },
      },
    ]);
    expect(JSON.stringify(role)).toContain(':schedule-group/shop-dev-runs');
  });

  it('has the window, the dates, the state and the age that a schedule asks for', () => {
    const [start, end] = [NOW + 60_000, NOW + 120_000];
    const { RunOfNightly: one } = made({ jitterMinutes: 5, start, end, isEnabled: false, catchUp: 'none' });
    expect(one?.Properties).toMatchObject({
      State: 'DISABLED',
      FlexibleTimeWindow: { Mode: 'FLEXIBLE', MaximumWindowInMinutes: 5 },
      StartDate: '2026-01-01T00:01:00.000Z',
      EndDate: '2026-01-01T00:02:00.000Z',
      Target: { RetryPolicy: { MaximumEventAgeInSeconds: 60 } },
    });
  });

  it('refuses two names that are one in a template: the second would replace the first', () => {
    expect(() => made({}, { name: 'Nightly' })).toThrow(
      'Cannot deploy the schedules nightly and Nightly: both names would be RunOfNightly in a template. Rename one of them.',
    );
  });

  it('leaves out what is over, and a start that is', () => {
    const gone = { name: 'once', expression: 'at(2025-12-31T23:59:59)' };
    const {
      RunOfOnce: once,
      RunOfEnded: ended,
      RunOfNightly: one,
    } = made(gone, { name: 'ended', end: NOW - 1 }, { start: NOW - 1 });
    expect([once, ended]).toEqual([undefined, undefined]);
    expect(one?.Properties).not.toHaveProperty('StartDate');
  });
});
