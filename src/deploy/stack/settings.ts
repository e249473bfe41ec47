import { ConfigurationError } from '../../core/errors/caller.ts';
import { LEAST_TIMEOUT_SECONDS } from '../../core/protocol/limits.ts';
import { mismatch } from '../../core/text/mismatch.ts';
import { LOG_LEVEL } from '../../core/values/option-checks.ts';
import type { FunctionOptions } from '../project.ts';

/** The settings of a stage: the parameters of the stack. OPERATIONS.md has the same table. */
export interface StackSettings {
  /** Memory of each function, in MB. It also decides its share of a processor. */
  readonly memory: number;
  /** Seconds that a batch may take; a queue's visibility timeout is six times as much. */
  readonly timeout: number;
  /** Messages in a batch. */
  readonly batchSize: number;
  /** Seconds to wait for a batch to fill. */
  readonly batchWindow: number;
  /** Batches of one function at once; 0: as many as the account allows. */
  readonly concurrency: number;
  /** The tasks that `submit` may submit: names, or patterns with `*`; empty: none. */
  readonly submitAllow: string;
  /** Days that logs are kept. */
  readonly logRetention: number;
  /** The lowest level that functions log. */
  readonly logLevel: string;
  /** Days that large values are kept in the bucket: longer than any workflow waits, and 30 days. */
  readonly payloadRetention: number;
  /** Whether the table can be restored to any second of the last 35 days. */
  readonly tableRecovery: boolean;
  /** Whether table and bucket outlive the stack. */
  readonly retainData: boolean;
  /** Whether a queue is removed with its handler though messages are in it, or held for it. */
  readonly removeInUse: boolean;
  /** The ARN of a key of yours for table, bucket, queues and variables; empty: keys of AWS, which cost nothing. */
  readonly kmsKey: string;
  /** Whether there are alarms. */
  readonly alarms: boolean;
  /** The ARN of the SNS topic that alarms notify; empty: they notify no topic. */
  readonly alarmTopic: string;
  /** The age of a queue's oldest message, in seconds, above which its alarm goes off. */
  readonly messageAge: number;
  /** The share of runs that fail, in per cent, above which an alarm goes off; 0: there is no such alarm. */
  readonly failureRate: number;
  /** Whether functions print metrics of their runs. */
  readonly metrics: boolean;
  /** Whether runs, failures, retries and waits for a place are also metrics of each task. CloudWatch bills each task's apart. */
  readonly metricsByTask: boolean;
  /** Whether X-Ray traces the functions. */
  readonly tracing: boolean;
  /** Whether stacks of errors name files and lines as they were written; it costs some milliseconds of each cold start. */
  readonly sourceMaps: boolean;
  /** The table of a Celery application's `dynamodb://` result backend; empty: no Celery application reads results. */
  readonly celeryResults: string;
}

/** The defaults of a stage's settings. */
export const DEFAULT_SETTINGS: StackSettings = {
  memory: 512,
  timeout: 60,
  batchSize: 10,
  batchWindow: 0,
  concurrency: 0,
  submitAllow: '',
  logRetention: 14,
  logLevel: 'info',
  payloadRetention: 90,
  tableRecovery: false,
  retainData: true,
  removeInUse: false,
  kmsKey: '',
  alarms: true,
  alarmTopic: '',
  messageAge: 900,
  failureRate: 10,
  metrics: true,
  metricsByTask: false,
  tracing: false,
  sourceMaps: true,
  celeryResults: '',
};

/** The defaults of a stage of this name that differ. */
const STAGE_DEFAULTS: Readonly<Record<string, Partial<StackSettings>>> = {
  dev: { submitAllow: '*' },
  prod: { tableRecovery: true },
};

/**
 * Reads the parameters of a stage. On the command line they are texts.
 *
 * @param given the parameters that are set
 * @throws ConfigurationError if one has a value that it can't have
 *
 * @example
 * readSettings({ timeout: '30' }, 'dev').timeout; // 30
 */
