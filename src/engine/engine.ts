import type { FanOut } from '../core/protocol/limits.ts';
import type { Priority } from '../core/protocol/priority.ts';
import type { Parameters } from '../core/task/parameters.ts';
import type { JournalMode } from '../core/text/journal-modes.ts';
import type { EngineSettings } from '../core/types/app.ts';
import type { TaskOptions } from '../core/types/options.ts';
import type { Operations } from '../ports/operations.ts';
import type { Ports } from '../ports/ports.ts';
import type { Meter, Observer } from '../ports/system.ts';
import type { Hooks } from './hooks.ts';

/** A task as workers know it. */
export interface RegisteredTask {
  readonly name: string;
  readonly fn: (...args: readonly unknown[]) => unknown;
  readonly options: TaskOptions;
  /** Absent if the function's source cannot be read: then nothing is checked. */
  readonly parameters: Parameters | undefined;
  /** Where a Python worker runs it; absent: it runs in a function of this app. */
  readonly external?: ExternalTask;
}

/** Where a Python worker runs a task, and how long its answer is waited for. */
export interface ExternalTask {
  /** The name of the queue in SQS. */
  readonly queue: string;
  /** Celery's own name of the queue. */
  readonly routingKey: string;
  /** Seconds. */
  readonly timeout: number;
}

/** The means of a worker or a client: the ports, the tasks it knows, and the queues of each task's messages. */
export interface Engine extends Ports {
  readonly settings: EngineSettings;
  readonly fanOut: FanOut;
  /** The calls that the journal lists. */
  readonly journalMode: JournalMode;
  readonly tasks: ReadonlyMap<string, RegisteredTask>;
  /** The listeners of the app's events; absent where no app is. */
  readonly hooks?: Hooks | undefined;
  /** Absent if there is nothing to count. */
  readonly meter?: Meter;
  /** Absent if there is no observer. */
  readonly observer?: Observer | undefined;
  /** Returns the means of an operator. */
  operations(): Promise<Operations>;
  /** Returns the queue of a task; undefined for a name that no function runs. */
  queueOf(task: string): string | undefined;
  /** Returns whether a queue belongs to some function, as far as that is known. */
  hasQueue(queue: string): boolean;
  /** Returns the queue for high priority beside a queue; undefined if it has none. */
  highQueueOf(queue: string): string | undefined;
  /** Returns the priority that a task has if its call says none. */
  priorityOf(task: string): Priority;
  /** Returns the names of the tasks that some function is known to run. */
  taskNames(): readonly string[];
  /** Returns some queue of the app, for messages that are not for a task; undefined if no queue is known. */
  anyQueue(): string | undefined;
}
