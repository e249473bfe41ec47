import type { FunctionDescription } from '../project.ts';
import { logicalName } from './template.ts';
import type { Resource, Resources, StackParts } from './template.ts';

/** Makes the alarms: on dead letters, on messages that wait too long, and on functions that fail. */
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
  return {
    // The queue is emptied at once, so its length shows nothing: its consumer is called only if a message has died.
    ...(bury && {
      DeadLettersAlarm: alarm({
        description: `Messages of ${project.queuePrefix}* were given up; chordal dlq list shows them. See OPERATIONS.md, Dead letters`,
        ...ofFunction(bury, 'Invocations'),
        threshold: 0,
      }),
    }),
    AgeAlarmOfDeadQueue: alarm({
      description: `${deadLetterQueue.name} is not emptied: its function fails. See OPERATIONS.md, Dead letters`,
      ...ofQueue(deadLetterQueue.name),
      threshold: settings.messageAge,
    }),
    ...Object.fromEntries(
      functions.map(({ handler, name }) => [
        `${logicalName(handler)}AgeAlarm`,
        alarm({
          description: `A message of ${name} waits for more than ${settings.messageAge} s. See OPERATIONS.md, Message age`,
          ...ofQueue(name),
          threshold: settings.messageAge,
        }),
      ]),
    ),
    ...Object.fromEntries(
      [...functions, ...systemFunctions].map((one) => [
        `${logicalName(one.handler)}ErrorsAlarm`,
        alarm({
          description: `Runs of ${one.name} have failed as a whole. See OPERATIONS.md, Errors`,
          ...ofFunction(one, 'Errors'),
          threshold: 0,
        }),
      ]),
    ),
  };
}

// --- internal ---

interface Alarm {
  readonly description: string;
  readonly namespace: string;
  readonly metric: string;
  readonly statistic: 'Sum' | 'Maximum';
  readonly dimension: { readonly Name: string; readonly Value: string };
  readonly threshold: number;
}

type Metric = Omit<Alarm, 'description' | 'threshold'>;

function ofFunction({ name }: FunctionDescription, metric: string): Metric {
  return { namespace: 'AWS/Lambda', metric, statistic: 'Sum', dimension: { Name: 'FunctionName', Value: name } };
}

function ofQueue(name: string): Metric {
  const dimension = { Name: 'QueueName', Value: name };
  return { namespace: 'AWS/SQS', metric: 'ApproximateAgeOfOldestMessage', statistic: 'Maximum', dimension };
}

function properties({
  description,
  namespace,
  metric,
  statistic,
  dimension,
  threshold,
}: Alarm): Resource['Properties'] {
  return {
    AlarmDescription: description,
    Namespace: namespace,
    MetricName: metric,
    Dimensions: [dimension],
    Statistic: statistic,
    Period: 300,
    EvaluationPeriods: 1,
    ComparisonOperator: 'GreaterThanThreshold',
    Threshold: threshold,
    TreatMissingData: 'notBreaching',
  };
}
