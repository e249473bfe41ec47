import { ConfigurationError } from '../core/errors/caller.ts';
import { DEAD_LETTER_QUEUE } from '../core/protocol/limits.ts';
import { highQueueName } from '../core/protocol/priority.ts';
import { mismatch } from '../core/text/mismatch.ts';
import type { FunctionConfig, FunctionPollers } from '../core/types/function-config.ts';
import { compact } from '../core/values/compact.ts';
import { DEFAULT_TIMEOUT_SECONDS, checkHandlerName } from './handler-file.ts';
import type { HandlerFile } from './handler-file.ts';
import { systemHandlers } from './system-handlers.ts';

/** The parts of a project: a plain value. The embedded cloud and the deployed stack are both made from it. */
export interface Project {
  readonly service: string;
  readonly stage: string;
  /** The start of every queue's name: `<service>-<stage>-`. */
  readonly queuePrefix: string;
  readonly table: TableDescription;
  readonly bucket: BucketDescription;
  /** The queue for messages that were received too often; the `bury` function consumes it. */
  readonly deadLetterQueue: QueueDescription;
  /** One function for each file of the handlers folder. */
  readonly functions: readonly FunctionDescription[];
  /** The functions that every project has: `bury`, `submit` and `result`. */
  readonly systemFunctions: readonly FunctionDescription[];
  /** The variables that every function and every caller needs in its environment, beside the AWS SDK's own. */
  readonly environment: Readonly<Record<string, string>>;
}

/** The one table: string keys, paid by request, items expire by themselves. */
export interface TableDescription {
  readonly name: string;
  readonly partitionKey: string;
  readonly sortKey: string;
  readonly ttlAttribute: string;
}

/** The bucket for values that are too large for the table. */
export interface BucketDescription {
  readonly name: string;
}

/** A standard queue. */
export interface QueueDescription {
  readonly name: string;
  readonly visibilityTimeoutSeconds: number;
  readonly retentionSeconds: number;
  readonly redrive?: { readonly deadLetterQueue: string; readonly maxReceiveCount: number };
}

/** The event source of a function: its queue, and how the event source mapping reads it. */
export interface EventSource {
  readonly queue: QueueDescription;
  readonly batchSize: number;
  readonly windowSeconds: number;
  /** The largest number of batches at once; absent: as many as the account allows. */
  readonly maximumConcurrency?: number;
  /** Pollers of its own; absent: those that Lambda shares. */
  readonly pollers?: FunctionPollers;
}

/** A Lambda function. One without an event source is only invoked. */
export interface FunctionDescription extends FunctionExtras {
  /** The function's name: `<service>-<stage>-<handler>`. */
  readonly name: string;
  /** The name of its file without the extension. */
  readonly handler: string;
  readonly file: string;
  readonly timeoutSeconds: number;
  readonly memoryMb: number;
  readonly eventSource?: EventSource;
  /** A second queue, for messages of high priority, read by pollers of its own. */
  readonly highSource?: EventSource;
}

/** Returns the event sources of a function, each with a queue: its own first. */
export function sourcesOf({ eventSource, highSource }: FunctionDescription): readonly EventSource[] {
  return [eventSource, highSource].filter((source) => source !== undefined);
}

/** The settings of a function beside its queue; the names are those of its configuration. */
export type FunctionExtras = Pick<
  FunctionConfig,
  'environment' | 'permissions' | 'vpc' | 'layers' | 'reserved' | 'architecture'
>;

/** The settings that a function may have; the rest follows from them. */
export interface FunctionOptions extends FunctionExtras {
  /** How long one batch may take. Default 60. */
  readonly timeoutSeconds?: number;
  /** Default 512. */
  readonly memoryMb?: number;
  /** Messages in a batch, at most 10. Default 10. */
  readonly batchSize?: number;
  /** How long to wait for a batch to fill. Default 0. */
  readonly windowSeconds?: number;
  /** The largest number of batches at once, 2 to 1,000. Default: no limit of its own. */
  readonly maximumConcurrency?: number;
  /** Pollers of its own, in place of a largest number of batches. Default: none. */
  readonly pollers?: FunctionPollers;
}

