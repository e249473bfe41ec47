/** Tasks, and how they are defined. */
import type { BatchOptions, BatchValues, Chunks, Items } from './batches.ts';
import type { Signature, UntypedSignature } from './canvas.ts';
import type { Replacement, TaskContext } from './context.ts';
import type { ApplyOptions, ApplyOptionsWithArgs, OnMemberFailure, SignatureSpec, TaskOptions } from './options.ts';
import type {
  AlsoArgs,
  CallArgs,
  KeywordsOf,
  MissingArgs,
  PartialArgs,
  PositionalOf,
  RequiredOf,
} from './parameters.ts';
import type { AsyncResult } from './results.ts';
import type { DoesNotFit, SignatureJson } from './signature.ts';

/**
 * A named function that workers can run, as `app.task` returns it.
 *
 * @typeParam P the function's parameters, without the context of a bound one
 * @typeParam R the type of its value, awaited
 *
 * @example
 * ```ts
 * const square: Task<[x: number], number> = app.task('square', (x: number) => x * x);
 * await square(3); // 9
 * await chain(add.s(1, 2), square.s())(); // 9
 * await square.map([1, 2])(); // [1, 4]
 * ```
 */
export interface Task<P extends readonly unknown[], R, Name extends string = string> {
  /**
   * Runs it here, without a message.
   *
   * @throws the errors of the function; InvalidArguments for arguments that do not fit.
   */
  (...args: CallArgs<P>): Promise<R>;
  /** Its identity on the wire. */
  readonly name: Name;
  /**
   * Returns a signature with these arguments: all, or the last of those that are required.
   *
   * @throws InvalidArguments for a surplus argument, and for keyword arguments that the task does not take.
   */
  s<Given extends PartialArgs<P>>(
    ...args: Given
  ): Signature<MissingArgs<P, Given>, R, Name, KeywordsOf<P>, AlsoArgs<P, Given>>;
  /**
   * Returns an immutable signature: it ignores arguments given later.
   *
   * @throws InvalidArguments for arguments that do not fit.
   */
  si(...args: CallArgs<P>): Immutable<R, Name>;
  /**
   * Returns a signature with arguments, keyword arguments and options.
   *
   * @throws InvalidArguments, InvalidOptions for a part that does not fit.
   */
  signature<Given extends CallArgs<P>>(
    spec: SignatureSpec<Given, KeywordsOf<P>> & { readonly immutable: true },
  ): Immutable<R, Name>;
  signature<Given extends PartialArgs<P> | [] = []>(
    spec?: SignatureSpec<Given, KeywordsOf<P>> & { readonly immutable?: false },
  ): Signature<MissingArgs<P, Given>, R, Name, KeywordsOf<P>, AlsoArgs<P, Given>>;
  /**
   * Sends a call to be run by a worker; it resolves when the message is accepted.
   *
   * @throws NotRegistered, InvalidArguments, InvalidOptions, SerializationError, CanvasTooDeep before anything is sent;
   * ServiceUnavailable if the cloud does not answer.
   */
  delay(...args: CallArgs<P>): Promise<AsyncResult<R>>;
  /**
   * Sends a call with options.
   *
   * @throws as `delay` does.
   */
  applyAsync(
    this: () => unknown,
    options?: ApplyOptions<Readonly<PositionalOf<P>>, KeywordsOf<P>>,
  ): Promise<AsyncResult<R>>;
  applyAsync(options: ApplyOptionsWithArgs<Readonly<PositionalOf<P>>, KeywordsOf<P>>): Promise<AsyncResult<R>>;
  /**
   * Returns one task that calls the function with each item, in order.
   *
   * @param options whether it collects failures, how many items it works on at once, and whether it shows its progress.
   * @throws InvalidArguments for items that are not a list, InvalidOptions for an option that is unknown or wrong.
   */
  map<Mode extends OnMemberFailure = 'failFast'>(
    items: MapItems<P>,
    options?: BatchOptions<Mode>,
  ): Signature<[], BatchValues<R, Mode>, 'map', object, readonly unknown[]>;
  /**
   * Returns one task that calls the function with each item's elements, in order.
   *
   * @param options as of `map`.
   * @throws as `map` does.
   */
  starmap<Mode extends OnMemberFailure = 'failFast'>(
    items: Items<Readonly<PositionalOf<P>>>,
    options?: BatchOptions<Mode>,
  ): Signature<[], BatchValues<R, Mode>, 'starmap', object, readonly unknown[]>;
  /**
   * Returns a group of `starmap`s of at most `size` items each; its value is a list of lists.
   *
   * @param options as of `map`, for each chunk.
   * @throws InvalidArguments for items that are not a list, and for a size below 1; InvalidOptions as `map` does.
   */
  chunks<Mode extends OnMemberFailure = 'failFast'>(
    items: Items<Readonly<PositionalOf<P>>>,
    size: number,
    options?: BatchOptions<Mode>,
  ): Chunks<BatchValues<R, Mode>>;
}

