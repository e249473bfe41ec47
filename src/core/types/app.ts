import type { JournalMode } from '../text/journal-modes.ts';
import type { LogLevel } from '../text/log-levels.ts';
import type { Control } from './control.ts';
import type { AroundCall, AroundTask, OnTaskEvent } from './events.ts';
import type { Inspect } from './inspect.ts';
import type { TaskOptions } from './options.ts';
import type { AsyncResult, GroupResult, ResultSetFunction } from './results.ts';
import type { ScheduleFunction } from './schedules.ts';
import type { DeclareTask, DefineTask, ExternalFunction, SignatureFunction } from './tasks.ts';

/**
 * The settings and the defaults of an app.
 *
 * @example
 * ```ts
 * const app = createApp('proj', { taskDefaults: { maxRetries: 5, timeLimit: 30 } });
 * app.conf.maxDepth; // 100
 * ```
 */
export interface AppConf extends EngineSettings, CloudSettings {
  /**
   * Options of every task that does not set its own; options that are not given have the defaults of {@link
   * TaskOptions}.
   */
  readonly taskDefaults: TaskOptions;
}

/** An app as its callers see it: its tasks, and the ways to call them and to find their results. */
export interface ClientApp {
  /** The name that it was created with; two apps of one name share their `dedupKey`s. */
  readonly name: string;
  /** Its settings, the defaults included. */
  readonly conf: AppConf;
  /** Registers a function as a task under a name that is its identity on the wire. */
  readonly task: DefineTask;
  /** A task known by its name and type alone, so that a caller does not load its code. */
  readonly declare: DeclareTask;
  /**
   * A task that a Python worker of Celery runs. Name it in `app.handler()`: that function sends the call to the worker's
   * queue, and takes the answer.
   */
  readonly external: ExternalFunction;
  /** Reads a signature from JSON, ours or Celery's, or builds one by name. */
  readonly signature: SignatureFunction;
  /**
   * Returns the handle of an id, from anywhere.
   *
   * @param id the `taskId` of a result, or the id of anything inside a workflow.
   * @throws InvalidOptions for a value that cannot be an id.
   */
  asyncResult<T = unknown>(id: string): AsyncResult<T>;
  /**
   * Returns the handle of a group that was saved with `save()`, or null.
   *
   * @param id its `taskId`.
   * @throws InvalidOptions for a value that cannot be an id.
   */
  groupResult<T extends readonly unknown[] = readonly unknown[]>(id: string): Promise<GroupResult<T> | null>;
  /** Changes what workers do from now on: it revokes and purges work, limits rates, and pauses functions. */
  readonly control: Control;
  /** Says what workers have, and how much waits for them. */
  readonly inspect: Inspect;
  /** Any results as one. */
  readonly resultSet: ResultSetFunction;
  /**
   * Starts a canvas at certain times: by EventBridge Scheduler in a deployment, by the embedded cloud elsewhere. Call it in a
   * handler's file, or in one that a handler imports. Each run is a workflow with the id `<name>:<time>`.
   */
  readonly schedule: ScheduleFunction;
  /**
   * Calls a listener at each start, success, failure, retry or revocation of a task that a worker runs. It is awaited
   * before the delivery ends, at most 5 s. It cannot change the task: an error of its own is logged. After a worker's
   * death an event may be missing, or a start come twice.
   *
   * @param name `taskStart`, `taskSuccess`, `taskFailure`, `taskRetry` or `taskRevoked`.
   * @param listener gets the event; its result is awaited and dropped.
   * @returns takes the listener away.
   * @throws InvalidOptions for an unknown name, or a listener that is not a function.
   *
   * @example
   * ```ts
   * const failures: string[] = [];
   * app.on('taskFailure', ({ task, error }) => void failures.push(`${task}: ${error.message}`));
   * ```
   */
  readonly on: OnTaskEvent;
  /**
   * Runs every task's function inside other code, for tracing. An error that the code throws is the task's.
   *
   * @param wrapper gets the event of the start and the function; it returns what the function returns.
   * @returns takes the wrapper away.
   * @throws InvalidOptions if it is not a function.
   *
   * @example
   * ```ts
   * app.around(async ({ task }, run) => {
   *   performance.mark(task);
   *   return run();
   * });
   * ```
   */
  around(wrapper: AroundTask): () => void;
  /**
   * Sends every call of this app inside other code, for tracing. Headers that the code gives to `send` travel with all
   * that descends from the call. An error that the code throws is the caller's.
   *
   * @param wrapper gets the call and the function that sends it; it returns the id which that function returns.
   * @returns takes the wrapper away.
   * @throws InvalidOptions if it is not a function.
   *
   * @example
   * ```ts
   * app.aroundCall(async ({ name }, send) => send({ 'called-as': name }));
   * ```
   */
  aroundCall(wrapper: AroundCall): () => void;
}

