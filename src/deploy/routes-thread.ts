/** A thread that loads the bundles it is given, one after the other, and says which tasks each one's handler runs, and its configuration. */
import { pathToFileURL } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';
import { messageOf } from '../core/text/describe.ts';
import type { ScheduleData } from '../core/types/schedules.ts';
import type { BundledHandler, LoadedHandler, UsableHandler } from './routes.ts';

// Given by `loadInThread`.
const handlers = workerData as readonly BundledHandler[];
for (const handler of handlers) parentPort?.postMessage(await load(handler));

// --- internal ---

async function load({ name, bundle }: BundledHandler): Promise<LoadedHandler> {
  try {
    const module: unknown = await import(pathToFileURL(bundle).href);
    return describe(name, exportsOf(module));
  } catch (error) {
    return {
      name,
      problem: `it failed to load: ${messageOf(error)}`,
      cause: cloneable(error),
    };
  }
}

function exportsOf(module: unknown): Readonly<Record<string, unknown>> {
  return typeof module === 'object' && module !== null ? { ...module } : {};
}

function describe(name: string, module: Readonly<Record<string, unknown>>): LoadedHandler {
  const { handler, config } = module;
  if (typeof handler !== 'function') {
    return { name, problem: 'it does not export a handler. Write `export const handler = app.handler(add, mul)`.' };
  }
  const tasks: unknown = 'tasks' in handler ? handler.tasks : undefined;
  if (!Array.isArray(tasks) || tasks.length === 0 || !tasks.every((task) => typeof task === 'string')) {
    return { name, problem: 'its handler has no tasks. Make it by `app.handler(…)` with its tasks.' };
  }
  const others = otherHandlers(module);
  if (others.length > 0) {
    return {
      name,
      problem: `it exports more than one handler (handler, ${others.join(', ')}). A file is one function: give each a file of its own.`,
    };
  }
  if (config !== undefined && cloneable(config) === undefined) {
    return { name, problem: 'its `config` has a function in it. Put plugins of esbuild into chordal.config.ts.' };
  }
  return {
    name,
    tasks,
    timeLimits: timeLimitsOf(handler),
    schedules: schedulesOf(handler),
    externalQueues: externalQueuesOf(handler),
    ...highOf(handler),
    ...(config !== undefined && { config }),
  };
}

/** Exports that look like handlers, and would never be called. */
function otherHandlers(module: Readonly<Record<string, unknown>>): readonly string[] {
  return Object.entries(module)
    .filter(([key, value]) => key !== 'handler' && typeof value === 'function' && 'timeLimits' in value)
    .map(([key]) => key);
}

function timeLimitsOf(handler: object): Readonly<Record<string, number>> {
  const limits: unknown = 'timeLimits' in handler ? handler.timeLimits : {};
  if (typeof limits !== 'object' || limits === null) return {};
  const entries: readonly [string, unknown][] = Object.entries(limits);
  return Object.fromEntries(entries.filter((entry): entry is [string, number] => typeof entry[1] === 'number'));
}

/** The app of the bundle has made them, and checked them: only an old copy of the library has none. */
function schedulesOf(handler: object): readonly ScheduleData[] {
  const schedules: unknown = 'schedules' in handler ? handler.schedules : [];
  return Array.isArray(schedules) ? (schedules as readonly ScheduleData[]) : [];
}

function highOf(handler: object): Pick<UsableHandler, 'high'> {
  const high: unknown = 'high' in handler ? handler.high : undefined;
  return Array.isArray(high) ? { high: high.map(String) } : {};
}

function externalQueuesOf(handler: object): readonly string[] {
  const queues: unknown = 'externalQueues' in handler ? handler.externalQueues : [];
  return Array.isArray(queues) ? queues.map(String) : [];
}

/** Returns a value, or undefined if it cannot be sent to another thread. */
function cloneable(value: unknown): unknown {
  try {
    return structuredClone(value);
  } catch {
    return undefined;
  }
}
