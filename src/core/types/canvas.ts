/** Signatures, canvases and chains. */
import type { ChainSteps, ErrorCallback, FirstStep, LastStep, NextCallback, NextStep } from './fit.ts';
import type { ApplyOptions, ApplyOptionsWithArgs, Kwargs, SignatureOptions } from './options.ts';
import type { AsyncResult, GroupResult } from './results.ts';
import type { AnySignature, Facts, GroupHandle, HasFacts } from './signature.ts';
import type { SkewOptions } from './skew.ts';
import type { StampingVisitor, StampOptions, Stamps } from './stamps.ts';

/**
 * A task with some of its arguments, or a canvas: an immutable value. Calling it runs it here, `delay` on a worker.
 *
 * @typeParam Missing the arguments that it lacks, first ones first; given later, they are prepended
 * @typeParam R the type of its value
 * @typeParam Name its task's name, or the kind of canvas
 * @typeParam Keywords the keyword arguments that it takes; never: none
 * @typeParam Also the arguments that it takes beyond the missing ones: of an optional or a rest parameter
 *
 * @example
 * ```ts
 * const increment: Signature<[x: number], number> = add.s(1);
 * await increment(10); // 11
 * ```
 */
export interface Signature<
  in Missing extends readonly unknown[],
  out R,
  out Name extends string = string,
  in Keywords = never,
  in Also extends readonly unknown[] = never,
> extends AnySignature {
  readonly name: Name;
  readonly '~facts'?: Facts<Missing, R, Keywords, Also, never>;
  /**
   * Runs it here, without a message: each task of it in this process, in the order and with the values it would have on
   * workers. A retry throws its error, and a replacement runs here too.
   *
   * @throws the error of the task that fails first; InvalidArguments for arguments that do not fit.
   */
  (...args: LaterArgs<Missing, Keywords, Also>): Promise<R>;
  /**
   * Sends it to be run by a worker; it resolves when its first messages are accepted.
   *
   * @throws NotRegistered, InvalidArguments, InvalidOptions, SerializationError, CanvasTooDeep before anything is sent;
   * ServiceUnavailable if the cloud does not answer.
   */
  delay(...args: LaterArgs<Missing, Keywords, Also>): Promise<AsyncResult<R>>;
  /**
   * Sends it with options, and with the arguments that are missing.
   *
   * @throws as `delay` does.
   */
  applyAsync(
    this: () => unknown,
    options?: ApplyOptions<readonly [...Missing] | Also, Keywords>,
  ): Promise<AsyncResult<R>>;
  applyAsync(options: ApplyOptionsWithArgs<readonly [...Missing] | Also, Keywords>): Promise<AsyncResult<R>>;
  /** Returns a chain of this and then `next`, called with the value of this: `chain(this, next)`. */
  pipe<This extends AnySignature, const Next>(this: This, next: NextStep<This, Next>): Chained<[This, Next]>;
  /**
   * Returns the same with further options; the later win, callbacks add up, headers merge.
   *
   * @throws InvalidOptions for an option that is unknown or wrong.
   */
  set<This extends AnySignature>(this: This, options: SignatureOptions): This;
  /** Returns the same with a signature to be started with its value, once it has succeeded. */
  link<This extends AnySignature, const Callback>(this: This, callback: NextCallback<This, Callback>): This;
  /** Returns the same with a signature to be started with the failure, if it fails: a task takes a `FailureInfo`. */
  linkError<This extends AnySignature, const Callback>(this: This, callback: ErrorCallback<Callback>): This;
  /**
   * Returns the same with stamps for each of its tasks and callbacks. Stamps travel with retries, replacements, callbacks and
   * launches; a task reads them in `ctx.request.stamps`, and `app.control.revokeByStamp` revokes tasks by them.
   *
   * @param stamps the stamps by their names, or a visitor that gives each part its own.
   * @param options `appendStamps`: a stamp of a name that stands already adds its values to a list; default false: it takes
   * the place of the other.
   * @throws InvalidOptions for stamps that cannot be used, CanvasTooDeep for a canvas that nests too deep.
   *
   * @example
   * ```ts
   * const result = await chain(add.s(1, 2), add.s(3)).stamp({ customer: 42 }).delay();
   * await result.get(); // 6
   * ```
   */
  stamp<This extends AnySignature>(this: This, stamps: Stamps | StampingVisitor, options?: StampOptions): This;
  /** Returns the same again. */
  clone<This extends AnySignature>(this: This): This;
}