/** The options of {@link describeProject}. */
export interface ProjectOptions {
  /** Letters, digits and hyphens, beginning with a letter. */
  readonly service: string;
  /** As `service`. */
  readonly stage: string;
  readonly functions: readonly (HandlerFile & FunctionOptions)[];
  /** The handlers that have a second queue, for high priority. Default: none. */
  readonly high?: readonly string[];
  /** The memory of the functions that every project has. Default 512. */
  readonly systemMemoryMb?: number;
}

/**
 * Describes everything that a project consists of: table, bucket, queues and functions, with their names and limits.
 *
 * @throws ConfigurationError if a name or a limit is one that AWS would refuse, or two functions have the same name
 *
 * @example
 * const { functions } = describeProject({ service: 'shop', stage: 'dev', functions: [{ name: 'math', file: 'handlers/math.ts' }] });
 * functions[0]?.name; // 'shop-dev-math'
 */
export function describeProject({
  service,
  stage,
  functions,
  high = [],
  systemMemoryMb = 512,
}: ProjectOptions): Project {
  checkPart('service', service);
  checkPart('stage', stage);
  const queuePrefix = `${service}-${stage}-`;
  checkNames(queuePrefix, functions, high);

  const deadLetterQueue: QueueDescription = {
    name: `${queuePrefix}${DEAD_LETTER_QUEUE}`,
    visibilityTimeoutSeconds: visibilityFor({}),
    retentionSeconds: 14 * day,
  };
  const redrive = { deadLetterQueue: deadLetterQueue.name, maxReceiveCount };
  // SQS keeps a message's first timestamp when it moves it, so a message that dies late must outlive its own queue.
  const sourceQueue = (options: FunctionOptions, name: string): QueueDescription => ({
    name,
    visibilityTimeoutSeconds: visibilityFor(options),
    retentionSeconds: 10 * day,
    redrive,
  });

  return {
    service,
    stage,
    queuePrefix,
    table: { name: `${service}-${stage}`, partitionKey: 'pk', sortKey: 'sk', ttlAttribute: 'x' },
    bucket: { name: `${queuePrefix}payloads`.toLowerCase() },
    deadLetterQueue,
    functions: functions.map((options) => {
      const name = `${queuePrefix}${options.name}`;
      const isHigh = high.includes(options.name);
      return {
        ...describeFunction(options, name, eventSource(options, sourceQueue(options, name))),
        ...(isHigh && { highSource: eventSource(options, sourceQueue(options, highQueueName(name))) }),
      };
    }),
    systemFunctions: systemHandlers().map(({ consumes, ...handler }) =>
      describeFunction(
        { ...handler, memoryMb: systemMemoryMb },
        `${queuePrefix}${handler.name}`,
        consumes === 'dead-letters' ? eventSource({}, deadLetterQueue) : undefined,
      ),
    ),
    environment: {
      CHORDAL_TABLE: `${service}-${stage}`,
      CHORDAL_BUCKET: `${queuePrefix}payloads`.toLowerCase(),
      CHORDAL_QUEUE_PREFIX: queuePrefix,
      CHORDAL_SERVICE: service,
      CHORDAL_STAGE: stage,
    },
  };
}

/** Returns the settings of a function beside its queue, out of all that may be set. */
export function extrasOf({
  environment,
  permissions,
  vpc,
  layers,
  reserved,
  architecture,
}: FunctionOptions): FunctionExtras {
  return compact({ environment, permissions, vpc, layers, reserved, architecture });
}

// --- internal ---

const day = 24 * 60 * 60;

/**
 * High, because it is not a count of crashes: throttling and neighbours in a batch raise it too. The worker counts
 * starts.
 */
const maxReceiveCount = 50;

