import { makeApp, makeConf } from './client/app.ts';
import type { App as ClientApp, AppConf } from './client/app.ts';
import type { AnyTask } from './core/types/tasks.ts';
import { makeHandler } from './lambda/handler.ts';
import type { Handler } from './lambda/handler.ts';
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
   * The Lambda function for a queue that runs these tasks; what a file in `handlers/` exports as `handler`.
   *
   * @throws InvalidOptions if there is none, or one is no task of this app.
   */
  handler(...tasks: readonly AnyTask[]): Handler;
}

/**
 * Makes an app. Where its table, bucket and queues are, its settings say, or the environment when they are first needed.
 *
 * @param name the app's name; it keeps apart the `dedupKey`s of two apps.
 * @param settings what differs from the defaults.
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
  const { app, engine } = makeApp(name, conf, environmentRuntime(environment));
  return {
    ...app,
    handler: (...tasks) => makeHandler(engine, tasks, () => queuePrefix(environment)),
  };
}

export { chain, chord, group } from './client/canvas.ts';
export { range, zip } from './client/helpers.ts';
export { kwargs } from './client/kwargs.ts';
export { currentTask } from './engine/task/context.ts';
export * from './core/errors/base.ts';
export * from './core/errors/result.ts';
export * from './core/errors/task.ts';
export * from './core/errors/caller.ts';
export type { AppConf, Handler };
export type { Group, GroupSignature, Signature, UntypedSignature } from './core/types/canvas.ts';
export type { Ledger, Logger, Replacement, Request, RetryOptions, TaskContext } from './core/types/context.ts';
export type {
  ApplyOptions,
  ChordOptions,
  Kwargs,
  OnMemberFailure,
  SignatureOptions,
  StandardSchema,
  TaskOptions,
} from './core/types/options.ts';
export type {
  AsyncResult,
  BuiltInState,
  GetOptions,
  GroupResult,
  MemberError,
  MemberOutcome,
  ResultGraph,
  ResultSet,
  State,
} from './core/types/results.ts';
export type { AnySignature, Complete, ResultOf, SignatureJson } from './core/types/signature.ts';
export type { AnyTask, Task } from './core/types/tasks.ts';