/** A signature that ignores arguments given later: the result of `si`. */
export type Immutable<R, Name extends string = string> = Signature<[], R, Name, object, readonly unknown[]>;

/**
 * Any task, its types left out.
 *
 * @example
 * ```ts
 * const tasks: readonly AnyTask[] = [add, log];
 * const all = app.handler(...tasks);
 * all.tasks; // ['add', 'log']
 * ```
 */
export interface AnyTask {
  /** Its identity on the wire. */
  readonly name: string;
  /** Returns an immutable signature of it. */
  si(...args: never): UntypedSignature;
}

/**
 * The type of a task's value, from its function's return type: awaited, and for a replacement the value of its
 * signature.
 */
export type TaskValue<Returned> =
  Awaited<Returned> extends infer Value ? (Value extends Replacement<infer R> ? R : Value) : never;

/**
 * The type of `app.task`. Parameters and value are the function's: of a generic one the bounds, of an overloaded one
 * the last overload's.
 *
 * @example
 * const sub = app.task('sub', (x: number, y: number, { debug = false }: { debug?: boolean } = {}) => x - y);
 */
export interface DefineTask {
  /**
   * Registers a function as a task.
   *
   * @param name its identity on the wire.
   * @param fn the function; keyword arguments are one object, its last parameter, with the default `{}`.
   * @throws InvalidOptions for a name that is invalid or taken, an option that is unknown or wrong, and a value that is
   * not a function.
   */
  <const Name extends string, P extends readonly unknown[], R>(
    name: Name,
    fn: TaskFunction<P, R>,
  ): Task<P, TaskValue<R>, Name>;
  /**
   * Registers a function as a task that takes its context first. Its other parameters need types, even if they have defaults.
   *
   * @param name its identity on the wire.
   * @param options the differences from the app's defaults.
   * @param fn the function; its first parameter is the context.
   * @throws InvalidOptions as without a context.
   */
  <const Name extends string, P extends readonly unknown[], R>(
    name: Name,
    options: TaskOptions & { readonly bind: true },
    fn: (ctx: TaskContext, ...args: P) => R,
  ): Task<P, TaskValue<R>, Name>;
  /**
   * Registers a function as a task, with options.
   *
   * @param name its identity on the wire.
   * @param options the differences from the app's defaults.
   * @param fn the function, as without options.
   * @throws InvalidOptions as without options.
   */
  <const Name extends string, P extends readonly unknown[], R, Bind extends boolean = false>(
    name: Name,
    options: TaskOptions & { readonly bind?: Bind },
    fn: TaskFunction<P, R> & Unbound<Bind>,
  ): Task<P, TaskValue<R>, Name>;
}

/**
 * The type of `app.declare`: a task that is known by its type and name only, so that a caller does not load its code. Its type comes
 * from the file that defines it: `app.declare<typeof import('./tasks.ts').add>('add')`.
 */
