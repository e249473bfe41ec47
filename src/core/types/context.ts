/** The types of a task's view of its own run. */
import type { AnySignature, Complete } from './signature.ts';

/**
 * The first parameter of a bound task; elsewhere `currentTask()` returns the same.
 *
 * @example
 * ```ts
 * const greet = app.task('greet', { bind: true }, (ctx, name: string) => `${name}, ${ctx.request.retries}`);
 * await greet('Ada'); // 'Ada, 0'
 * ```
 */
export interface TaskContext {
  /** The known facts of the run. */
  readonly request: Request;
  /** Fires at the soft time limit, shortly before the time limit, and when the task is revoked. */
  readonly signal: AbortSignal;
  /** Writes lines of log that name the task and its id. */
  readonly logger: Logger;
  /** Lists of values that outlive the task. */
  readonly ledger: Ledger;
  /**
   * Shows a custom state to clients until the task ends. It does nothing in a direct call.
   *
   * @param state a name other than SUCCESS, FAILURE and REVOKED, which only an outcome has.
   * @param meta the value that `info()` then returns; any value that can be sent, up to 390,000 bytes as JSON. Default null.
   * @throws InvalidOptions for an invalid state, SerializationError for a meta that cannot be sent, or is too large.
   */
  updateState(state: string, meta?: unknown): Promise<void>;
  /**
   * Shows the state PROGRESS, with `{ current, total }`.
   *
   * @param current the amount that is done.
   * @param total the whole amount, in the same unit.
   */
  progress(current: number, total: number): Promise<void>;
  /**
   * Returns the error to throw for a retry, by default after the task's `defaultRetryDelay`. After `maxRetries` it is the
   * `error` itself, or MaxRetriesExceededError. In a direct call it is the `error` itself at once.
   *
   * @typeParam Args the types of the arguments of the next attempt, to have them checked: `ctx.retry<[x: number]>({ args: [2] })`
   * @param options the differences of this retry from the task's options, and the arguments of the next attempt.
   * @throws InvalidOptions for an option that is unknown or wrong; InvalidArguments for arguments that do not fit the task,
   * SerializationError for one that cannot be sent.
   *
   * @example
   * ```ts
   * const flaky = app.task('flaky', { bind: true, maxRetries: 5 }, (ctx) => {
   *   if (ctx.request.retries < 2) throw ctx.retry({ countdown: 10 });
   *   return ctx.request.retries;
   * });
   * const cloud = memoryCloud({ flaky: app.handler(flaky) }, { time: 'virtual' });
   * await (await flaky.delay()).get(); // 2
   * cloud.close();
   * ```
   */
  retry<Args extends readonly unknown[] = readonly unknown[]>(options?: RetryOptions<Args>): Error;
  /**
   * Returns the value to return or throw so that a signature or canvas runs in the task's place. Its value becomes the
   * task's.
   *
   * @param signature a signature that lacks no argument.
   * @throws InvalidCanvas if it is not a signature.
   *
   * @example
   * ```ts
   * const addAll = app.task('addAll', { bind: true }, (ctx, nums: readonly number[]) =>
   *   ctx.replace(group(nums.map((num) => add.s(num, 10)))),
   * );
   * await addAll([1, 2]); // [11, 12]
   * ```
   */
  replace<R>(signature: Complete<R>): Replacement<R>;
  /**
   * Adds a member to the chord that the task is a header member of; its value comes after those of the header.
   *
   * @param signature a signature that lacks no argument.
   * @throws InvalidOptions if the task is a member of no group, InvalidCanvas if it is not a signature.
   */
  addToChord(signature: AnySignature): void;
}

/**
 * The differences of a retry from the task's options.
 *
 * @example
 * ```ts
 * const later: RetryOptions = { countdown: 60, maxRetries: 10, error: new Error('The service is busy') };
 * const calling = app.task('calling', { bind: true }, (ctx) => {
 *   throw ctx.retry(later);
 * });
 * ```
 */
