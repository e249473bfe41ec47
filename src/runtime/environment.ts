import { AsyncLocalStorage } from 'node:async_hooks';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
import { DynamoCeleryResults } from '../adapters/aws/celery-results.ts';
import { connections } from '../adapters/aws/connections.ts';
import { AwsJournal } from '../adapters/aws/journal.ts';
import { DynamoOutcomes } from '../adapters/aws/outcomes.ts';
import { AwsPayloads } from '../adapters/aws/payloads.ts';
import { DynamoPlaces } from '../adapters/aws/places.ts';
import { lookUpQueueUrls } from '../adapters/aws/queue-urls.ts';
import { AwsRecords } from '../adapters/aws/records.ts';
import { EventBridgeScheduler } from '../adapters/aws/scheduler.ts';
import { SqsBroker } from '../adapters/aws/sqs-broker.ts';
import { SqsDeliveries } from '../adapters/aws/sqs-deliveries.ts';
import { AwsWindows } from '../adapters/aws/windows.ts';
import { wholeName } from '../adapters/queue-names.ts';
import { RealClock } from '../adapters/system/clock.ts';
import type { MetricLabels } from '../adapters/system/emf.ts';
import { RandomNonces } from '../adapters/system/nonces.ts';
import { DEAD_LETTER_QUEUE } from '../core/protocol/limits.ts';
import type { CloudSettings } from '../core/types/app.ts';
import { compact } from '../core/values/compact.ts';
import { lazily } from '../core/values/lazily.ts';
import type { Runtime } from '../engine/make-engine.ts';
import type { Scheduler } from '../ports/broker.ts';
import type { CeleryResults } from '../ports/celery-results.ts';
import type { Ports } from '../ports/ports.ts';
import { endpointOptions } from './endpoints.ts';
import { journalModeIn } from './journal-mode.ts';
import { environmentLog } from './log.ts';
import { readRoutes } from './read-routes.ts';
import { sandboxLeftMs } from './sandbox-time.ts';
import { atOneEndpoint, required } from './variables.ts';
import type { Environment } from './variables.ts';

/** The middleware of a kind of call is put together once, not for each call: a seventh of the SDK's time. */
const LEAN = { cacheMiddleware: true };

/** The place where a test, or the command line with `--memory`, leaves the ports for every app of this process. */
const SHARED_RUNTIME: unique symbol = Symbol.for('chordal.runtime');

/** The place where it is noted which of those ports the calling code was started by. */
const CALLERS: unique symbol = Symbol.for('chordal.callers');

/**
 * Runs code that uses this runtime for as long as it lives, even if the apps of this process use another one by then. A task that
 * outlives its test reaches only the cloud of that test.
 */
export function startedBy<T>(runtime: Runtime, run: () => T): T {
  const callers = inProcess()[CALLERS] ?? new AsyncLocalStorage<Runtime>();
  Object.assign(globalThis, { [CALLERS]: callers });
  return callers.run(runtime, run);
}

/**
 * Has every app of this process, whichever copy of the library made it, use these ports instead of AWS.
 *
 * @returns gives the apps back to the environment, unless others share theirs by then.
 */
export function shareRuntime(runtime: Runtime): () => void {
  Object.assign(globalThis, { [SHARED_RUNTIME]: runtime });
  return () => {
    if (inProcess()[SHARED_RUNTIME] === runtime) Object.assign(globalThis, { [SHARED_RUNTIME]: undefined });
  };
}

/**
 * Returns the runtime of an app by default: AWS, or the endpoint that `AWS_ENDPOINT_URL…` or `CHORDAL_ENDPOINTS` names, with the table, bucket
 * and queues that the environment names. Clients are made when they are first needed, once in a process.
 */
export function environmentRuntime(environment: Environment = process.env): Runtime {
  const clock = new RealClock();
  const system = { clock, nonces: new RandomNonces(), log: environmentLog(environment, clock) };
  const aws = lazily(() => awsPorts(environment, system));
  const routes = lazily(() => readRoutes(environment));
  const operations = lazily(async () => (await import('./operations.ts')).environmentOperations(environment));
  const ownQueue = ownQueueOf(environment);
  const journalMode = journalModeIn(environment);
  return {
    get clock() {
      return shared()?.clock ?? system.clock;
    },
    get nonces() {
      return shared()?.nonces ?? system.nonces;
    },
    get log() {
      return shared()?.log ?? system.log;
    },
    get fanOut() {
      return shared()?.fanOut;
    },
    ports: () => shared()?.ports() ?? aws(),
    operations: () => shared()?.operations() ?? operations(),
    routes: () => shared()?.routes() ?? routes(),
    ...compact({ ownQueue, journalMode }),
  };
}

/** Returns the environment of an app with its own settings. Variables that they do not set are read when needed. */
export function environmentWith(settings: CloudSettings, environment: Environment = process.env): Environment {
  const {
    table,
    bucket,
    service,
    stage,
    routes,
    schedulerRole,
    schedulerGroup,
    celeryResults,
    logLevel: level,
  } = settings;
  const { queuePrefix: prefix = service && stage && `${service}-${stage}-` } = settings;
  const said: Environment = {
    CHORDAL_TABLE: table,
    CHORDAL_BUCKET: bucket,
    CHORDAL_QUEUE_PREFIX: prefix,
    CHORDAL_SERVICE: service,
    CHORDAL_STAGE: stage,
    CHORDAL_ROUTES: routes && JSON.stringify(routes),
    CHORDAL_SCHEDULER_ROLE: schedulerRole,
    CHORDAL_SCHEDULER_GROUP: schedulerGroup,
    CHORDAL_CELERY_RESULTS: celeryResults,
    CHORDAL_LOG_LEVEL: level,
  };
  const given = Object.entries(said).filter(([, value]) => value !== undefined);
  // Object.create is typed as any; the object it makes has the variables of both. They are defined, because to set one
  // would set the process's.
  return Object.create(environment, Object.fromEntries(given.map(([name, value]) => [name, { value }]))) as Environment;
}

