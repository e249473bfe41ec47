/** Tasks, and how they are defined. */
import type { GroupSignature, Signature, UntypedSignature } from './canvas-types.ts';
import type { Replacement, TaskContext } from './context-types.ts';
import type { ApplyOptions, ApplyOptionsWithArgs, SignatureSpec, TaskOptions } from './option-types.ts';
import type {
  AlsoArgs,
  CallArgs,
  KeywordsOf,
  MissingArgs,
  PartialArgs,
  PositionalOf,
  RequiredOf,
} from './parameter-types.ts';
import type { AsyncResult } from './result-types.ts';
import type { DoesNotFit, SignatureJson } from './signature-types.ts';

/**
 * A named function that workers can run: what `app.task` returns.
 *
 * @typeParam P the function's parameters, without the context of a bound one
 * @typeParam R what it returns, awaited
 */
export interface Task<P extends readonly unknown[], R, Name extends string = string> {
  /** Runs it here, without a message. */
  (...args: CallArgs<P>): Promise<R>;
  /** Its identity on the wire. */
  readonly name: Name;
  /** A signature with these arguments: all, or the last of those that are required. */
  s<Given extends PartialArgs<P>>(
    ...args: Given
  ): Signature<MissingArgs<P, Given>, R, Name, KeywordsOf<P>, AlsoArgs<P, Given>>;
  /** An immutable signature: it ignores what is given later. */
  si(...args: CallArgs<P>): Immutable<R, Name>;
  /** A signature with arguments, keyword arguments and options. */
  signature<Given extends CallArgs<P>>(
    spec: SignatureSpec<Given, KeywordsOf<P>> & { readonly immutable: true },
  ): Immutable<R, Name>;
  signature<Given extends PartialArgs<P> | [] = []>(
    spec?: SignatureSpec<Given, KeywordsOf<P>> & { readonly immutable?: false },
  ): Signature<MissingArgs<P, Given>, R, Name, KeywordsOf<P>, AlsoArgs<P, Given>>;
  /** Sends a call to be run by a worker. */
  delay(...args: CallArgs<P>): Promise<AsyncResult<R>>;
  /** Sends a call with options. */
  applyAsync(
    this: () => unknown,
    options?: ApplyOptions<Readonly<PositionalOf<P>>, KeywordsOf<P>>,
  ): Promise<AsyncResult<R>>;
  applyAsync(options: ApplyOptionsWithArgs<Readonly<PositionalOf<P>>, KeywordsOf<P>>): Promise<AsyncResult<R>>;
  /** One task that calls the function with each item, in order. */
  map(items: MapItems<P>): Signature<[], R[], 'map', object, readonly unknown[]>;
  /** One task that calls the function with each item's elements, in order. */
  starmap(items: Iterable<Readonly<PositionalOf<P>>>): Signature<[], R[], 'starmap', object, readonly unknown[]>;
  /** A group of `starmap`s of at most `size` items each; its value is a list of lists. */
  chunks(
    items: Iterable<Readonly<PositionalOf<P>>>,
    size: number,
  ): GroupSignature<[], R[][], 'chunks', object, readonly unknown[]>;
}

/** A signature that ignores what is given later: what `si` returns. */
export type Immutable<R, Name extends string = string> = Signature<[], R, Name, object, readonly unknown[]>;

/** Any task, its types left out. */
export interface AnyTask {
  readonly name: string;
  si(...args: never): UntypedSignature;
}

/** What a function's return type says of a task's value: awaited, and a replacement's in place of the replacement. */
export type TaskValue<Returned> =
  Awaited<Returned> extends infer Value ? (Value extends Replacement<infer R> ? R : Value) : never;

/**
 * The type of `app.task`. Parameters and value are the function's: of a generic one the bounds, of an overloaded one
 * the last overload's.
 *
 * @example
 * const add = app.task('add', (x: number, y: number, { debug = false }: { debug?: boolean } = {}) => x + y);
 */
export interface DefineTask {
  <const Name extends string, P extends readonly unknown[], R>(
    name: Name,
    fn: (...args: P) => R,
  ): Task<P, TaskValue<R>, Name>;
  <const Name extends string, P extends readonly unknown[], R>(
    name: Name,
    options: TaskOptions & { readonly bind: true },
    fn: (ctx: TaskContext, ...args: P) => R,
  ): Task<P, TaskValue<R>, Name>;
  <const Name extends string, P extends readonly unknown[], R>(
    name: Name,
    options: TaskOptions & { readonly bind?: false },
    fn: (...args: P) => R,
  ): Task<P, TaskValue<R>, Name>;
}

/**
 * The type of `app.declare`: a task that is known by its type and name only, so that a caller does not load its code.
 *
 * @example
 * const add = app.declare<typeof import('./tasks.ts').add>('add');
 */
export type DeclareTask = <T extends AnyTask>(name: T['name']) => T;

/** The type of `app.signature`: reads a signature back from JSON, or builds one by name. */
export interface SignatureFunction {
  (name: string, spec?: SignatureSpec): UntypedSignature;
  (json: SignatureJson): UntypedSignature;
}

// --- internal ---

type MapItems<P extends readonly unknown[]> =
  RequiredOf<P> extends readonly [unknown, unknown, ...unknown[]]
    ? DoesNotFit<'map calls the task with one argument, and it needs more: use .starmap()', { takes: PositionalOf<P> }>
    : Iterable<PositionalOf<P>[0]>;
