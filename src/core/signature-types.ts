/** What all signatures and canvases have in common, without their type parameters. */
import type { Json, JsonObject } from './json.ts';
import type { SignatureData } from './signature.ts';

/**
 * Any signature or canvas, its types left out: what code takes that treats all alike. To build a canvas of signatures
 * of which nothing is known, declare them as `Signature<[], unknown>`.
 *
 * @example
 * const names = (steps: readonly AnySignature[]): string[] => steps.map((step) => step.name);
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

/** A signature that lacks no argument and has a value of type `R`: it can be run, or replace a task, as it is. */
export interface Complete<out R> extends AnySignature {
  (): Promise<R>;
}

/** Celery's signature dictionary: what is written as JSON, and what `submit` and `chordal run` take. */
export type SignatureJson = {
  readonly task: string;
  readonly args: readonly Json[];
  readonly kwargs: JsonObject;
  /** In snake_case, as Celery writes them. */
  readonly options: JsonObject;
  readonly subtask_type: string | null;
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

/** The type of a signature's value. */
export type ResultOf<S> = S extends HasFacts<never, infer R, never, never, never> ? R : never;
