/**
 * The types read from a task's parameter list: which arguments are positional, which are required, and which go by
 * keyword.
 */
import type { Kwargs } from './options.ts';

/** The keyword arguments: the type of the last parameter, if it is optional and a plain object; else never. */
export type KeywordsOf<P extends readonly unknown[]> = number extends P['length']
  ? never
  : P extends readonly [...infer Others, (infer Last)?]
    ? Others extends P
      ? PlainObject<Exclude<Last, undefined>>
      : never
    : never;

/** All parameters but the keyword arguments. */
export type PositionalOf<P extends readonly unknown[]> = [KeywordsOf<P>] extends [never]
  ? P
  : P extends readonly [...infer Others, unknown?]
    ? Others
    : never;

/** The parameters before the first that has a default, or the rest. */
export type RequiredOf<P extends readonly unknown[]> = RequiredPart<PositionalOf<P>>;

/** The arguments that the task is called with: keyword arguments last, or in place of optional ones. */
export type CallArgs<P extends readonly unknown[]> = [KeywordsOf<P>] extends [never]
  ? P
  : [...RequiredOf<P>, ...OrKwargs<OptionalPart<PositionalOf<P>>, KeywordsOf<P>>, kwargs?: Kwargs<KeywordsOf<P>>];

/** The arguments of `s`: all, or the last of the required ones. */
export type PartialArgs<P extends readonly unknown[]> = CallArgs<P> | WithKwargs<Tails<RequiredOf<P>>, KeywordsOf<P>>;

/** The arguments that are missing when `Given` has been given. */
export type MissingArgs<P extends readonly unknown[], Given extends readonly unknown[]> =
  RequiredOf<P> extends readonly [...infer Missing, ...Unknowns<WithoutKwargs<Given>>] ? Missing : [];

/**
 * The arguments that may be prepended to `Given` although none is missing: an optional or a rest parameter takes the
 * moved ones.
 */
export type AlsoArgs<P extends readonly unknown[], Given extends readonly unknown[]> =
  MissingArgs<P, Given> extends readonly [] ? Prependable<PositionalOf<P>, WithoutKwargs<Given>> : never;

// --- parts of the types above ---

/** The type itself, if it is a plain object; else never. */
export type PlainObject<T> = [T] extends [object] ? ([Extract<T, NotPlain>] extends [never] ? T : never) : never;

/** The objects that are values of their own, not keyword arguments. */
export type NotPlain =
  | readonly unknown[]
  | ((...args: never) => unknown)
  | (abstract new (...args: never) => unknown)
  | Date
  | RegExp
  | ReadonlyMap<unknown, unknown>
  | ReadonlySet<unknown>
  | ArrayBuffer
  | ArrayBufferView;

/** The positional parameters from the first that has a default on. */
export type OptionalPart<Positional extends readonly unknown[]> = Positional extends readonly [unknown, ...infer Others]
  ? OptionalPart<Others>
  : Positional;

/** The positional parameters before the first that has a default. */
export type RequiredPart<Positional extends readonly unknown[]> = number extends Positional['length']
  ? Unlabelled<Positional>
  : Positional extends readonly [...infer Required, ...OptionalPart<Positional>]
    ? Required
    : never;

/** Before a rest parameter the compiler does not tell labels apart. */
export type Unlabelled<
  Positional extends readonly unknown[],
  Required extends readonly unknown[] = [],
> = Positional extends readonly [infer First, ...infer Others] ? Unlabelled<Others, [...Required, First]> : Required;

/** Optional arguments; keyword arguments may replace each of them. */
export type OrKwargs<Optional extends readonly unknown[], Keywords> = {
  [I in keyof Optional]: Optional[I] | Kwargs<Keywords>;
};

/** Arguments that keyword arguments may follow, if the task takes any. */
export type WithKwargs<Args extends readonly unknown[], Keywords> = [Keywords] extends [never]
  ? Args
  : Args extends unknown
    ? [...Args, kwargs?: Kwargs<Keywords>]
    : never;

/** Arguments without the keyword arguments at their end. */
export type WithoutKwargs<Given extends readonly unknown[]> = Given extends readonly [...infer Args, Kwargs<unknown>]
  ? Args
  : Given;

/** A list of the same length whose elements are unknown. */
export type Unknowns<List extends readonly unknown[]> = { [I in keyof List]: unknown };

/** The ends of a list that are shorter than the list. */
export type Tails<List extends readonly unknown[]> = List extends readonly [unknown, ...infer Others]
  ? Others | Tails<Others>
  : never;

/** The arguments that may be prepended to those that were given. */
export type Prependable<Positional extends readonly unknown[], Given extends readonly unknown[]> =
  readonly [Positional[0], ...Given] extends Readonly<Positional>
    ? readonly Positional[number][] extends Readonly<Positional>
      ? Positional
      : [value: Positional[0]]
    : never;