/**
 * A canvas that ends in a group: its value is a list, and its handle a GroupResult.
 *
 * @example
 * ```ts
 * const both: GroupSignature<[x: number], [number, string]> = chain(add.s(1), group([add.s(1), log.s()]));
 * await both(1); // [3, 'LOG: 2']
 * ```
 */
export interface GroupSignature<
  in Missing extends readonly unknown[],
  out R extends readonly unknown[],
  out Name extends string = string,
  in Keywords = never,
  in Also extends readonly unknown[] = never,
> extends Signature<Missing, R, Name, Keywords, Also> {
  readonly '~facts'?: Facts<Missing, R, Keywords, Also, 'group'>;
  delay(...args: LaterArgs<Missing, Keywords, Also>): Promise<GroupResult<R>>;
  applyAsync(
    this: () => unknown,
    options?: ApplyOptions<readonly [...Missing] | Also, Keywords>,
  ): Promise<GroupResult<R>>;
  applyAsync(options: ApplyOptionsWithArgs<readonly [...Missing] | Also, Keywords>): Promise<GroupResult<R>>;
}

/**
 * Signatures that run at once; in another group, its members are that group's.
 *
 * @example
 * ```ts
 * const pair: Group<[], [number, string]> = group([add.s(1, 2), log.s('a')]);
 * await pair(); // [3, 'LOG: a']
 * ```
 */
export interface Group<
  in Missing extends readonly unknown[],
  out R extends readonly unknown[],
  in Keywords = never,
  in Also extends readonly unknown[] = never,
> extends GroupSignature<Missing, R, 'group', Keywords, Also> {
  readonly '~facts'?: Facts<Missing, R, Keywords, Also, GroupHandle>;
  /**
   * Returns the same group with a `countdown` for each member, so that they start one after the other.
   *
   * @param options the first countdown, the last one, and the time between two.
   * @throws InvalidOptions for an option that is unknown or wrong.
   */
  skew(options?: SkewOptions): Group<Missing, R, Keywords, Also>;
}

/**
 * A signature of unknown types, as `app.signature` reads it or builds it by name.
 *
 * @example
 * ```ts
 * const untyped: UntypedSignature = app.signature('add', { args: [1, 2] });
 * await untyped(); // 3
 * ```
 */
export type UntypedSignature = Signature<[], unknown, string, object, readonly unknown[]>;

/** The arguments that a signature is called with later. */
export type LaterArgs<Missing extends readonly unknown[], Keywords, Also extends readonly unknown[]> =
  | ([Keywords] extends [never] ? Missing : [...Missing, kwargs?: Kwargs<Keywords>])
  | Also;

/**
 * The type of `chain`: each step's value becomes the first argument of the next; the last one's is the chain's.
 *
 * @example
 * chain(add.s(1), add.s(3)); // Signature<[x: number], number, 'chain'>
 */
export type ChainFunction = <const Steps extends readonly unknown[]>(
  ...steps: ChainSteps<Steps, Steps>
) => Chained<Steps>;

/**
 * The type of a chain of these steps: it takes the arguments that the first one lacks, and ends as the last one does.
 */
export type Chained<Steps extends readonly unknown[]> = Steps extends readonly []
  ? Signature<[], null, 'chain'>
  : Joined<FirstStep<Steps>, LastStep<Steps>, 'chain'>;

/**
 * The type of a canvas that takes the arguments of `First` and has the value of `Last`. A signature of unknown types takes
 * any arguments, and has a value of unknown type.
 */
export type Joined<First, Last, Name extends string> = [First] extends [
  HasFacts<
    infer Missing extends readonly unknown[],
    unknown,
    infer Keywords,
    infer Also extends readonly unknown[],
    never
  >,
]
  ? Ended<Missing, Keywords, Also, Last, Name>
  : Ended<[], object, readonly unknown[], Last, Name>;

/** The type of a canvas that takes these arguments and has the value of `Last`. */
export type Ended<
  Missing extends readonly unknown[],
  Keywords,
  Also extends readonly unknown[],
  Last,
  Name extends string,
> = [Last] extends [HasFacts<never, infer R, never, never, infer Handle>]
  ? [Handle] extends [never]
    ? Signature<Missing, R, Name, Keywords, Also>
    : GroupSignature<Missing, Extract<R, readonly unknown[]>, Name, Keywords, Also>
  : Signature<Missing, unknown, Name, Keywords, Also>;