export function readSettings(given: Readonly<Record<string, unknown>>, stage: string): StackSettings {
  const read = Object.fromEntries(
    Object.entries({ ...DEFAULT_SETTINGS, ...STAGE_DEFAULTS[stage] }).map(([name, standard]: [string, unknown]) => {
      const value = given[name] ?? standard;
      return [name, readers[typeof standard]?.(name, value) ?? value];
    }),
  );
  // Every parameter has been read as the type of its default.
  const settings = read as unknown as StackSettings;
  check(settings);
  return settings;
}

/** Returns the settings of a function that has none of its own. */
export function standardOptions({
  timeout,
  memory,
  batchSize,
  batchWindow,
  concurrency,
}: StackSettings): FunctionOptions {
  return {
    timeoutSeconds: timeout,
    memoryMb: memory,
    batchSize,
    windowSeconds: batchWindow,
    ...(concurrency > 0 && { maximumConcurrency: concurrency }),
  };
}

// --- internal ---

/** The values that CloudWatch Logs accepts. */
const LOG_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

type Reader = (name: string, value: unknown) => number | boolean | string;

const readers: Readonly<Partial<Record<string, Reader>>> = {
  number: (name, value) => {
    const number = Number(value);
    if (String(value).trim() !== '' && Number.isInteger(number) && number >= 0) return number;
    throw refused(name, 'a whole number', value);
  },
  boolean: (name, value) => {
    if (value === true || value === 'true') return true;
    if (value === false || value === 'false') return false;
    throw refused(name, 'true or false', value);
  },
  string: (name, value) => {
    if (typeof value === 'string') return value.trim();
    throw refused(name, 'a text', value);
  },
};

/** Checks the parameters. The limits of functions and queues are checked with their project. */
function check(settings: StackSettings): void {
  checkAlarms(settings);
  const { timeout, logLevel, logRetention, payloadRetention, kmsKey, celeryResults } = settings;
  if (timeout < LEAST_TIMEOUT_SECONDS)
    throw refused(
      'timeout',
      `at least ${LEAST_TIMEOUT_SECONDS} seconds: a shorter function would start no task`,
      timeout,
    );
  if (!LOG_LEVEL.is(logLevel)) throw refused('logLevel', LOG_LEVEL.want, logLevel);
  if (!LOG_DAYS.includes(logRetention))
    throw refused('logRetention', `a number of days that CloudWatch takes (${LOG_DAYS.join(', ')})`, logRetention);
  if (payloadRetention < 31)
    throw refused('payloadRetention', 'at least 31 days, as results are kept for 30', payloadRetention);
  if (kmsKey !== '' && !/^arn:[^:]+:kms:[^:]+:\d{12}:key\/.+$/.test(kmsKey))
    throw refused('kmsKey', 'the ARN of a KMS key (arn:aws:kms:…:key/…)', kmsKey);
  if (celeryResults !== '' && !/^[\w.-]{3,255}$/.test(celeryResults))
    throw refused('celeryResults', 'the name of a table: 3 to 255 of A-Z a-z 0-9 _ . -', celeryResults);
}

function checkAlarms({ messageAge, failureRate, alarmTopic }: StackSettings): void {
  if (failureRate > 100) throw refused('failureRate', 'a share of 0 to 100 per cent', failureRate);
  if (messageAge < 60) throw refused('messageAge', 'at least 60 seconds', messageAge);
  if (alarmTopic !== '' && !/^arn:[^:]+:sns:[^:]+:\d{12}:.+$/.test(alarmTopic))
    throw refused('alarmTopic', 'the ARN of an SNS topic (arn:aws:sns:…)', alarmTopic);
}

function refused(name: string, want: string, value: unknown): ConfigurationError {
  return new ConfigurationError(`Cannot use the parameter ${name}: ${mismatch(want, JSON.stringify(value))}`);
}
