/** The handles of calls that have been sent. */

/**
 * The states that Celery has; an unknown id is PENDING.
 *
 * @example
 * ```ts
 * const ended: readonly BuiltInState[] = ['SUCCESS', 'FAILURE', 'REVOKED'];
 * const result = await add.delay(1, 2);
 * await result.get(); // 3
 * ended.some((state) => state === 'PENDING'); // false
 * ```
 */
export type BuiltInState = 'PENDING' | 'STARTED' | 'RETRY' | 'SUCCESS' | 'FAILURE' | 'REVOKED';

/**
 * A state, or a custom one from `updateState`.
 *
 * @example
 * ```ts
 * const result = await add.delay(1, 2);
 * const before: State = await result.state(); // 'PENDING'
 * ```
 */
export type State = BuiltInState | (string & {});

/**
 * How to wait for a value.
 *
 * @example
 * ```ts
 * const patience: GetOptions = { timeout: 60, signal: AbortSignal.timeout(60_000) };
 * const result = await add.delay(1, 2);
 * await result.get(patience); // 3
 * ```
 */
export interface GetOptions {
  /**
   * Seconds after which `get` throws TimeoutError; 0: it looks once. Default: it waits forever. A look that the table does not answer
   * takes up to 20 s more, and is then a ServiceUnavailable; `signal` ends it at once.
   */
  readonly timeout?: number;
  /** Whether a failure is thrown. False: the error is returned. Default true. */
  readonly propagate?: boolean;
  /** Ends the wait, not the task: in a server, that of a request whose client may go away. Default none. */
  readonly signal?: AbortSignal;
}

/**
 * The handle of a call that has been sent. Awaiting it does not wait for the task: `get()` does.
 *
 * @example
 * ```ts
 * const result: AsyncResult<number> = await add.delay(1, 2);
 * await result.get({ timeout: 10 }); // 3
 * await app.asyncResult(result.taskId).state(); // 'SUCCESS'
 * ```
 */
export interface AsyncResult<out T> {
  /** The id; `app.asyncResult(id)` makes a handle of it anywhere. */
  readonly taskId: string;
  /**
   * The step before it, or a chord's header; null if nothing is. Of an id alone it is the step before the one that the
   * id names (`W.2`): the id of a whole chain does not say how many steps it has. `predecessor()` looks.
   */
  readonly parent: AsyncResult<unknown> | null;
  /**
   * Returns `parent`, also from the id of a whole chain or chord alone, in any process: as soon as one of its steps or
   * members has ended, its items say how many steps there are. Null if nothing comes before it, or nothing is known.
   */
  predecessor(): Promise<AsyncResult<unknown> | null>;
  /** Returns how far it has got. */
  state(): Promise<State>;
  /** Returns the same as `state()`. */
  status(): Promise<State>;
  /**
   * Waits for the value. With `propagate: false` a failure's error is returned, not thrown.
   *
   * @throws TaskFailedError, TaskRevokedError, TimeoutError; WouldBlock inside a task.
   */
  get(options?: GetOptions & { readonly propagate?: true }): Promise<T>;
  get(options: GetOptions): Promise<T | Error>;
  /** Returns whether it has ended, in any way. */
  ready(): Promise<boolean>;
  /** Returns whether it has ended well. */
  successful(): Promise<boolean>;
  /** Returns whether it has failed; a revoked one has not. */
  failed(): Promise<boolean>;
  /**
   * Returns its value, its error, or the meta of its last `updateState`; in RETRY a TaskRetryError, which has the error
   * and when it runs again.
   */
  info(): Promise<unknown>;
  /**
   * Returns how much of it is done, from its id alone: steps count as one each, groups by their members. The members of
   * a group above 1,024 are not read. They are counted by eights, as `isExact` says.
   */
  progress(): Promise<ResultProgress>;
  /** Returns its members, as far as it is a group, and the results that its task has launched. */
  children(): Promise<readonly AsyncResult<unknown>[]>;
  /**
   * Returns everything that has come of it so far, from its id alone. The members of a group above 200 are not listed:
   * its node has their number.
   */
  graph(): Promise<ResultGraph>;
  /**
   * Yields the result and its value, then the same of its members and of all that it has launched, each when it has
   * ended. With `propagate: false` a failure's error is the value.
   *
   * @throws as `get()`.
   */
  collect(options?: GetOptions): AsyncIterableIterator<readonly [result: AsyncResult<unknown>, value: unknown]>;
  /** Revokes all of it that has not run, and that would start within a year. */
  revoke(): Promise<void>;
  /** Removes its value; its id cannot be used again. A caller that asks for it then gets UnknownResult. */
  forget(): Promise<void>;
}

/**
 * The handle of a group, and of a canvas that ends in one: `T` is the list of its members' values.
 *
 * @example
 * ```ts
 * const result: GroupResult<[number, string]> = await group([add.s(1, 2), log.s('a')]).delay();
 * await result.get(); // [3, 'LOG: a']
 * await result.completedCount(); // 2
 * await result.results[0].get(); // 3
 * ```
 */
