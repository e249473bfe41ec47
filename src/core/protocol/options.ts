import { journalModeOf } from '../text/journal-modes.ts';
import { isPlainObject } from '../values/json.ts';
import {
  ANSWER_TIME,
  BACKOFF,
  ERRORS,
  FLAG,
  KEY,
  LIMIT,
  NUMBER,
  OBJECT,
  PLACES,
  RATE,
  RETRIES,
  SCHEMA,
  SECONDS,
  TEXT,
  wholeFrom,
} from '../values/option-checks.ts';
import type { OptionCheck } from '../values/option-checks.ts';
import { CALL_OPTIONS } from './call-options.ts';
import type { Option, Scope } from './option.ts';

/**
 * Every option, in one row. Checks, defaults, Celery's JSON in both directions, the fields of a message, the command line and the
 * reference page all follow from here. A new option is a row, and a field of the public type.
 */
const OPTIONS: Readonly<Record<string, Option>> = {
  ...CALL_OPTIONS,
  ignoreResult: {
    scopes: ['task', 'external', 'call'],
    check: FLAG,
    celery: 'ignore_result',
    wire: FLAG,
    default: false,
    doc: 'Clients cannot read the value. The next step of a canvas still gets it.',
  },
  maxRetries: {
    scopes: ['task', 'call'],
    check: RETRIES,
    celery: 'max_retries',
    wire: RETRIES,
    default: 3,
    doc: 'Retries before the task fails. `null`: no limit.',
  },
  timeLimit: {
    scopes: ['task', 'external', 'call'],
    check: LIMIT,
    celery: 'time_limit',
    wire: LIMIT,
    doc: 'Seconds after which the task fails. Default: the time limit of its function.',
  },
  softTimeLimit: {
    scopes: ['task', 'external', 'call'],
    check: LIMIT,
    celery: 'soft_time_limit',
    wire: LIMIT,
    doc: 'Seconds after which the abort signal fires. Less than `timeLimit`.',
  },
  bind: { scopes: ['task'], check: FLAG, default: false, doc: 'The function takes a `TaskContext` first.' },
  autoretryFor: { scopes: ['task'], check: ERRORS, default: [], doc: 'Errors that are retried automatically.' },
  dontAutoretryFor: { scopes: ['task'], check: ERRORS, default: [], doc: 'Exceptions to `autoretryFor`.' },
  throws: { scopes: ['task'], check: ERRORS, default: [], doc: 'Expected errors: logged as such, and no `Failures`.' },
  storeErrorsEvenIfIgnored: { scopes: ['task'], check: FLAG, default: true, doc: '`ignoreResult` keeps its errors.' },
  retryBackoff: {
    scopes: ['task'],
    check: BACKOFF,
    default: false,
    doc: 'Each automatic retry waits twice as long as the one before. A number: seconds of the first.',
  },
  retryBackoffMax: { scopes: ['task'], check: SECONDS, default: 600, doc: 'The longest backoff, in seconds.' },
  retryJitter: { scopes: ['task'], check: FLAG, default: true, doc: 'A backoff is a random time up to its length.' },
  defaultRetryDelay: {
    scopes: ['task'],
    check: SECONDS,
    default: 180,
    doc: 'Seconds before a retry that gives no time.',
  },
  trackStarted: { scopes: ['task'], check: FLAG, default: false, doc: 'Writes the state STARTED: one more write.' },
  acksLate: {
    scopes: ['task'],
    check: FLAG,
    default: true,
    doc: 'True: a task is not lost, and may run more than once. False: it runs at most once.',
  },
  rateLimit: {
    scopes: ['task'],
    check: RATE,
    doc: 'Most starts over all workers: `10/s`, `100/m`, `1000/h`, or a number a second.',
  },
  concurrencyLimit: {
    scopes: ['task', 'call'],
    check: PLACES,
    celery: 'concurrency_limit',
    wire: PLACES,
    doc: 'Most runs at once over all workers, of all tasks and calls with the same `concurrencyKey`.',
  },
  concurrencyKey: {
    scopes: ['task', 'call'],
    check: KEY,
    celery: 'concurrency_key',
    wire: KEY,
    doc: 'The name of the places that `concurrencyLimit` counts. Default: the name of the task.',
  },
  input: {
    scopes: ['task'],
    check: SCHEMA,
    doc: 'A Standard Schema that validates the arguments.',
  },
  logArguments: {
    scopes: ['task'],
    check: FLAG,
    default: false,
    doc: 'The log line of a failure or a retry shows the arguments.',
  },
  keepArguments: {
    scopes: ['task'],
    check: FLAG,
    default: false,
    doc: 'Keeps the arguments beside the outcome, for the page and `chordal inspect`.',
  },
  output: {
    scopes: ['task'],
    check: SCHEMA,
    doc: 'A Standard Schema that validates the value before it is stored.',
  },
  resultExpires: {
    scopes: ['app', 'task', 'external'],
    check: SECONDS,
    default: 86_400,
    doc: 'Seconds for which clients can read the value.',
  },
  maxDepth: {
    scopes: ['app'],
    check: wholeFrom(0),
    default: 100,
    doc: 'How many launches and replacements may follow each other. One more is refused with `TooDeep`.',
  },
  journal: {
    scopes: ['app'],
    check: { is: (value) => journalModeOf(value) !== undefined, want: "'workflows', 'all' or 'off'" },
    doc: 'The calls that `chordal list` shows: `workflows` (canvases of several tasks), `all` or `off`. Default: `CHORDAL_JOURNAL`, or `workflows`.',
  },
  logHeaders: {
    scopes: ['app'],
    check: {
      is: (value) => Array.isArray(value) && value.every((name) => typeof name === 'string'),
      want: 'a list of names of headers',
    },
    doc: 'Headers that each line of log inside a task shows.',
  },
  celeryId: {
    scopes: [],
    check: TEXT,
    wire: TEXT,
    doc: 'The id under which a Celery application reads the result.',
  },
  inline: {
    scopes: ['app', 'task', 'external', 'call'],
    check: FLAG,
    celery: 'inline',
    wire: FLAG,
    default: false,
    doc: 'Runs where the step before it has run, without a message of its own, if nothing else follows that step.',
  },
  routingKey: {
    scopes: ['external'],
    check: TEXT,
    doc: "Celery's name of the queue, where it is not `queue`: retries in Python go there.",
  },
  timeout: {
    scopes: ['external'],
    check: ANSWER_TIME,
    default: 900,
    doc: 'Seconds in which the answer must be there. After them the task fails with `TimeLimitExceeded`.',
  },
  inlineSteps: {
    scopes: ['app'],
    check: wholeFrom(1),
    default: 100,
    doc: 'Most steps that one delivery runs, its own included.',
  },
  highPriority: {
    scopes: ['app'],
    check: FLAG,
    default: false,
    doc: 'Each function of the app gets the queue of high priority, so that calls may ask for it. Without it only functions have one that run a task with `priority: high`.',
  },
  taskDefaults: { scopes: ['app'], check: OBJECT, doc: 'Options of every task that does not say otherwise.' },
};

/** Returns the options of a scope with their names, in the order of the table. */
export function optionsOf(scope: Scope): readonly (readonly [name: string, option: Option])[] {
  return Object.entries(OPTIONS).filter(([, { scopes }]) => scopes.includes(scope));
}

/** Returns the default of an option; undefined if it has none. */
export function defaultOf(name: string): unknown {
  return OPTIONS[name]?.default;
}

/** Returns the check of each option of a scope. */
export function checksOf(scope: Scope): Readonly<Record<string, OptionCheck>> {
  return Object.fromEntries(optionsOf(scope).map(([name, { check }]) => [name, check]));
}

/** Returns whether the options of a task in a message have valid values. Unknown options are ignored. */
export function areWireOptions(value: unknown): boolean {
  if (!isPlainObject(value)) return false;
  return WIRE.every(([name, check]) => value[name] === undefined || check.is(value[name]));
}

// --- internal ---

/** The checks of the options that a message carries. An `expires` that was given as a time is carried as one. */
const WIRE: readonly (readonly [name: string, check: OptionCheck])[] = [
  ['expiresAt', NUMBER],
  ...Object.entries(OPTIONS).flatMap(([name, { wire }]) => (wire === undefined ? [] : [[name, wire] as const])),
];
