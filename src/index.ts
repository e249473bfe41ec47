import { makeApp, makeConf } from './client/app.ts';
import type { AppConf, ClientApp } from './core/types/app.ts';
import type { AnyTask } from './core/types/tasks.ts';
import { makeHandler } from './lambda/handler.ts';
import type { Handler } from './lambda/sqs-event.ts';
import { environmentRuntime, environmentWith, queuePrefix } from './runtime/environment.ts';

/**
 * An app: its tasks, the way to call them and to find their results, and the functions that run them.
 *
 * @example
 * ```ts
 * const app = createApp('proj');
 * const add = app.task('add', (x: number, y: number) => x + y);
 * await add(1, 2); // 3
 * ```
 */
export interface App extends ClientApp {
  /**
   * Returns the Lambda function for a queue that runs these tasks: a file in `handlers/` exports it as `handler`.
   *
   * @throws InvalidOptions if there is none, or one is not a task of this app.
   */
  handler(...tasks: readonly AnyTask[]): Handler;
}

/**
 * Makes an app. The places of its table, bucket and queues come from its settings, or from the environment when they are first needed.
 *
 * @param name the app's name; it keeps apart the `dedupKey`s of two apps.
 * @param settings the differences from the defaults.
 * @throws InvalidOptions for a setting that is unknown or wrong.
 *
 * @example
 * ```ts
 * const app = createApp('proj');
 * const add = app.task('add', (x: number, y: number) => x + y);
 * await add.s(3, 4)(); // 7
 * ```
 */
export function createApp(name: string, settings: Partial<AppConf> = {}): App {
  const conf = makeConf(settings);
  const environment = environmentWith(conf);
  const { app, engine, schedules } = makeApp(name, conf, environmentRuntime(environment));
  return {
    ...app,
    handler: (...tasks) => makeHandler({ engine, schedules }, tasks, () => queuePrefix(environment)),
  };
}

export { chain, chord, group } from './client/canvas.ts';
export { crontab } from './client/crontab.ts';
export { currentTask } from './client/current-task.ts';
export { range, zip } from './client/helpers.ts';
export { kwargs } from './client/kwargs.ts';
export * from './core/errors/base.ts';
export * from './core/errors/result.ts';
export * from './core/errors/task.ts';
export * from './core/errors/caller.ts';
export type {
  BatchData,
  CallOptions,
  ChainData,
  ChordData,
  ChunksData,
  GroupData,
  MapData,
  SignatureData,
  TaskData,
  Tolerance,
} from './core/canvas/signature.ts';
export type { JournalMode } from './core/text/journal-modes.ts';
export type { LogLevel } from './core/text/log-levels.ts';
export type * from './core/types/app.ts';
export type * from './core/types/batches.ts';
export type * from './core/types/canvas.ts';
export type * from './core/types/context.ts';
export type * from './core/types/control.ts';
export type * from './core/types/events.ts';
export type * from './core/types/failure-info.ts';
export type * from './core/types/fit.ts';
export type * from './core/types/groups.ts';
export type * from './core/types/inspect.ts';
export type * from './core/types/member-outcome.ts';
export type * from './core/types/options.ts';
export type * from './core/types/priority.ts';
export type * from './core/types/standard-schema.ts';
export type * from './core/types/windows.ts';
export type * from './core/types/parameters.ts';
export type * from './core/types/results.ts';
export type * from './core/types/schedules.ts';
export type * from './core/types/signature.ts';
export type * from './core/types/skew.ts';
export type * from './core/types/stamps.ts';
export type * from './core/types/tasks.ts';
export type { Json, JsonObject } from './core/values/json.ts';
export type * from './lambda/sqs-event.ts';
