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
  readonly taskStart: TaskEvent & { readonly request: Request };
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
