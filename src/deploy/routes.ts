import { Worker } from 'node:worker_threads';
import { ConfigurationError } from '../core/errors/caller.ts';
import { LIMIT_MARGIN_SECONDS } from '../core/protocol/limits.ts';
import { messageOf } from '../core/text/describe.ts';
import type { ScheduleData } from '../core/types/schedules.ts';
import { DEFAULT_TIMEOUT_SECONDS } from './handler-file.ts';
import type { HandlerFile } from './handler-file.ts';
import { sibling } from './module-url.ts';

/** Which handler runs a task, by the task's name: `{ add: 'math' }`. Its queue is the queue prefix and the handler's name. */
export type Routes = Readonly<Record<string, string>>;

/** A handler and its bundle. */
export interface BundledHandler extends HandlerFile {
  readonly bundle: string;
  /** The `process.env` of its modules; absent: that of this process. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** The thread's report on one bundle: the handler's tasks and its `config`, or the problem with it. */
export type LoadedHandler =
  | UsableHandler
  | { readonly name: string; readonly problem: string; readonly cause?: unknown };

/** A handler that can be deployed. */
export interface UsableHandler {
  readonly name: string;
  readonly tasks: readonly string[];
  readonly timeLimits: Readonly<Record<string, number>>;
  /** The schedules of its app, as far as its modules have them. */
  readonly schedules: readonly ScheduleData[];
  /** The queues of Python workers that it sends to. */
  readonly externalQueues: readonly string[];
  /** Its tasks of high priority, if it has a queue for them. */
  readonly high?: readonly string[];
  /** The module's exported `config`, not yet checked. */
  readonly config?: unknown;
}

/**
 * Loads each bundle once, in a thread with the environment that the handler will have.
 *
 * @throws ConfigurationError if a bundle can't be loaded, exports no handler or several, or a handler names no tasks
 */
export async function loadHandlers(handlers: readonly BundledHandler[]): Promise<readonly UsableHandler[]> {
  // Modules that two handlers share are loaded once, and may look at the environment then.
  const groups = Map.groupBy(handlers, ({ environment }) => JSON.stringify(environment));
  const loaded: UsableHandler[] = [];
  for (const group of groups.values()) {
    for (const handler of await loadInThread(group, group[0]?.environment)) {
      if ('problem' in handler) {
        const file = handlers.find(({ name }) => name === handler.name)?.file ?? handler.name;
        throw new ConfigurationError(`Cannot use ${file}: ${handler.problem}`, { cause: handler.cause });
      }
      loaded.push(handler);
    }
  }
  return loaded;
}

/** A handler with the timeout of its function. Default {@link DEFAULT_TIMEOUT_SECONDS}. */
export interface TimedHandler extends HandlerFile {
  readonly timeoutSeconds: number | undefined;
}

/**
 * Returns the handler of each task.
 *
 * @param handlers the files of those that are loaded
 * @throws ConfigurationError if two handlers name the same task, or a task may take longer than its function
 */
export function routesOf(loaded: readonly UsableHandler[], handlers: readonly TimedHandler[]): Routes {
  const given = new Map(handlers.map((handler) => [handler.name, handler]));
  const fileOf = (name: string): string => given.get(name)?.file ?? name;
  const routes = new Map<string, string>();
  for (const handler of loaded) {
    const file = fileOf(handler.name);
    checkTimeLimits(file, handler.timeLimits, given.get(handler.name)?.timeoutSeconds);
    for (const task of handler.tasks) {
      const other = routes.get(task);
      if (other !== undefined) {
        throw new ConfigurationError(
          `Cannot route task "${task}": ${fileOf(other)} and ${file} both run it, and a task runs in one handler. Remove it from one of them.`,
        );
      }
      routes.set(task, handler.name);
    }
  }
  return Object.fromEntries(routes);
}

// --- internal ---

function checkTimeLimits(
  file: string,
  limits: Readonly<Record<string, number>>,
  timeout = DEFAULT_TIMEOUT_SECONDS,
): void {
  for (const [task, limit] of Object.entries(limits)) {
    if (limit + LIMIT_MARGIN_SECONDS < timeout) continue;
    throw new ConfigurationError(
      `Cannot run task "${task}" of ${file}: its timeLimit is ${limit} s, and its function ends after ${timeout} s, with a margin of ${LIMIT_MARGIN_SECONDS} s. ` +
        `Give the function a timeout above ${limit + LIMIT_MARGIN_SECONDS} s, or the task a shorter limit.`,
    );
  }
}

/** For each handler; Lambda gives a function 10 s to initialise, on a machine that does nothing else. */
const loadLimitMs = 30_000;

async function loadInThread(
  handlers: readonly BundledHandler[],
  environment: Readonly<Record<string, string>> | undefined,
): Promise<readonly LoadedHandler[]> {
  const thread = new Worker(sibling('./routes-thread', import.meta.url), {
    workerData: handlers,
    execArgv: [],
    // Output of modules that load is printed again when they run; here it would mix with a command's answer.
    stdout: true,
    stderr: true,
    ...(environment && { env: environment }),
  });
  const loaded: LoadedHandler[] = [];
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const stuck = (problem: string, cause?: unknown): void => {
    const file = handlers[loaded.length]?.file ?? 'the handlers';
    reject(new ConfigurationError(`Cannot load ${file}: ${problem}`, { cause }));
  };
  const timer = setTimeout(() => stuck(`it was not loaded after ${loadLimitMs / 1000} s`), loadLimitMs);
  thread.on('message', (handler: LoadedHandler) => {
    timer.refresh();
    if (loaded.push(handler) === handlers.length) resolve();
  });
  thread.on('error', (error) => stuck(messageOf(error), error));
  thread.on('exit', () => stuck('it ended the process while it was loaded'));
  if (handlers.length === 0) resolve();
  try {
    await promise;
    return loaded;
  } finally {
    clearTimeout(timer);
    await thread.terminate();
  }
}