export type DeclareTask = <T extends AnyTask>(name: T['name']) => T;

/**
 * The options of a task that a Python worker runs, `app.external(name, options)`. Times are seconds.
 *
 * @example
 * ```ts
 * const options: ExternalOptions = { queue: 'celery', timeout: 3600 };
 * const resize = app.external<(key: string, width: number) => string>('images.resize', options);
 * String(resize.s('cat.png', 200)); // 'images.resize("cat.png", 200)'
 * ```
 */
export interface ExternalOptions {
  /** The name of the worker's queue in SQS, in the account and region of this app. */
  readonly queue: string;
  /** Celery's name of that queue, where it is another: retries in Python go there. Default: `queue`. */
  readonly routingKey?: string;
  /** Seconds in which the answer must be there, 1 to 604,800. After them it fails with TimeLimitExceeded. Default 900. */
  readonly timeout?: number;
  /** Seconds after which Python ends it. Default: the worker's own limit. */
  readonly timeLimit?: number;
  /** Seconds after which Python raises SoftTimeLimitExceeded in it; below `timeLimit`. Default: the worker's own limit. */
  readonly softTimeLimit?: number;
  /** Client reads get no value. Default: the app's `taskDefaults`, false. */
  readonly ignoreResult?: boolean;
  /** Seconds for which clients can read the value. Default: the app's, 86,400. */
  readonly resultExpires?: number;
  /** Whether the function that ran the step before it sends the call: see {@link TaskOptions.inline}. Default: the app's, false. */
  readonly inline?: boolean;
}

/**
 * The type of `app.external`: a task that a Python worker runs. Its type is a function's, as the Python task would be
 * written here; a last optional object has the keyword arguments.
 *
 * @throws InvalidOptions for a name that is invalid or taken, for an option that is unknown or wrong, and without a queue.
 *
 * @example
 * const fetch = app.external<(url: string, kwargs?: { retries?: number }) => string>('web.fetch', { queue: 'celery' });
 */
export type ExternalFunction = <F extends (...args: never) => unknown = (...args: readonly unknown[]) => unknown>(
  name: string,
  options: ExternalOptions,
) => Task<Parameters<F>, Awaited<ReturnType<F>>>;

/**
 * The type of `app.signature`: reads a signature back from JSON, or builds one by name.
 */
export interface SignatureFunction {
  /**
   * Builds a signature by the name of its task.
   *
   * @param spec its arguments and options; default none.
   * @throws InvalidCanvas for an empty name; InvalidOptions for a part that is unknown or wrong.
   */
  (name: string, spec?: SignatureSpec): UntypedSignature;
  /**
   * Reads a signature from JSON, ours or Celery's.
   *
   * @throws InvalidCanvas that names the place in the JSON.
   */
  (json: SignatureJson): UntypedSignature;
}

// --- parts of the types above ---

/**
 * A function whose parameters have the types of their annotations and defaults, as anywhere else. With a single form the
 * compiler would give a default without a type, `size = 50`, the type unknown. With two different forms it takes the type of the value.
 */
export type TaskFunction<P extends readonly unknown[], R> = ((...args: P) => R) | (<_Other>(...args: P) => R);

/** Unknown, which fits anything; with `bind: true` the sentence that says how its function begins. */
export type Unbound<Bind> = [Bind] extends [true]
  ? DoesNotFit<'with bind: true the function takes its context first: (ctx, …) => …'>
  : unknown;

/** The items that `map` calls a task with, or the sentence that says why it cannot. */
export type MapItems<P extends readonly unknown[]> =
  RequiredOf<P> extends readonly [unknown, unknown, ...unknown[]]
    ? DoesNotFit<'map calls the task with one argument, and it needs more: use .starmap()', { takes: PositionalOf<P> }>
    : Items<PositionalOf<P>[0]>;
