import type { Parameters } from '../core/task/parameters.ts';
import type { EngineSettings } from '../core/types/app.ts';
import type { TaskOptions } from '../core/types/options.ts';
import type { Ports } from '../ports/ports.ts';
import type { Meter } from '../ports/system.ts';

/** A task as workers know it. */
export interface RegisteredTask {
  readonly name: string;
  readonly fn: (...args: readonly unknown[]) => unknown;
  readonly options: TaskOptions;
  /** Absent where the function's source cannot be read: then nothing is checked. */
  readonly parameters: Parameters | undefined;
}

/** The settings of an app that names none. */
export const DEFAULT_SETTINGS: EngineSettings = {
  maxDepth: 100,
  maxStarts: 3,
  inlineMembers: 10,
  rangeMembers: 200,
  resultExpires: 86_400,
};

/** What a worker or a client works with: the ports, the tasks it knows, and where each task's messages go. */
export interface Engine extends Ports {
  readonly settings: EngineSettings;
  readonly tasks: ReadonlyMap<string, RegisteredTask>;
  /** Absent: nobody watches. */
  readonly meter?: Meter;
  /** The queue of a task; undefined for a name that nobody runs. */
  queueOf(task: string): string | undefined;
  /** Whether a queue is some function's, as far as that is known. */
  hasQueue(queue: string): boolean;
  /** The names that somebody is known to run. */
  taskNames(): readonly string[];
  /** Some queue of the app, for what is for no task; undefined if no queue is known. */
  anyQueue(): string | undefined;
}
