import type { Address } from '../core/protocol/address.ts';
import type { Rung } from '../core/protocol/join-tree.ts';
import type {
  Cell,
  GroupSize,
  Leaf,
  Outcome,
  Owner,
  Result,
  Standing,
  Rerun,
  Tally,
} from '../core/protocol/outcome.ts';

/** The committed state of one id. */
export interface Addressed {
  readonly address: Address;
}

/** A decision on an attempt of an id, by the message that ran it or the delivery that settles it. */
export interface Commit extends Addressed {
  /** The attempt decided; `Infinity` for an id that is settled without a message of its own. */
  readonly attempt: number;
  readonly decision: Result | (Rerun & { readonly attempt: number });
  readonly by: Owner;
  /** Of a member: the size of its group, which is kept beside it. */
  readonly size?: GroupSize | undefined;
  /** Epoch ms until which the item lives. */
  readonly until: number;
}

/** The start of a possible duplicate, to be counted. */
export interface CountStart extends Addressed {
  readonly attempt: number;
  readonly token: string;
  readonly until: number;
}

/** A start to take back, by its delivery's token. */
export interface UncountStart extends Addressed {
  readonly token: string;
}

/** The right to run an `acksLate: false` task, until `claimedUntil` (epoch ms). */
export interface Claim extends Addressed {
  readonly attempt: number;
  readonly by: Owner;
  readonly claimedUntil: number;
  readonly until: number;
}

/** A complete child, to be marked in the node above it. */
export interface Climb {
  readonly join: string;
  readonly rung: Rung;
  readonly mid: string;
  readonly failed: boolean;
  /** How many members below the child failed. Default 0. */
  readonly failures?: number;
  /** The size of the group. */
  readonly size?: GroupSize;
  readonly until: number;
}

/** All members of a group of `n`. */
export interface Gather {
  readonly join: string;
  readonly n: number;
  /** For readers that can wait: eventually consistent, at half the price. */
  readonly mayLag?: boolean;
  /** The first member that is asked for; cells before it may be left empty. Default 0. */
  readonly from?: number;
}

/** A group, by the base of its members. */
export interface OfJoin {
  readonly join: string;
}

/** A chain, by the base of its steps. */
export interface OfBase {
  readonly base: string;
}

/** The ids to look at. */
export interface ReadMany {
  readonly addresses: readonly Address[];
}

/**
 * Outcomes and joins. Every write is one conditional write and answers with the state after it, also when it was
 * refused; the core reads from that who decided. All throw `ServiceUnavailable` when the store does not answer, and then the write
 * may or may not have happened.
 */
export interface Outcomes {
  /**
   * Commits a decision if the id has no outcome and no later attempt. A result of a member also fills its slot in the
   * leaf, and records the writer as the leaf's last. A rerun sets the next attempt and forgets starts and claim.
   * A second call of the same delivery is refused, and finds its own mark standing.
   */
  commit(params: Commit): Promise<Standing>;
  /**
   * Counts a start if the attempt is open. A second call with the same token counts nothing, whatever came between.
   */
  countStart(params: CountStart): Promise<Standing>;
  /**
   * Takes back the start of this token: the sandbox lived, and an error made the message return. A second call changes
   * nothing.
   */
  uncountStart(params: UncountStart): Promise<void>;
  /** Takes the claim if the attempt is open and unclaimed. A second call is refused, and finds its own claim. */
  claim(params: Claim): Promise<Standing>;
  /**
   * Marks the value of an outcome as forgotten, so that readers find that it was there and is gone. The step that
   * follows still finds it. A second call, and one where there is no outcome, changes nothing.
   *
   * @returns the outcome, if there is one.
   */
  forget(params: Addressed): Promise<Outcome | undefined>;
  /** Returns the committed state, read strongly. */
  read(params: Addressed): Promise<Standing>;
  /**
   * Marks a child complete and records the writer as the node's last, if that child is not marked yet. A second call
   * changes nothing.
   */
  climb(params: Climb): Promise<Leaf>;
  /** The cells of all members of a group in order, read strongly unless they may lag; an empty cell where there is no outcome. */
  gather(params: Gather): Promise<readonly Cell[]>;
  /**
   * Returns how far the group at `join` has got; undefined if nothing is kept of it. The members of a small group are
   * counted; of a large one the complete leaves are, as its nodes have them, and no member is read. Eventually
   * consistent.
   */
  tally(params: OfJoin): Promise<Tally | undefined>;
  /**
   * Returns the ids of the steps at `base` that have an item, each with its cell, in any order: the steps of a chain
   * that are tasks. Eventually consistent.
   */
  steps(params: OfBase): Promise<readonly { readonly id: string; readonly cell: Cell }[]>;
  /** Returns the committed state at each address, in order, for readers that can wait: eventually consistent. */
  readMany(params: ReadMany): Promise<readonly Cell[]>;
}
