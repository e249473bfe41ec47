import { journalModeOf } from '../text/journal-modes.ts';
import {
  ANSWER_TIME,
  BACKOFF,
  DATE,
  ERRORS,
  EXPIRES,
  FLAG,
  FROM_NOW,
  KEY,
  LIMIT,
  NUMBER,
  OBJECT,
  PLACES,
  RATE,
  RETRIES,
  SCHEMA,
  SECONDS,
  SIGNATURES,
  TENANT_NAME,
  TEXT,
  wholeFrom,
} from '../values/option-checks.ts';
import type { OptionCheck } from '../values/option-checks.ts';
import { isWorkflowId } from './ids.ts';
import { PRIORITY, SENT_PRIORITY } from './priority.ts';
import { SENT_STAMPS, STAMPS } from './stamps.ts';

/**
 * Where an option may be given: to an app, to a task, to a task that a Python worker runs, or to a call, which is a
 * signature or `applyAsync`.
 */
export type Scope = 'app' | 'task' | 'external' | 'call';

/** An option, with all its facts in every scope. */
export interface Option {
  readonly scopes: readonly Scope[];
  /** The check of its value. */
  readonly check: OptionCheck;
  /** Its name in Celery's signature dictionary, if it has one there. */
  readonly celery?: string;
  /** The check of its value in Celery's signature dictionary, if that is less strict than `check`. */
  readonly celeryCheck?: OptionCheck;
  /** The check of its value in a message, if a task's message carries it. */
  readonly wire?: OptionCheck;
  /** Its value if neither the call, the task nor the app sets it; none: nothing is limited, checked or sent elsewhere. */
  readonly default?: unknown;
  /** One line for the reference. */
  readonly doc: string;
}

/**
 * Every option, in one row. Checks, defaults, Celery's JSON in both directions, the fields of a message and the reference page
 * all follow from here. A new option is a row, and a field of the public type.
 */
const OPTIONS: Readonly<Record<string, Option>> = {
  countdown: {
    scopes: ['call'],
    check: FROM_NOW,
    celery: 'countdown',
    wire: FROM_NOW,
    doc: 'Earliest start, in seconds from now. With an `eta` too, the later one counts. Below 0: at once.',
  },
  eta: { scopes: ['call'], check: DATE, celery: 'eta', wire: NUMBER, doc: 'Earliest start.' },
  expires: {
    scopes: ['call'],
    check: EXPIRES,
    celery: 'expires',
    wire: NUMBER,
    doc: 'Latest start, as a time or in seconds: of a chain, group or chord from the call; of a step or a callback from when it is sent. After it the task is revoked; below 0 it is too late.',
  },
  taskId: {
    scopes: ['call'],
    check: {
      is: (value) => typeof value === 'string' && isWorkflowId(value),
      want: 'an id of 1 to 100 of A-Z a-z 0-9 _ : -',
    },
    celery: 'task_id',
    // Inside a canvas Celery's ids may be any text, and are not used; the id of the whole is checked when it is sent.
    celeryCheck: TEXT,
    doc: 'The id of the whole canvas. A second use of it starts nothing new, and is refused for another canvas. Default: a UUID of version 8.',
  },
  queue: {
    scopes: ['task', 'external', 'call'],
    check: TEXT,
    celery: 'queue',
    wire: TEXT,
    doc: 'The queue to send to.',
  },
  priority: {
    scopes: ['task', 'call'],
    check: PRIORITY,
    celery: 'priority',
    celeryCheck: SENT_PRIORITY,
    wire: SENT_PRIORITY,
    default: 'normal',
    doc: '`high`: it goes to a queue of its own beside the queue, with pollers of its own. `normal`: it does not. Numbers as in Celery: above 5 is high.',
  },
  tenant: {
    scopes: ['call'],
    check: TENANT_NAME,
    celery: 'tenant',
    wire: TENANT_NAME,
    doc: 'The SQS MessageGroupId: tenants share a queue fairly.',
  },
  headers: {
    scopes: ['call'],
    check: OBJECT,
    celery: 'headers',
    wire: OBJECT,
    doc: 'Custom headers. They travel with retries, replacements and callbacks.',
  },
  stamps: {
    scopes: ['call'],
    check: STAMPS,
    celery: 'stamps',
    celeryCheck: SENT_STAMPS,
    wire: SENT_STAMPS,
    doc: 'Stamps by their names, as `stamp()` sets them. They travel as headers do, and `revokeByStamp` finds tasks by them. A stamp that stands stays.',
  },
  link: { scopes: ['call'], check: SIGNATURES, celery: 'link', doc: 'Callbacks: started once with the value.' },
  linkError: {
    scopes: ['call'],
    check: SIGNATURES,
    celery: 'link_error',
    doc: 'Error callbacks: started once with the failure.',
  },
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
    doc: 'Most launches and replacements above a task.',
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

/** Returns the check of each option of a scope. */
export function checksOf(scope: Scope): Readonly<Record<string, OptionCheck>> {
  return Object.fromEntries(optionsOf(scope).map(([name, { check }]) => [name, check]));
}
