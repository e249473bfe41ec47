/** The common part of all signatures and canvases, without their type parameters. */
import type { SignatureData } from '../canvas/signature.ts';
import type { Json, JsonObject } from '../values/json.ts';

/**
 * Any signature or canvas without its types, for code that treats all alike. The compiler lets it stand anywhere in a canvas:
 * `delay` checks its arguments.
 *
 * @example
 * ```ts
 * const names = (steps: readonly AnySignature[]): string[] => steps.map((step) => step.name);
 * names([add.s(1), group([]), log.s()]); // ['add', 'group', 'log']
 * ```
 */
export interface AnySignature {
  /** The name of its task; of a canvas `chain`, `group`, `chord`, `map`, `starmap` or `chunks`. */
  readonly name: string;
  /** Its content, as plain immutable data. */
  readonly data: SignatureData;
  /** Returns Celery's signature dictionary; `app.signature` reads it back. */
  toJSON(): SignatureJson;
  /** Returns it as a person would write it: `add(1, 2) | add(3)`. */
  toString(): string;
}

/**
 * A signature that lacks no argument and has a value of type `R`: it can be run, or replace a task, as it is.
 *
 * @example
 * ```ts
 * const twice = async (signature: Complete<number>): Promise<number> => 2 * (await signature());
 * await twice(add.s(1, 2)); // 6
 * ```
 */
export interface Complete<out R> extends AnySignature {
  (): Promise<R>;
}

/**
 * Celery's signature dictionary, which is written as JSON, and which `submit` and `chordal run` accept.
 *
 * @example
 * ```ts
 * const json: SignatureJson = add.s(1, 2).set({ countdown: 10 }).toJSON();
 * json.options; // { countdown: 10 }
 * String(app.signature(json)); // 'add(1, 2)'
 * ```
 */
export type SignatureJson = {
  /** The name of its task; of a canvas `celery.chain` and so on. */
  readonly task: string;
  /** Positional arguments; values that JSON cannot express are marked. */
  readonly args: readonly Json[];
  /** Keyword arguments; of a canvas its parts. */
  readonly kwargs: JsonObject;
  /** In snake_case, as Celery writes them. */
  readonly options: JsonObject;
  /** Which canvas it is; null for a task. */
  readonly subtask_type: string | null;
  /** Whether it ignores arguments given later. */
  readonly immutable: boolean;
};

/**
 * Stands where a signature does not fit, so that the compiler's message contains the sentence that says why. No value
 * has this type.
 */
export interface DoesNotFit<Sentence extends string, Details = unknown> {
  readonly '~sentence': Sentence;
  readonly '~details': Details;
}

/**
 * The type facts of a signature, never present at run time. They are a function from the arguments it lacks, the
 * keyword arguments, and the optional further arguments to its value. `handle` tells which handle sending it returns.
 */
export type Facts<Missing, R, Keywords, Also, Handle> = (
  missing: Missing,
  keywords: Keywords,
  also: Also,
  handle: Handle,
) => R;

/** `group`: a GroupResult. `flat`: also, in another group, its members are that group's. */
export type GroupHandle = 'group' | 'flat';

/** A type that a signature's facts are read from: `S extends HasFacts<infer Missing, …>`. */
export interface HasFacts<Missing, R, Keywords, Also, Handle> {
  readonly '~facts'?: Facts<Missing, R, Keywords, Also, Handle>;
}

/**
 * The type of a signature's value; unknown for one of unknown types.
 *
 * @example
 * ```ts
 * const canvas = chain(add.s(1, 2), log.s());
 * const value: ResultOf<typeof canvas> = await canvas(); // 'LOG: 3'
 * ```
 */
export type ResultOf<S> = S extends HasFacts<never, infer R, never, never, never> ? R : unknown;