/** The longest name of a Lambda function; a queue's may have 80. */
const longestFunctionName = 64;

/** The stage's limit gives way to what is reserved: Lambda refuses batches above that, and below two as a limit. */
function concurrencyOf({ maximumConcurrency, reserved = Infinity }: FunctionOptions): number | undefined {
  if (maximumConcurrency === undefined || maximumConcurrency <= reserved) return maximumConcurrency;
  return reserved < 2 ? undefined : reserved;
}

function describeFunction(
  options: HandlerFile & FunctionOptions,
  name: string,
  source: EventSource | undefined,
): FunctionDescription {
  const { name: handler, file, timeoutSeconds = DEFAULT_TIMEOUT_SECONDS, memoryMb = 512 } = options;
  checkLimit(name, 'timeout', timeoutSeconds, 1, 900);
  checkLimit(name, 'memory', memoryMb, 128, 10_240);
  return {
    ...extrasOf(options),
    name,
    handler,
    file,
    timeoutSeconds,
    memoryMb,
    ...(source && { eventSource: source }),
  };
}

function eventSource(options: FunctionOptions, queue: QueueDescription): EventSource {
  const { batchSize = 10, windowSeconds = 0, pollers } = options;
  checkLimit(queue.name, 'batchSize', batchSize, 1, 10);
  checkLimit(queue.name, 'window', windowSeconds, 0, 300);
  // A limit beside them is the one of all functions.
  if (pollers !== undefined) return { queue, batchSize, windowSeconds, pollers };
  const maximumConcurrency = concurrencyOf(options);
  if (maximumConcurrency === undefined) return { queue, batchSize, windowSeconds };
  checkLimit(queue.name, 'concurrency', maximumConcurrency, 2, 1000);
  return { queue, batchSize, windowSeconds, maximumConcurrency };
}

/** Returns the time that AWS asks for: six times the function's timeout, to retry a throttled batch, and the window. */
function visibilityFor({ timeoutSeconds = DEFAULT_TIMEOUT_SECONDS, windowSeconds = 0 }: FunctionOptions): number {
  return 6 * timeoutSeconds + windowSeconds;
}

function checkPart(what: string, value: string): void {
  if (/^[A-Za-z][A-Za-z0-9-]*$/.test(value)) return;
  throw new ConfigurationError(
    `Cannot use the ${what}: ${mismatch('letters, digits and hyphens, and a letter first', `"${value}"`)}`,
  );
}

function checkNames(prefix: string, functions: readonly HandlerFile[], high: readonly string[]): void {
  const taken = new Map<string, string>(
    [DEAD_LETTER_QUEUE, ...systemHandlers().map(({ name }) => name)].map((name) => [name, 'Chordal itself']),
  );
  for (const { name, file } of functions) {
    checkHandlerName(name, file);
    const owner = taken.get(name);
    if (owner !== undefined)
      throw new ConfigurationError(`Cannot name a function after ${file}: "${name}" is taken by ${owner}`);
    taken.set(name, file);
    checkLength(`${prefix}${name}`, ` after ${file}`, 'the file, the service or the stage');
  }
  for (const name of high) {
    const owner = taken.get(highQueueName(name));
    if (owner !== undefined)
      throw new ConfigurationError(
        `Cannot name a function after ${owner}: its queue would be that of ${name} for high priority. Rename the file.`,
      );
  }
  for (const { name } of systemHandlers()) checkLength(`${prefix}${name}`, '', 'the service or the stage');
}

function checkLength(name: string, after: string, fix: string): void {
  if (name.length <= longestFunctionName) return;
  throw new ConfigurationError(
    `Cannot name a function "${name}"${after}: a name has at most ${longestFunctionName} characters, this one has ${name.length}. Shorten ${fix}.`,
  );
}

function checkLimit(owner: string, what: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw new ConfigurationError(
    `Cannot set ${what} of ${owner}: ${mismatch(`a whole number from ${least} to ${most}`, String(value))}`,
  );
}
