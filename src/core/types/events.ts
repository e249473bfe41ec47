/** The signals of an app's tasks, for logs, error trackers and tracing. */
import type { Request } from './context.ts';

/**
 * One attempt of a task, as every listener gets it.
 *
 * @example
 * ```ts
 * const names: string[] = [];
 * const remember = ({ task, attempt }: TaskEvent): void => void names.push(`${task} ${attempt}`);
 * app.on('taskStart', remember);
 * ```
 */
export interface TaskEvent {
  /** The name of the task. */
  readonly task: string;
  /** The id of the call. */
  readonly taskId: string;
  /** The id of everything that descends from one call. */
  readonly workflowId: string;
  /** Which attempt it is; 0 is the first. */
  readonly attempt: number;
  /** The `headers` of the call; empty if it had none. */
  readonly headers: Readonly<Record<string, unknown>>;
  /** The facts of the run, with its arguments; absent if its function was not called. */
  readonly request?: Request;
}

/**
 * The events of an app, by the name for `app.on`.
 *
 * @example
 * ```ts
 * const report = ({ task, error }: TaskEvents['taskFailure']): void => {
 *   if (error.message === '') throw new RangeError(task);
 * };
 * app.on('taskFailure', report);
 * ```
 */
export interface TaskEvents {
  /** An attempt starts: before the function is called, within the task's time limit. */
  readonly taskStart: TaskStart;
  /** A task has succeeded; `ms` is how long its function ran. */
  readonly taskSuccess: TaskEvent & { readonly ms: number };
  /** A task has failed for good, with what it threw; an error of ours if its function was not called. */
  readonly taskFailure: TaskEvent & { readonly error: Error; readonly ms: number };
  /** An attempt has failed and the task runs again; without an error if it asked for that by `ctx.retry()`. */
  readonly taskRetry: TaskEvent & { readonly error?: Error; readonly retryAt: Date; readonly ms: number };
  /** A task was revoked, or had expired. */
  readonly taskRevoked: TaskEvent & { readonly reason: string };
}

/**
 * The start of an attempt, with the means to label what follows from it.
 *
 * @example
 * ```ts
 * const label = ({ task, carry }: TaskStart): void => carry({ 'after-task': task });
 * app.on('taskStart', label);
 * ```
 */
export interface TaskStart extends TaskEvent {
  /** The facts of the run, with its arguments. */
  readonly request: Request;
  /** The members of the group whose values the task gets as its input: 128 at most. Absent if it gets no such values. */
  readonly members?: readonly Attempt[];
  /**
   * Adds headers to all that follows from this attempt: its retry, its replacement, its callbacks and the next steps.
   *
   * @param headers texts by their names; one that is there already is replaced.
   */
  carry(headers: Readonly<Record<string, string>>): void;
}

/**
 * The attempt of a task that decided its outcome.
 *
 * @example
 * ```ts
 * const texts: string[] = [];
 * const note = ({ taskId, attempt }: Attempt): void => void texts.push(`${taskId} ${attempt}`);
 * app.on('taskStart', ({ members = [] }) => members.forEach(note));
 * ```
 */
export interface Attempt {
  /** The id of the call. */
  readonly taskId: string;
  /** Which attempt it is; 0 is the first. */
  readonly attempt: number;
}

/**
 * A call, before it is sent.
 *
 * @example
 * ```ts
 * const names: string[] = [];
 * const remember = ({ name, headers }: CallEvent): void => void names.push(`${name} ${Object.keys(headers).length}`);
 * app.aroundCall(async (event, send) => {
 *   remember(event);
 *   return send();
 * });
 * ```
 */
export interface CallEvent {
  /** The name of the task; of a canvas, its kind: `chain`, `group`, `chord`, `map`, `starmap` or `chunks`. */
  readonly name: string;
  /** The `headers` of the call; empty if it has none. */
  readonly headers: Readonly<Record<string, unknown>>;
}

/**
 * Sends a call, for code that has to be around it: it returns the id that `send` returns.
 *
 * @example
 * ```ts
 * const stamped: AroundCall = async ({ name }, send) => send({ 'called-as': name });
 * app.aroundCall(stamped);
 * ```
 */
export type AroundCall = (
  event: CallEvent,
  send: (headers?: Readonly<Record<string, string>>) => Promise<string>,
) => Promise<string>;

/**
 * Registers a listener of an event; the type of `app.on`.
 *
 * @example
 * ```ts
 * const on: OnTaskEvent = app.on;
 * const off = on('taskRetry', ({ retryAt }) => void retryAt.toISOString());
 * off();
 * ```
 */
export type OnTaskEvent = <Name extends keyof TaskEvents>(
  name: Name,
  listener: (event: TaskEvents[Name]) => unknown,
) => () => void;

/**
 * Calls a task's function, for code that has to be around it: it returns what `run` returns.
 *
 * @example
 * ```ts
 * const timed: AroundTask = async ({ task }, run) => {
 *   try {
 *     return await run();
 *   } finally {
 *     task.toUpperCase();
 *   }
 * };
 * app.around(timed);
 * ```
 */
export type AroundTask = (event: TaskEvents['taskStart'], run: () => Promise<unknown>) => Promise<unknown>;
