/** Stamps, and the visitors that give them. */
import type { AnySignature } from './signature.ts';

/**
 * Stamps by their names: values that JSON can express. Tasks can be revoked by texts, numbers, booleans, null, and lists of
 * these.
 *
 * @example
 * ```ts
 * const stamps: Stamps = { customer: 42, tags: ['import', 'night'] };
 * await (await add.s(1, 2).stamp(stamps).delay()).get(); // 3
 * ```
 */
export type Stamps = Readonly<Record<string, unknown>>;

/**
 * The answer of a visitor: stamps by their names; void: none. With `stampedHeaders` only the names in it are stamps, and the
 * others are custom headers.
 */
export type Stamped = Stamps & {
  /** The names of the stamps in it. Default: all. */
  readonly stampedHeaders?: readonly string[];
};

/**
 * Gives each part of a canvas its stamps, as a `StampingVisitor` of Celery does. Each method gets a signature, and the stamps from
 * around it, which win over its own answer.
 *
 * @example
 * ```ts
 * let count = 0;
 * const numbered: StampingVisitor = { onSignature: () => ({ number: (count += 1) }) };
 * chain(add.s(1, 2), add.s(3)).stamp(numbered).toJSON(); // the steps have the stamps 1 and 2
 * ```
 */
export interface StampingVisitor {
  /** Called for each task, map and chunks, in the order in which they are written. */
  onSignature(signature: AnySignature, around: Stamps): Stamped | void;
  /** Called before the steps of a chain; the answer is for all of them. */
  onChainStart?(chain: AnySignature, around: Stamps): Stamped | void;
  /** Called behind the steps of a chain. */
  onChainEnd?(chain: AnySignature, around: Stamps): void;
  /** Called before the members of a group; the answer is for all of them. */
  onGroupStart?(group: AnySignature, around: Stamps): Stamped | void;
  /** Called behind the members of a group. */
  onGroupEnd?(group: AnySignature, around: Stamps): void;
  /** Called before the header of a chord; the answer is for header and body. Default: `onGroupStart`, with the header. */
  onChordHeaderStart?(chord: AnySignature, around: Stamps): Stamped | void;
  /** Called behind the header of a chord. */
  onChordHeaderEnd?(chord: AnySignature, around: Stamps): void;
  /** Called before the body of a chord; the answer is for the body. */
  onChordBody?(chord: AnySignature, around: Stamps): Stamped | void;
  /** Called for each success callback; the answer is for it alone. */
  onCallback?(callback: AnySignature, around: Stamps): Stamped | void;
  /** Called for each error callback; the answer is for it alone. */
  onErrback?(errback: AnySignature, around: Stamps): Stamped | void;
}

/** The options of `stamp()`. */
export interface StampOptions {
  /** Whether a stamp of a name that stands already adds its values to a list. Default false: it takes the place of the other. */
  readonly appendStamps?: boolean;
}
