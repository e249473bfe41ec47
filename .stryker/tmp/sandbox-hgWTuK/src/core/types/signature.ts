import type { SignatureData } from '../canvas/signature.ts';
/** What all signatures and canvases have in common, without their type parameters. */
import type { Json, JsonObject } from '../values/json.ts';

/**
 * Any signature or canvas, its types left out: what code takes that treats all alike. To build a canvas of signatures
 * of which nothing is known, declare them as `Signature<[], unknown>`.
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
  /** What it says, as plain immutable data. */
  readonly data: SignatureData;
  /** Celery's signature dictionary; `app.signature` reads it back. */
  toJSON(): SignatureJson;
  /** As a person would write it: `add(1, 2) | add(3)`. */
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
 * Celery's signature dictionary: what is written as JSON, and what `submit` and `chordal run` take.
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
  /** Positional arguments; what JSON cannot say is marked. */
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
 * What a signature knows of itself, never present at run time: a function from what it lacks, the keyword arguments it
 * takes, and what it takes though it lacks nothing, to its value. `handle` tells which handle sending it returns.
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
 * The type of a signature's value.
 *
 * @example
 * ```ts
 * const canvas = chain(add.s(1, 2), log.s());
 * const value: ResultOf<typeof canvas> = await canvas(); // 'LOG: 3'
 * ```
 */
export type ResultOf<S> = S extends HasFacts<never, infer R, never, never, never> ? R : never;
