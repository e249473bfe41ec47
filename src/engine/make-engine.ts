import { FAN_OUT } from '../core/protocol/limits.ts';
import type { FanOut } from '../core/protocol/limits.ts';
import { highQueueIn, isHighIn, isMark } from '../core/protocol/priority.ts';
import type { JournalMode } from '../core/text/journal-modes.ts';
import { matches } from '../core/text/pattern.ts';
import type { EngineSettings } from '../core/types/app.ts';
import type { Operations } from '../ports/operations.ts';
import type { Ports } from '../ports/ports.ts';
import type { Clock, Log, Nonces } from '../ports/system.ts';
import type { Engine, RegisteredTask } from './engine.ts';
import type { Hooks } from './hooks.ts';

/** The environment that an app runs on: injected, so that neither client nor worker knows where it is. */
export interface Runtime {
  readonly clock: Clock;
  readonly nonces: Nonces;
  readonly log: Log;
  /** Made when first needed: a program that only builds signatures needs no cloud. */
  ports(): Ports;
  /** The means of an operator: loaded when first needed, since hardly any program needs them. */
  operations(): Promise<Operations>;
  /** The calls that the journal lists, unless the app says otherwise. Default `workflows`. */
  readonly journalMode?: JournalMode;
  /** Which queue carries each task's messages; empty where that is not known. */
  routes(): Readonly<Record<string, string>>;
  /** The queue of the function that this process is, if it is one. */
  readonly ownQueue?: string;
  /** Default: {@link FAN_OUT}. Only a simulation has its own. */
  readonly fanOut?: FanOut | undefined;
}

/** The engine of an app: its ports are made when first used. */
export function makeEngine(
  runtime: Runtime,
  tasks: ReadonlyMap<string, RegisteredTask>,
  settings: EngineSettings,
  hooks?: Hooks,
): Engine {
  return {
    settings,
    hooks,
    tasks,
    get fanOut() {
      return runtime.fanOut ?? FAN_OUT;
    },
    // A test may give an app another runtime after it was made.
    get clock() {
      return runtime.clock;
    },
    get nonces() {
      return runtime.nonces;
    },
    get log() {
      return runtime.log;
    },
    get outcomes() {
      return runtime.ports().outcomes;
    },
    get payloads() {
      return runtime.ports().payloads;
    },
    get records() {
      return runtime.ports().records;
    },
    get places() {
      return runtime.ports().places;
    },
    get windows() {
      return runtime.ports().windows;
    },
    get journal() {
      return runtime.ports().journal;
    },
    get journalMode() {
      return settings.journal ?? runtime.journalMode ?? 'workflows';
    },
    get broker() {
      return runtime.ports().broker;
    },
    get deliveries() {
      return runtime.ports().deliveries;
    },
    get scheduler() {
      return runtime.ports().scheduler;
    },
    get celery() {
      return runtime.ports().celery;
    },
    operations: () => runtime.operations(),
    ...routing(runtime, tasks),
  };
}

// --- internal ---

/** Returns the queues of tasks, as far as they are known. */
function routing(
  runtime: Runtime,
  tasks: ReadonlyMap<string, RegisteredTask>,
): Pick<Engine, 'queueOf' | 'hasQueue' | 'highQueueOf' | 'priorityOf' | 'taskNames' | 'anyQueue'> {
  return {
    queueOf: (task) =>
      tasks.get(task)?.options.queue ?? routeOf(runtime, task) ?? (tasks.has(task) ? runtime.ownQueue : undefined),
    hasQueue: (queue) => {
      const queues = Object.values(runtime.routes());
      return queues.length === 0 || queue === runtime.ownQueue || queues.includes(queue);
    },
    highQueueOf: (queue) => highQueueIn(runtime.routes(), queue),
    priorityOf: (task) => tasks.get(task)?.options.priority ?? (isHighIn(runtime.routes(), task) ? 'high' : 'normal'),
    taskNames: () => [...new Set([...tasks.keys(), ...namesIn(runtime.routes())])],
    anyQueue: () => runtime.ownQueue ?? Object.values(runtime.routes())[0],
  };
}

/** The queue of a name, else of the first pattern that it matches. A task may be called `constructor`. */
function routeOf(runtime: Runtime, task: string): string | undefined {
  const routes = runtime.routes();
  if (Object.hasOwn(routes, task)) return routes[task];
  return Object.entries(routes).find(([name]) => isPattern(name) && matches(name, task))?.[1];
}

/** Returns the tasks in routes that are there by their names. */
function namesIn(routes: Readonly<Record<string, string>>): readonly string[] {
  return Object.keys(routes).filter((name) => !isPattern(name) && !isMark(name));
}

function isPattern(name: string): boolean {
  return name.includes('*');
}