export interface RetryOptions<out Args extends readonly unknown[] = readonly unknown[]> {
  /** Seconds before it runs again; below 0: at once. Default: the task's `defaultRetryDelay`. */
  readonly countdown?: number;
  /** The time before which it does not run again. Default none. */
  readonly eta?: Date;
  /**
   * The positional arguments of the next attempt, all of them: also the value of the step before it, which is the first. A
   * batch has the same items. Default: the same.
   */
  readonly args?: Args;
  /** The keyword arguments of the next attempt, all of them. Default: the same. */
  readonly kwargs?: Readonly<Record<string, unknown>>;
  /** The reason. Default none. */
  readonly error?: unknown;
  /** The number of retries before it fails; null: no limit. Default: the task's. */
  readonly maxRetries?: number | null;
}

/**
 * The value that `ctx.replace` returns; its task's value is of type `R`.
 *
 * @example
 * ```ts
 * const addTen = app.task('addTen', { bind: true }, (ctx, x: number): Replacement<number> => ctx.replace(add.s(x, 10)));
 * await addTen(1); // 11
 * ```
 */
export interface Replacement<out R> {
  /** The signature that runs in its place. */
  readonly replacement: Complete<R>;
}

/**
 * The known facts of the run.
 *
 * @example
 * ```ts
 * const where = app.task('where', ({ prefix = '' }: { prefix?: string } = {}): string => {
 *   const { calledDirectly, retries }: Request = currentTask().request;
 *   return `${prefix}${calledDirectly} ${retries}`;
 * });
 * await where(kwargs({ prefix: 'here: ' })); // 'here: true 0'
 * ```
 */
export interface Request {
  /** The id of this call, for `app.asyncResult`. */
  readonly id: string;
  /** The id of everything that descends from one call: the handle's. */
  readonly workflowId: string;
  /** As in Celery: of a chain, its first step's id. */
  readonly rootId: string;
  /** The task that came before or launched it; null if none did. */
  readonly parentId: string | null;
  /** The id of the group it is a member of; null if none. */
  readonly groupId: string | null;
  /** Its place in that group, from 0; null if it is a member of none. */
  readonly groupIndex: number | null;
  /** The number of retries before this run. */
  readonly retries: number;
  /** The positional arguments. */
  readonly args: readonly unknown[];
  /** The keyword arguments. */
  readonly kwargs: Readonly<Record<string, unknown>>;
  /** The `headers` of the call; empty if it had none. */
  readonly headers: Readonly<Record<string, unknown>>;
  /** The stamps of the call by their names, as `stamp()` set them; empty if it had none. */
  readonly stamps: Readonly<Record<string, unknown>>;
  /** The names of the stamps. */
  readonly stampedHeaders: readonly string[];
  /** The time before which it was not to start; null if it was to start at once. */
  readonly eta: Date | null;
  /** The time after which it would not have started; null if there was none. */
  readonly expires: Date | null;
  /** Whether it was called in process, without a message. */
  readonly calledDirectly: boolean;
}

/**
 * Writes lines of structured log that name the task and its id.
 *
 * @example
 * ```ts
 * const careful = app.task('careful', { bind: true }, (ctx, x: number) => {
 *   const logger: Logger = ctx.logger;
 *   logger.debug('It begins', { x });
 *   return x;
 * });
 * await careful(1); // 1
 * ```
 */
export interface Logger {
  /** Writes a line for debugging. */
  debug(message: string, fields?: object): void;
  /** Writes a line for information. */
  info(message: string, fields?: object): void;
  /** Writes a line about a possible fault. */
  warn(message: string, fields?: object): void;
  /** Writes a line about an error. */
  error(message: string, fields?: object): void;
}

/**
 * Lists of values that outlive a task: each call of `append` adds one, even in a second run.
 *
 * @example
 * ```ts
 * const record = app.task('record', async (word: string) => {
 *   const ledger: Ledger = currentTask().ledger;
 *   await ledger.append('words', word);
 *   return ledger.read('words');
 * });
 * await record('a'); // ['a']
 * await record('b'); // ['a', 'b']
 * ```
 */
export interface Ledger {
  /**
   * Adds a value, which can be sent, to the list of this key. It is kept for 90 days.
   *
   * @param key at most 1,000 bytes.
   * @param value at most 390,000 bytes as JSON.
   * @throws InvalidOptions for a longer key, SerializationError for a value that cannot be sent, or is too large.
   */
  append(key: string, value: unknown): Promise<void>;
  /** Returns the values of this key, in the order in which they were appended. */
  read(key: string): Promise<readonly unknown[]>;
}