/** Returns the prefix of the name of every queue of this function's stack. */
export function queuePrefix({ CHORDAL_QUEUE_PREFIX: prefix = '' }: Environment = process.env): string {
  return prefix;
}

/** Returns the settings of the function `submit`: which tasks it may submit, and as which app. */
export function submitSettings(
  { CHORDAL_SUBMIT_ALLOW: allow = '', CHORDAL_SERVICE: appName = 'chordal' }: Environment = process.env,
): {
  readonly allow: string;
  readonly appName: string;
} {
  return { allow, appName };
}

/** Returns the labels that tell this function's metrics apart; undefined where its stack asks for none. */
export function metricLabels(environment: Environment = process.env): MetricLabels | undefined {
  const {
    CHORDAL_METRICS: wanted,
    CHORDAL_SERVICE: service = 'chordal',
    CHORDAL_STAGE: stage = 'dev',
    AWS_LAMBDA_FUNCTION_NAME: functionName = '',
  } = environment;
  if (wanted !== 'true' && wanted !== 'tasks') return undefined;
  return { stack: `${service}-${stage}`, functionName, ...(wanted === 'tasks' ? { byTask: true } : {}) };
}

// --- internal ---

type System = Pick<Ports, 'clock' | 'nonces' | 'log'>;

interface InProcess {
  readonly [SHARED_RUNTIME]?: Runtime;
  readonly [CALLERS]?: AsyncLocalStorage<Runtime>;
}

function inProcess(): InProcess {
  // Only the functions above write these, here or in another copy of this module.
  return globalThis as InProcess;
}

function shared(): Runtime | undefined {
  const { [CALLERS]: callers, [SHARED_RUNTIME]: runtime } = inProcess();
  return callers?.getStore() ?? runtime;
}

function awsPorts(environment: Environment, { clock, nonces, log }: System): Ports {
  const table = required(environment, 'CHORDAL_TABLE');
  const bucket = required(environment, 'CHORDAL_BUCKET');
  const prefix = required(environment, 'CHORDAL_QUEUE_PREFIX');
  const patience = { clock, nonces };
  const requestHandler = connections(sandboxLeftMs);
  const dynamo = new DynamoDBClient({ requestHandler, ...LEAN, ...endpointOptions(environment, 'dynamodb') });
  // TLS ensures that a message arrives as it was sent; MD5 would be computed for each message in addition.
  const client = new SQSClient({
    requestHandler,
    md5: false,
    ...atOneEndpoint,
    ...LEAN,
    ...endpointOptions(environment, 'sqs'),
  });
  const nameOf = (queue: string): string => wholeName(prefix, queue);
  const queueUrl = lookUpQueueUrls(client, nameOf);
  const s3 = lazily(async () => {
    const { S3Client } = await import('../adapters/aws/s3.ts');
    return new S3Client({ requestHandler, ...endpointOptions(environment, 's3') });
  });
  return {
    outcomes: new DynamoOutcomes({ client: dynamo, table, ...patience }),
    payloads: new AwsPayloads({ dynamo, table, bucket, s3, ...patience }),
    records: new AwsRecords({ client: dynamo, table, ...patience }),
    places: new DynamoPlaces({ client: dynamo, table, ...patience }),
    windows: new AwsWindows({ client: dynamo, table, ...patience }),
    journal: new AwsJournal({ client: dynamo, table, ...patience }),
    broker: new SqsBroker({ client, queueUrl, deadLetterQueue: DEAD_LETTER_QUEUE, nameOf, ...patience }),
    deliveries: new SqsDeliveries({ client, queueUrl, ...patience }),
    celery: celeryOf(environment, dynamo, clock),
    scheduler: schedulerOf(environment, prefix, requestHandler),
    clock,
    nonces,
    log,
  };
}

/** Without a table for it no Celery application reads results. */
function celeryOf(
  { CHORDAL_CELERY_RESULTS: table }: Environment,
  client: DynamoDBClient,
  clock: Ports['clock'],
): CeleryResults | undefined {
  return table === undefined || table === '' ? undefined : new DynamoCeleryResults({ client, table, clock });
}

/** Without a role for it there is no scheduler, and long delays are made of short ones. */
function schedulerOf(
  environment: Environment,
  prefix: string,
  requestHandler: ReturnType<typeof connections>,
): Scheduler | undefined {
  const { CHORDAL_SCHEDULER_ROLE: roleArn, CHORDAL_SCHEDULER_GROUP: groupName = 'default' } = environment;
  if (roleArn === undefined || roleArn === '') return undefined;
  const options = endpointOptions(environment, 'scheduler');
  const [, partition = 'aws', , , account = ''] = roleArn.split(':');
  const client = lazily(async () => {
    const { SchedulerClient } = await import('../adapters/aws/scheduler-client.ts');
    return new SchedulerClient({ requestHandler, ...options });
  });
  return new EventBridgeScheduler({
    client,
    groupName,
    roleArn,
    queueArn: (queue, region) => `arn:${partition}:sqs:${region}:${account}:${prefix}${queue}`,
    deadLetterQueue: DEAD_LETTER_QUEUE,
  });
}

/** A function is named as its queue. */
function ownQueueOf({ AWS_LAMBDA_FUNCTION_NAME: name, CHORDAL_QUEUE_PREFIX: prefix }: Environment): string | undefined {
  return name !== undefined && prefix !== undefined && name.startsWith(prefix) ? name.slice(prefix.length) : undefined;
}