/** The engine's numbers, with the defaults of the table of options. */
export interface EngineSettings {
  /** How many launches and replacements may follow each other. Default 100. */
  readonly maxDepth: number;
  /** Seconds for which clients can read a value. Default 86,400. */
  readonly resultExpires: number;
  /**
   * The calls that `chordal list` and the page show: `workflows` (canvases of several tasks), `all` or `off`. A listed call costs one
   * write, and a listed failure another. Default: `CHORDAL_JOURNAL`, or `workflows`.
   */
  readonly journal?: JournalMode;
  /** The names of the headers that each line of log inside a task shows. Default none. */
  readonly logHeaders?: readonly string[];
  /**
   * Whether each function of the app gets a queue of high priority, so that calls may ask for it; it costs the requests of
   * its pollers. Without it only functions have one that run a task with `priority: 'high'`. Default false.
   */
  readonly highPriority: boolean;
  /** Whether tasks run where the step before them has run, if they can: `inline` of every task. Default false. */
  readonly inline: boolean;
  /** The steps that one delivery runs at most, its own included. Default 100. */
  readonly inlineSteps: number;
}

/**
 * The places of an app's table, bucket and queues. Each can also come from the environment; a value given here wins.
 */
export interface CloudSettings {
  /** The name of the table. Default: `CHORDAL_TABLE`. */
  readonly table?: string;
  /** The name of the bucket. Default: `CHORDAL_BUCKET`. */
  readonly bucket?: string;
  /**
   * The prefix of the names of its queues. Default: `<service>-<stage>-` if both are given, else
   * `CHORDAL_QUEUE_PREFIX`.
   */
  readonly queuePrefix?: string;
  /** The service that runs its tasks. Default: `CHORDAL_SERVICE`. */
  readonly service?: string;
  /** The stage of that service. Default: `CHORDAL_STAGE`. */
  readonly stage?: string;
  /**
   * The queue that carries each task's messages, by the task's name or by a pattern in which `*` stands for any characters:
   * `{ 'email.*': 'mail' }`. A name wins over patterns, and an earlier pattern over a later one; the `queue` of a call or a task wins
   * over both. Default: `CHORDAL_ROUTES`, or the routes built into the function.
   */
  readonly routes?: Readonly<Record<string, string>>;
  /** The role that EventBridge Scheduler sends with. Default: `CHORDAL_SCHEDULER_ROLE`; without one, a long delay is a series of short ones. */
  readonly schedulerRole?: string;
  /** The group of its schedules. Default: `CHORDAL_SCHEDULER_GROUP`, or `default`. */
  readonly schedulerGroup?: string;
  /**
   * The table of a Celery application's `dynamodb://` result backend: tasks that it sends also report there. Default:
   * `CHORDAL_CELERY_RESULTS`; without one, nobody in Python reads results, and its chords are refused.
   */
  readonly celeryResults?: string;
  /** The log level on stderr. Default: `CHORDAL_LOG_LEVEL`, or `info`. */
  readonly logLevel?: LogLevel;
}
