/** The handles of what has been sent. */

/** The states that Celery has; an id that nothing is known of is PENDING. */
export type BuiltInState = 'PENDING' | 'STARTED' | 'RETRY' | 'SUCCESS' | 'FAILURE' | 'REVOKED';

/** A state, or a custom one from `updateState`. */
export type State = BuiltInState | (string & {});

/** How to wait for a value. */
export interface GetOptions {
  /** Seconds after which `get` throws TimeoutError. Default: it waits for ever. */
  readonly timeout?: number;
  /** Whether a failure is thrown. False: the error is returned. Default true. */
  readonly propagate?: boolean;
  /** Ends the wait, not the task. Default none. */
  readonly signal?: AbortSignal;
}

/** The handle of what has been sent. Awaiting it does not wait for the task: `get()` does. */
export interface AsyncResult<out T> {
  /** The id; `app.asyncResult(id)` makes a handle of it anywhere. */
  readonly taskId: string;
  /** The step before it, or a chord's header; null if nothing is. */
  readonly parent: AsyncResult<unknown> | null;
  /** How far it has got. */
  state(): Promise<State>;
  /** The same as `state()`. */
  status(): Promise<State>;
  /**
   * Waits for the value. With `propagate: false` a failure's error is returned, not thrown.
   *
   * @throws TaskFailedError, TaskRevokedError, TimeoutError; WouldBlock inside a task.
   */
  get(options?: GetOptions & { readonly propagate?: true }): Promise<T>;
  get(options: GetOptions): Promise<T | Error>;
  /** Whether it has ended, in any way. */
  ready(): Promise<boolean>;
  /** Whether it has ended well. */
  successful(): Promise<boolean>;
  /** Whether it has failed; what was revoked has not. */
  failed(): Promise<boolean>;
  /** Its value, its error, or the meta of its last `updateState`. */
  info(): Promise<unknown>;
  /** What its task has launched, or its members. */
  children(): Promise<readonly AsyncResult<unknown>[]>;
  /** Everything that has come of it so far. */
  graph(): Promise<ResultGraph>;
  /** Revokes all of it that has not run. */
  revoke(): Promise<void>;
  /** Removes its value; its id cannot be used again. */
  forget(): Promise<void>;
}

/** The handle of a group, and of what ends in one: `T` is the list of its members' values. */
export interface GroupResult<out T extends readonly unknown[]> extends AsyncResult<T>, Members<T> {
  /** Keeps the handle itself, so that `app.groupResult(id)` finds it. */
  save(): Promise<void>;
}

/** Any results, waited for as one: what `app.resultSet` makes. */
export interface ResultSet<out T extends readonly unknown[]> extends Members<T> {
  /** The same set with one more result. */
  add<R>(result: AsyncResult<R>): ResultSet<[...T, R]>;
  /** Waits for all values, in order. It throws what the first failure throws. */
  get(options?: GetOptions & { readonly propagate?: true }): Promise<T>;
  get(options: GetOptions): Promise<{ [I in keyof T]: T[I] | Error }>;
  /** Whether all have ended. */
  ready(): Promise<boolean>;
  /** Whether all have ended well. */
  successful(): Promise<boolean>;
  /** Whether one has failed. */
  failed(): Promise<boolean>;
  /** Revokes each. */
  revoke(): Promise<void>;
  /** Forgets each. */
  forget(): Promise<void>;
}

/** Several results, in order. */
export interface Members<out T extends readonly unknown[]> extends Iterable<AsyncResult<T[number]>> {
  readonly results: ResultsOf<T>;
  /** How many have ended well. */
  completedCount(): Promise<number>;
  /** Whether one has not ended. */
  waiting(): Promise<boolean>;
}

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

/** What has come of an id: tasks, and who launched or preceded whom. */
export interface ResultGraph {
  readonly nodes: readonly { readonly taskId: string; readonly task?: string; readonly state: State }[];
  readonly edges: readonly { readonly from: string; readonly to: string }[];
}

/** What became of a header's member, for the body of a chord that collects. */
export type MemberOutcome<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: MemberError };

/** Why a member has no value. */
export interface MemberError {
  /** The name of the error that was thrown. */
  readonly errorType: string;
  readonly message: string;
  /** The task that failed, and its id. */
  readonly failedTask: string;
  readonly failedTaskId: string;
}
