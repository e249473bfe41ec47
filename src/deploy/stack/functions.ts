import { compact } from '../../core/values/compact.ts';
import { checkVariableBytes } from '../../core/values/variable-bytes.ts';
import { textOf } from '../function-config.ts';
import type { EventSource, FunctionDescription } from '../project.ts';
import { NO_PROVIDER_SETTINGS } from './provider.ts';
import {
  arnOf,
  BUCKET,
  DEAD_QUEUE,
  functionId,
  highQueueId,
  mappingId,
  queueId,
  queueIdsOf,
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

/** The files of the functions. */
export interface FunctionFiles {
  /** The folder of the bundles, relative to `serverless.yml`. */
  readonly bundleDir: string;
  /** The archive that has them, relative to `serverless.yml`. Default: the one of the service. */
  readonly archive?: string;
}

/** Returns the functions, as the `functions:` of `serverless.yml`. */
export function serverlessFunctions(
  parts: StackParts,
  files: FunctionFiles,
): Readonly<Record<string, ServerlessFunction>> {
  const { functions, systemFunctions } = parts.project;
  return Object.fromEntries(
    [...functions, ...systemFunctions].map((one) => [one.handler, serverlessFunction(parts, one, files)]),
  );
}

/** Returns the properties that the framework has no settings for, as the `extensions:` of `resources:`. */
export function extensions(parts: StackParts): Readonly<Record<string, Value>> {
  const { functions, systemFunctions } = parts.project;
  const all = [...functions, ...systemFunctions].map((one): readonly [string, Value] => [
    functionId(one.handler),
    { Properties: extendedProperties(parts, one) },
  ]);
  return Object.fromEntries<Value>([...all, ...functions.flatMap(pollersOf)]);
}

/** Returns the environment that every function and every caller has. */
export function environmentOf({ project }: Pick<StackParts, 'project'>): Readonly<Record<string, Value>> {
  return {
    ...project.environment,
    CHORDAL_TABLE: ref(TABLE),
    CHORDAL_BUCKET: ref(BUCKET),
    CHORDAL_SCHEDULER_ROLE: arnOf(SCHEDULER_ROLE),
    CHORDAL_SCHEDULER_GROUP: scheduleGroupName(project),
  };
}

// --- internal ---

/** The version of Node that bundles are built for. */
const RUNTIME = 'nodejs24.x';

/** The form of logs that names the task of each line. Lambda's own lines of each run would cost more than the run. */
const LOGS = { logFormat: 'JSON', applicationLogLevel: 'INFO', systemLogLevel: 'WARN' };

function extendedProperties(parts: StackParts, one: FunctionDescription): Readonly<Record<string, Value>> {
  const level = logLevelOf(parts, one);
  // Only CloudFormation knows the value of one of its functions.
  const isDebug = level === 'debug' || typeof level === 'object';
  return {
    // Lambda stops an apparent loop near the 16th hop from queue to function: a chain of 20 steps looks like one.
    RecursiveLoop: 'Allow',
    // Lambda drops lines below the level of `serverless.yml`, INFO. Never above that: metrics are lines of INFO.
    ...(isDebug && { LoggingConfig: { LogFormat: 'JSON', ApplicationLogLevel: 'DEBUG', SystemLogLevel: 'WARN' } }),
  };
}

/** Returns the level of a function's log: its own, else that of all functions, else that of the stage. */
function logLevelOf({ settings, provider = NO_PROVIDER_SETTINGS }: StackParts, one: FunctionDescription): Value {
  const { CHORDAL_LOG_LEVEL: own } = one.environment ?? {};
  return variable(own ?? provider.environment['CHORDAL_LOG_LEVEL'] ?? settings.logLevel);
}

function pollersOf(one: FunctionDescription): readonly (readonly [string, Value])[] {
  const { handler, eventSource: { pollers } = {} } = one;
  if (pollers === undefined) return [];
  const properties = { ProvisionedPollerConfig: { MinimumPollers: pollers.min, MaximumPollers: pollers.max } };
  return queueIdsOf(one).map((queue) => [mappingId(handler, queue), { Properties: properties }]);
}

function serverlessFunction(
  parts: StackParts,
  one: FunctionDescription,
  { bundleDir, archive }: FunctionFiles,
): ServerlessFunction {
  const { settings, provider = NO_PROVIDER_SETTINGS } = parts;
  const environment = functionEnvironment(parts, one);
  checkVariableBytes(one.name, { ...provider.environment, ...environment }, fixOf);
  return {
    name: one.name,
    handler: `${bundleDir}/${one.handler}.handler`,
    // Other functions of the service may have an older one.
    runtime: RUNTIME,
    // `individually`: without it the framework also looks for an archive of the service, when it deploys an earlier package.
    ...(archive !== undefined && { package: { individually: true, artifact: archive } }),
    // By Fn::Sub: for a plain name the framework writes the dependency twice, which linters refuse.
    role: sub(`\${${roleId(one.handler)}.Arn}`),
    timeout: one.timeoutSeconds,
    memorySize: one.memoryMb,
    environment,
    logRetentionInDays: settings.logRetention,
    // The framework would keep each version, and count it as a resource of the stack.
    versionFunction: false,
    ...(!provider.hasLogs && { logs: LOGS }),
    ...ownProperties(one),
    ...(settings.tracing && { tracing: 'Active' }),
    ...(settings.kmsKey !== '' && { kmsKeyArn: settings.kmsKey }),
    events: eventsOf(one),
  };
}

/** Returns the properties of a function that the framework has settings for. */
function ownProperties({ vpc, layers, reserved, architecture }: FunctionDescription): ServerlessFunction {
  return compact({
    // The framework and CloudFormation check their content.
    vpc: vpc as unknown as Value | undefined,
    layers: layers as readonly Value[] | undefined,
    reservedConcurrency: reserved,
    architecture,
  });
}

function functionEnvironment(parts: StackParts, one: FunctionDescription): Readonly<Record<string, Value>> {
  const { settings, provider = NO_PROVIDER_SETTINGS } = parts;
  const { environment = {} } = one;
  const own = Object.entries(environment).map(([name, value]) => [name, variable(value)] as const);
  const options = environment['NODE_OPTIONS'] ?? provider.environment['NODE_OPTIONS'] ?? '';
  return {
    ...Object.fromEntries(own),
    ...environmentOf(parts),
    CHORDAL_LOG_LEVEL: logLevelOf(parts, one),
    ...metricsOf(settings, one),
    ...(settings.celeryResults !== '' && { CHORDAL_CELERY_RESULTS: settings.celeryResults }),
    ...(one.handler === 'submit' && { CHORDAL_SUBMIT_ALLOW: settings.submitAllow }),
    ...(settings.sourceMaps && typeof options === 'string' && { NODE_OPTIONS: withSourceMaps(options) }),
  };
}

function metricsOf(
  { metrics, metricsByTask }: StackParts['settings'],
  one: FunctionDescription,
): { CHORDAL_METRICS?: Value } {
  if (!metrics || one.eventSource === undefined) return {};
  return { CHORDAL_METRICS: metricsByTask ? 'tasks' : 'true' };
}

/** Lambda's are texts. */
function variable(value: unknown): Value {
  // An object is a function of CloudFormation.
  return typeof value === 'object' ? (value as Value) : textOf(value);
}

function withSourceMaps(options: string): string {
  return options.includes('--enable-source-maps') ? options : `${options} --enable-source-maps`.trim();
}

/** Says how to make the variables of a function smaller. */
function fixOf(largest: string): string {
  return largest === 'CHORDAL_SUBMIT_ALLOW'
    ? 'Shorten the parameter submitAllow by patterns, as report-*'
    : 'Keep large values in a parameter of SSM, or in a file that `assets` names.';
}

function eventsOf({ handler, eventSource, highSource }: FunctionDescription): readonly Value[] {
  const own = eventSource && eventOf(handler === 'bury' ? DEAD_QUEUE : queueId(handler), eventSource);
  const high = highSource && eventOf(highQueueId(handler), highSource);
  return [own, high].filter((event) => event !== undefined);
}

function eventOf(queue: string, { batchSize, windowSeconds, maximumConcurrency }: EventSource): Value {
  return {
    sqs: {
      arn: arnOf(queue),
      batchSize,
      maximumBatchingWindow: windowSeconds,
      // Without it, one failed message brings back the whole batch.
      functionResponseType: 'ReportBatchItemFailures',
      ...(maximumConcurrency !== undefined && { maximumConcurrency }),
    },
  };
}
