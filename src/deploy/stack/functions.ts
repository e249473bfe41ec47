import type { FunctionDescription } from '../project.ts';
import {
  attribute,
  BUCKET,
  DEAD_QUEUE,
  functionId,
  queueId,
  ref,
  roleId,
  scheduleGroupName,
  SCHEDULER_ROLE,
  sub,
  TABLE,
} from './template.ts';
import type { StackParts, Value } from './template.ts';

/** A function as `serverless.yml` describes it. */
export type ServerlessFunction = Readonly<Record<string, Value>>;

/**
 * The functions, as the `functions:` of `serverless.yml`.
 *
 * @param bundleDir where the bundles are, relative to `serverless.yml`
 */
export function serverlessFunctions(
  parts: StackParts,
  bundleDir: string,
): Readonly<Record<string, ServerlessFunction>> {
  const { functions, systemFunctions } = parts.project;
  return Object.fromEntries(
    [...functions, ...systemFunctions].map((one) => [one.handler, serverlessFunction(parts, one, bundleDir)]),
  );
}

/** What functions need that the framework has no words for, as the `extensions:` of `resources:`. */
export function extensions({ project, settings }: StackParts): Readonly<Record<string, Value>> {
  const properties = {
    // Lambda stops what looks like a loop near the 16th hop from queue to function: which a chain of 20 steps is.
    RecursiveLoop: 'Allow',
    // Lambda drops what is below the level of `serverless.yml`, INFO. Never above that: metrics are lines of INFO.
    ...(settings.logLevel === 'debug' && {
      LoggingConfig: { LogFormat: 'JSON', ApplicationLogLevel: 'DEBUG', SystemLogLevel: 'WARN' },
    }),
  };
  return Object.fromEntries(
    [...project.functions, ...project.systemFunctions].map(({ handler }) => [
      functionId(handler),
      { Properties: properties },
    ]),
  );
}

/** What every function, and every caller, has in its environment. */
export function environmentOf({ project }: Pick<StackParts, 'project'>): Readonly<Record<string, Value>> {
  return {
    ...project.environment,
    CHORDAL_TABLE: ref(TABLE),
    CHORDAL_BUCKET: ref(BUCKET),
    CHORDAL_SCHEDULER_ROLE: attribute(SCHEDULER_ROLE),
    CHORDAL_SCHEDULER_GROUP: scheduleGroupName(project),
  };
}

// --- internal ---

function serverlessFunction(parts: StackParts, one: FunctionDescription, bundleDir: string): ServerlessFunction {
  const { settings } = parts;
  return {
    name: one.name,
    handler: `${bundleDir}/${one.handler}.handler`,
    // By Fn::Sub: for a plain name the framework writes the dependency twice, which linters refuse.
    role: sub(`\${${roleId(one.handler)}.Arn}`),
    timeout: one.timeoutSeconds,
    memorySize: one.memoryMb,
    environment: {
      ...environmentOf(parts),
      CHORDAL_LOG_LEVEL: settings.logLevel,
      ...(settings.metrics && one.eventSource !== undefined && { CHORDAL_METRICS: 'true' }),
      ...(one.handler === 'submit' && { CHORDAL_SUBMIT_ALLOW: settings.submitAllow }),
    },
    ...(settings.tracing && { tracing: 'Active' }),
    ...(settings.kmsKey !== '' && { kmsKeyArn: settings.kmsKey }),
    events: eventsOf(one),
  };
}

function eventsOf({ handler, eventSource }: FunctionDescription): readonly Value[] {
  if (eventSource === undefined) return [];
  const { batchSize, windowSeconds, maximumConcurrency } = eventSource;
  return [
    {
      sqs: {
        arn: attribute(handler === 'bury' ? DEAD_QUEUE : queueId(handler)),
        batchSize,
        maximumBatchingWindow: windowSeconds,
        // Without it, what one message has failed comes back with the whole batch.
        functionResponseType: 'ReportBatchItemFailures',
        ...(maximumConcurrency !== undefined && { maximumConcurrency }),
      },
    },
  ];
}