export interface GroupResult<out T extends readonly unknown[]> extends AsyncResult<T>, Members<T> {
  /** Keeps the handle itself, so that `app.groupResult(id)` finds it. */
  save(): Promise<void>;
}

/**
 * Any results, waited for as one, as `app.resultSet` makes them.
 *
 * @example
 * ```ts
 * const set: ResultSet<[number, string]> = app.resultSet([await add.delay(1, 2), await log.delay('a')]);
 * await set.get(); // [3, 'LOG: a']
 * await set.successful(); // true
 * ```
 */
export interface ResultSet<out T extends readonly unknown[]> extends Members<T> {
  /** Returns the same set with one more result. */
  add<R>(result: AsyncResult<R>): ResultSet<[...T, R]>;
  /**
   * Waits for all values, in order. It throws the error of the first failure.
   *
   * @throws TaskFailedError, TaskRevokedError, TimeoutError; WouldBlock inside a task.
   */
  get(options?: GetOptions & { readonly propagate?: true }): Promise<T>;
  get(options: GetOptions): Promise<{ [I in keyof T]: T[I] | Error }>;
  /** Returns whether all have ended. */
  ready(): Promise<boolean>;
  /** Returns whether all have ended well. */
  successful(): Promise<boolean>;
  /** Returns whether one has failed. */
  failed(): Promise<boolean>;
  /** Revokes each. */
  revoke(): Promise<void>;
  /** Forgets each. */
  forget(): Promise<void>;
}

/** Several results, in order. */
export interface Members<out T extends readonly unknown[]> extends Iterable<AsyncResult<T[number]>> {
  /** A handle for each, in order. */
  readonly results: ResultsOf<T>;
  /** Returns how many have ended well. */
  completedCount(): Promise<number>;
  /** Returns whether one has not ended. */
  waiting(): Promise<boolean>;
  /**
   * Yields each as soon as it has ended, in any way.
   *
   * @throws TimeoutError, WouldBlock inside a task.
   */
  iterate(options?: Omit<GetOptions, 'propagate'>): AsyncIterableIterator<EndedMember<T[number]>>;
}

/**
 * One of several results that has ended.
 *
 * @example
 * ```ts
 * const result = await group([add.s(1, 2), add.s(3, 4)]).delay();
 * const values: number[] = [];
 * for await (const ended of result.iterate()) {
 *   const { index, value, error }: EndedMember<number> = ended;
 *   if (error === undefined) values[index] = value;
 * }
 * values; // [3, 7]
 * ```
 */
export type EndedMember<T> = {
  /** Its place, from 0. */
  readonly index: number;
  /** Its handle. */
  readonly result: AsyncResult<T>;
} & (
  | {
      /** Its value; absent if it has none. */
      readonly value: T;
      /** Its error: TaskFailedError or TaskRevokedError; absent if it has ended well. */
      readonly error?: undefined;
    }
  | { readonly value?: undefined; readonly error: Error }
);

/** A handle for each value. */
export type ResultsOf<T extends readonly unknown[]> = { readonly [I in keyof T]: AsyncResult<T[I]> };

/** The type of `app.resultSet`. */
export type ResultSetFunction = <const Results extends readonly AsyncResult<unknown>[]>(
  results: Results,
) => ResultSet<ValuesOf<Results>>;

/** The value of each handle. */
export type ValuesOf<Results extends readonly AsyncResult<unknown>[]> = {
  -readonly [I in keyof Results]: Results[I] extends AsyncResult<infer T> ? T : never;
};

/**
 * How much of an id is done.
 *
 * @example
 * ```ts
 * const result = await chord([add.s(1, 2), add.s(3, 4)], tsum.s()).delay();
 * await result.get(); // 10
 * const { done, total, failed }: ResultProgress = await app.asyncResult(result.taskId).progress();
 * [done, total, failed]; // [3, 3, 0]
 * ```
 */
export interface ResultProgress {
  /** The tasks, steps and members that have ended. */
  readonly done: number;
  /** Those of them that failed or were revoked. */
  readonly failed: number;
  /** How many there are; undefined until something of it has ended. */
  readonly total: number | undefined;
  /** Whether `done` and `failed` are exact. False: they are at least this. */
  readonly isExact: boolean;
}

/**
 * The graph of the results of an id: its tasks, and which of them launched or preceded which.
 *
 * @example
 * ```ts
 * const result = await chain(add.s(1, 2), add.s(3)).delay();
 * await result.get(); // 6
 * const graph: ResultGraph = await result.graph();
 * graph.nodes.map(({ state }) => state); // ['SUCCESS', 'SUCCESS']
 * ```
 */
export interface ResultGraph {
  /** All known ids, each with its state, and a group's with how many members it has and how many have ended. */
  readonly nodes: readonly {
    readonly taskId: string;
    readonly state: State;
    readonly members?: {
      readonly done: number;
      readonly total: number;
      readonly failed: number;
      readonly isExact: boolean;
    };
  }[];
  /** The pairs of ids in which one came before the other, launched it, or has it as a member. */
  readonly edges: readonly { readonly from: string; readonly to: string }[];
}
