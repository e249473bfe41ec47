import type { Parameters } from '../core/task/parameters.ts';
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

/** The engine's numbers. */
export interface Settings {
  /** How many launches and replacements may lie above a task. Default 100. */
  readonly maxDepth: number;
  /** Counted starts, the first fresh run not counted, after which a task is given up. Default 3. */
  readonly maxStarts: number;
  /** Members of a group that are sent directly. Default 10: one batch. */
  readonly inlineMembers: number;
  /** Members in one expand message. Default 200. */
  readonly rangeMembers: number;
  /** Seconds for which clients can read a value. Default 86,400. */
  readonly resultExpires: number;
}

/** What {@link Settings} are where nobody says otherwise. */
export const DEFAULT_SETTINGS: Settings = {
  maxDepth: 100,
  maxStarts: 3,
  inlineMembers: 10,
  rangeMembers: 200,
  resultExpires: 86_400,
};

/** What a worker or a client works with: the ports, the tasks it knows, and where each task's messages go. */
export interface Engine extends Ports {
  readonly settings: Settings;
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
