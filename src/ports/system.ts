/** Time, as the engine sees it: real, or virtual in tests. */
export interface Clock {
  /** Epoch ms. */
  now(): number;
  /** Resolves after `ms`, or at once when `signal` aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /**
   * Resolves after `ms`, before a reader looks again for the work of others. Where time is virtual, it may resolve later if
   * nothing happens meanwhile, but not after `most` ms.
   */
  poll(ms: number, most: number, signal?: AbortSignal): Promise<void>;
}

/** Where ids and chance come from. */
export interface Nonces {
  /** A new message's nonce, 96 bits as 16 characters. */
  mid(): string;
  /** A new delivery's nonce, 48 bits as 8 characters. */
  token(): string;
  /** A new workflow's id, made at `at` (epoch ms). */
  uuid(at: number): string;
  /** At least 0 and below 1. */
  random(): number;
  /** A digest that is the same for the same text everywhere, 32 characters of `A–Z a–z 0–9 _ -`. */
  digest(text: string): string;
}

/** The log of problems that no caller waits for. */
export interface Log {
  debug(message: string, fields?: Readonly<Record<string, unknown>>): void;
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
  error(message: string, fields?: Readonly<Record<string, unknown>>): void;
  info(message: string, fields?: Readonly<Record<string, unknown>>): void;
}

/**
 * The things that workers count: runs of tasks, tasks that failed for good, retries they asked for, runs that another
 * delivery had decided before, messages that return to their queue, messages that find no place, and dead messages settled.
 */
export type Countable = 'runs' | 'failures' | 'retries' | 'duplicateRuns' | 'returned' | 'waits' | 'deadLetters';

/** The counts of a batch, for monitoring. They decide nothing. */
export interface Meter {
  /** Counts one more, of a task where one is given; a second call counts again. */
  count(what: Countable, task?: string): void;
  /** Notes how long a message waited beyond its delay before it was worked on, in ms; a second call notes one more. */
  waited(ms: number): void;
}

/** An attempt of a task that runs. */
export interface ObservedRun {
  readonly task: string;
  readonly id: string;
  /** The n-th try, from 1. */
  readonly attempt: number;
}

/** The decision on an attempt, as a person reads it. */
export interface ObservedDecision {
  readonly state: 'SUCCESS' | 'FAILURE' | 'REVOKED' | 'RETRY' | 'REPLACED';
  /** How long the attempt took, in ms. */
  readonly ms: number;
  /** The error, or the reason of a revocation, as `TypeError: x is not a function`. */
  readonly error?: string;
}

/** Follows the work of workers, for a person who watches. It decides nothing. */
export interface Observer {
  /** Whether a debugger may be attached: tasks then have no time limits. Default false. */
  readonly isDebugged?: boolean;
  /** Runs a task's function. Its output belongs to the run. */
  around<T>(run: ObservedRun, fn: () => T): T;
  /** Notes the decision that now stands; a second call notes it again. */
  decided(run: ObservedRun, decision: ObservedDecision): void;
}
