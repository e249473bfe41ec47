/** What a task sees of its own run. */
import type { AnySignature, Complete } from './signature-types.ts';

/** What a bound task takes first; elsewhere `currentTask()` returns the same. */
export interface TaskContext {
  readonly request: Request;
  /** Fires at the soft time limit, shortly before the time limit, and when the task is revoked. */
  readonly signal: AbortSignal;
  readonly logger: Logger;
  readonly ledger: Ledger;
  /** Shows a custom state to clients until the task ends. */
  updateState(state: string, meta?: unknown): Promise<void>;
  /** The state PROGRESS, with `{ current, total }`. */
  progress(current: number, total: number): Promise<void>;
  /**
   * What to throw to be run again, by default after the task's `defaultRetryDelay`. Past `maxRetries` it is the `error`
   * itself, or MaxRetriesExceeded.
   *
   * @example
   * throw ctx.retry({ countdown: 10, error });
   */
  retry(options?: RetryOptions): Error;
  /**
   * What to return to have a signature or canvas run in the task's place: its value becomes the task's.
   *
   * @example
   * return ctx.replace(add.s(1, 2));
   */
  replace<R>(signature: Complete<R>): Replacement<R>;
  /** Adds a member to the chord that the task is a header member of; its value comes after those of the header. */
  addToChord(signature: AnySignature): void;
}

/** How a retry differs from what the task's options say. */
export interface RetryOptions {
  /** Seconds before it runs again. Default: the task's `defaultRetryDelay`. */
  readonly countdown?: number;
  /** The time before which it does not run again. Default none. */
  readonly eta?: Date;
  /** Why. Default none. */
  readonly error?: unknown;
  /** How many retries before it fails; null: without end. Default: the task's. */
  readonly maxRetries?: number | null;
}

/** What `ctx.replace` returns; its task's value is of type `R`. */
export interface Replacement<out R> {
  readonly replacement: Complete<R>;
}

/** What is known of the run. */
export interface Request {
  readonly id: string;
  /** The id of everything that descends from one call: the handle's. */
  readonly workflowId: string;
  /** As in Celery: of a chain, its first step's id. */
  readonly rootId: string;
  /** The task that came before or launched it; null if none did. */
  readonly parentId: string | null;
  /** The group it is a member of, and its place there; null if none. */
  readonly groupId: string | null;
  readonly groupIndex: number | null;
  /** How many retries came before this run. */
  readonly retries: number;
  readonly args: readonly unknown[];
  readonly kwargs: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly eta: Date | null;
  readonly expires: Date | null;
  /** Whether it was called in process, without a message. */
  readonly calledDirectly: boolean;
}

/** Writes lines of structured log that name the task and its id. */
export interface Logger {
  debug(message: string, fields?: object): void;
  info(message: string, fields?: object): void;
  warn(message: string, fields?: object): void;
  error(message: string, fields?: object): void;
}

/** Lists of values that outlive a task: each call of `append` adds one, also a second run's. */
export interface Ledger {
  append(key: string, value: unknown): Promise<void>;
  /** In the order in which they were appended. */
  read(key: string): Promise<readonly unknown[]>;
}
