import type { Project } from '../project.ts';
import { logicalName } from './template.ts';
import type { Resource, Resources, StackParts } from './template.ts';
import type { Value } from './value.ts';

/**
 * Makes the alarms: on dead letters, on messages that wait too long or come back again and again, on functions that
 * fail, and on a high rate of failed tasks.
 */
export function alarms({ project, settings }: StackParts): Resources {
  if (!settings.alarms) return {};
  const { functions, systemFunctions, deadLetterQueue } = project;
  const actions =
    settings.alarmTopic === '' ? {} : { AlarmActions: [settings.alarmTopic], OKActions: [settings.alarmTopic] };
  const bury = systemFunctions.find(({ handler }) => handler === 'bury');
  const alarm = (what: Alarm): Resource => ({
    Type: 'AWS::CloudWatch::Alarm',
    Properties: { ...properties(what), ...actions },
  });
  const age = (queue: string): Resource =>
    alarm({
      description: `A message of ${queue} waits for more than ${settings.messageAge} s. See OPERATIONS.md, Message age`,
      metrics: [ofQueue(queue, 'ApproximateAgeOfOldestMessage', 'Maximum')],
      threshold: settings.messageAge,
    });
  return {
    // The queue is emptied at once, so its length shows nothing. Its consumer is called only if a message has died; dead letters of
    // workers are in the metric alone.
    ...(bury && {
      DeadLettersAlarm: alarm({
        description: `Messages of ${project.queuePrefix}* were given up; chordal dlq list shows them. See OPERATIONS.md, Dead letters`,
        metrics: [settings.metrics ? ofStack(project, 'DeadLetters') : ofFunction(bury.name, 'Invocations')],
        threshold: 0,
      }),
    }),
    // Its messages have no age after their third receive, so they are counted, also those that its function holds.
    DeadLetterQueueAlarm: alarm({
      description: `${deadLetterQueue.name} is not emptied: its function fails. See OPERATIONS.md, Dead letters`,
      metrics: ['ApproximateNumberOfMessagesVisible', 'ApproximateNumberOfMessagesNotVisible'].map((metric) =>
        ofQueue(deadLetterQueue.name, metric, 'Minimum'),
      ),
      expression: 'm1 + m2',
      threshold: 0,
      periods: 3,
    }),
    ...Object.fromEntries(functions.map(({ handler, name }) => [`${logicalName(handler)}AgeAlarm`, age(name)])),
    ...Object.fromEntries(
      functions.flatMap(({ handler, highSource }) =>
        highSource === undefined ? [] : [[`AgeAlarmOfHigh${logicalName(handler)}`, age(highSource.queue.name)]],
      ),
    ),
    ...Object.fromEntries(
      [...functions, ...systemFunctions].map(({ handler, name }) => [
        `${logicalName(handler)}ErrorsAlarm`,
        alarm({
          description: `Runs of ${name} have failed as a whole. See OPERATIONS.md, Errors`,
          metrics: [ofFunction(name, 'Errors')],
          threshold: 0,
        }),
      ]),
    ),
    ...(settings.metrics && ofMetrics(project, settings.failureRate, alarm)),
  };
}

// --- internal ---

interface Metric {
  readonly namespace: string;
  readonly metric: string;
  readonly statistic: 'Sum' | 'Maximum' | 'Minimum';
  readonly dimension: { readonly Name: string; readonly Value: string };
}

interface Alarm {
  readonly description: string;
  readonly metrics: readonly Metric[];
  /** The compared value, made of `m1`, `m2`, …; absent: the only metric. */
  readonly expression?: string;
  readonly threshold: number;
  /** How many periods in a row it has to be above the threshold. Default 1. */
  readonly periods?: number;
  /** Seconds. Default 300. */
  readonly period?: number;
}

/** A rate needs at least this number of runs in a quarter of an hour. */
const FEWEST_RUNS = 10;

/** Makes the alarms on metrics that the functions print. */
function ofMetrics(project: Project, failureRate: number, alarm: (what: Alarm) => Resource): Resources {
  const stack = stackOf(project);
  return {
    // SQS leaves such a message out of the age of its queue after the third receive.
    ReturnedAlarm: alarm({
      description: `Messages of ${stack} have returned to their queues for an hour. See OPERATIONS.md, Messages that return`,
      metrics: [ofStack(project, 'Returned')],
      threshold: 0,
      period: 900,
      periods: 4,
    }),
    ...(failureRate > 0 && {
      FailureRateAlarm: alarm({
        description: `More than ${failureRate} % of the runs of ${stack} have failed. See OPERATIONS.md, Failures`,
        metrics: [ofStack(project, 'Failures'), ofStack(project, 'Runs')],
        expression: `IF(FILL(m2, 0) >= ${FEWEST_RUNS}, 100 * FILL(m1, 0) / m2, 0)`,
        threshold: failureRate,
        period: 900,
      }),
    }),
  };
}

function ofStack(project: Project, metric: string): Metric {
  const dimension = { Name: 'Stack', Value: stackOf(project) };
  return { namespace: 'Chordal', metric, statistic: 'Sum', dimension };
}

/** Returns the dimension of a stack's own metrics. */
function stackOf({ service, stage }: Project): string {
  return `${service}-${stage}`;
}

function ofFunction(name: string, metric: string): Metric {
  return { namespace: 'AWS/Lambda', metric, statistic: 'Sum', dimension: { Name: 'FunctionName', Value: name } };
}

function ofQueue(name: string, metric: string, statistic: Metric['statistic']): Metric {
  return { namespace: 'AWS/SQS', metric, statistic, dimension: { Name: 'QueueName', Value: name } };
}

function properties({
  description,
  metrics,
  expression,
  threshold,
  periods = 1,
  period = 300,
}: Alarm): Resource['Properties'] {
  return {
    AlarmDescription: description,
    ...(expression === undefined ? single(metrics, period) : { Metrics: several(metrics, expression, period) }),
    EvaluationPeriods: periods,
    ComparisonOperator: 'GreaterThanThreshold',
    Threshold: threshold,
    TreatMissingData: 'notBreaching',
  };
}

function single([metric]: readonly Metric[], period: number): Readonly<Record<string, Value>> {
  if (metric === undefined) return {};
  const { namespace, metric: name, statistic, dimension } = metric;
  return { Namespace: namespace, MetricName: name, Dimensions: [dimension], Statistic: statistic, Period: period };
}

function several(metrics: readonly Metric[], expression: string, period: number): readonly Value[] {
  const inputs = metrics.map(({ namespace, metric, statistic, dimension }, index) => ({
    Id: `m${index + 1}`,
    MetricStat: {
      Metric: { Namespace: namespace, MetricName: metric, Dimensions: [dimension] },
      Period: period,
      Stat: statistic,
    },
    ReturnData: false,
  }));
  return [...inputs, { Id: 'compared', Expression: expression, Label: expression, ReturnData: true }];
}
