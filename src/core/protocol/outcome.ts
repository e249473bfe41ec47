import { compact } from '../values/compact.ts';
import type { Json } from '../values/json.ts';

/** The state an id ends in; it never changes. */
export type FinalState = 'SUCCESS' | 'FAILURE' | 'REVOKED';

/** A committed value: inline, kept elsewhere, or the values of a group's members. */
export type Value = { readonly inline: Json } | { readonly ref: string } | JoinValue;

/** The values of a group's members. */
export interface JoinValue {
  readonly join: string;
  readonly n: number;
  /** They are part of the values of the group around it, */
  readonly splice?: true;
  /** which collects what became of each. */
  readonly collect?: true;
}

/**
 * When and as what an id was decided, for people who look: it decides nothing. It is written with the decision. Times are
 * whole epoch ms.
 */
export interface RunFacts {
  /** The name of the task; absent for an id that no message of its own runs for. */
  readonly task?: string;
  /** Which attempt it was; absent for the first, 0. */
  readonly attempt?: number;
  /** When its message was sent, or when it was due if that was later. */
  readonly queuedAt?: number;
  /** When its function was called; absent if it was not. */
  readonly startedAt?: number;
  /** When it was decided. */
  readonly endedAt: number;
  /** How many steps its chain has, if it is a step before the last. */
  readonly steps?: number;
  /** How it was called, if its task keeps that: the JSON of a `KeptCall`. */
  readonly call?: Value;
}

/** The size of a group, as its members' items keep it. */
export interface GroupSize {
  /** How many members it has. */
  readonly members: number;
  /** How many steps the chain has in which the group is a step before the last. */
  readonly steps?: number;
}

/** How far a group has got, as far as its items say. */
export interface Tally {
  readonly size: GroupSize;
  /** How many members have an outcome; at least this many if it is not exact. */
  readonly done: number;
  /** How many of these failed or were revoked. */
  readonly failures: number;
  readonly isExact: boolean;
}

/** The message and the delivery that made a decision. Only that message continues from it. */
export interface Owner {
  /** The message's nonce. */
  readonly mid: string;
  /** The delivery's nonce. */
  readonly token: string;
}

/** The final state of an id, with its value: of a failure, the record of the error. */
export interface Result {
  readonly state: FinalState;
  readonly value: Value;
  /** The id whose failure or revocation this is, where it is not this one's own. */
  readonly failedId?: string;
  /** How many members have failed, of a group that is part of one that collects: it has not failed itself. */
  readonly failures?: number;
  /** Client reads get no value. */
  readonly ignored?: true;
  /** A client had the value removed. */
  readonly forgotten?: true;
  /** Epoch seconds after which client reads find no value. */
  readonly expiresAt?: number;
  /** The ids that the task launched, or the place of many of them. */
  readonly children?: readonly string[] | { readonly ref: string };
  /** Appended to the enclosing chord by `addToChord`: the join that holds the further values. */
  readonly added?: { readonly join: string; readonly n: number };
  /** Absent in what an earlier release wrote. */
  readonly run?: RunFacts;
}

/**
 * Returns the result of an id that was revoked or would have begun too late, with the name of the task, if it is one.
 */
export function revokedBecause(reason: 'expired' | 'ignored' | 'purged' | 'revoked', task?: string): Result {
  return { state: 'REVOKED', value: { inline: compact({ reason, task }) } };
}

/** Returns how many members of its group a result counts as that have failed: itself, or those of a group inside it. */
export function failuresOf({ state, failures = 0 }: Pick<Result, 'state' | 'failures'>): number {
  return state === 'SUCCESS' ? failures : 1;
}

/** A committed result and its owner. */
export type Outcome = Result & Owner;

/** The decision of a run instead of a result: to try again, or the plan (as JSON) to run in its place. */
export type Rerun =
  | {
      readonly kind: 'retry';
      readonly notBefore: number;
      readonly error?: Value;
      /** The arguments that the task gave its next attempt, `{ args?, kwargs? }`; absent: its own. */
      readonly given?: Value;
      readonly run?: RunFacts;
    }
  | { readonly kind: 'replace'; readonly plan: Value; readonly run?: RunFacts };

/** The committed rerun that made attempt `attempt`. */
export type NextAttempt = Rerun & Owner & { readonly attempt: number };

/** The content of an id's address. */
export interface Cell {
  readonly outcome?: Outcome;
  readonly next?: NextAttempt;
  /** The tokens of the deliveries that have counted a start of the open attempt. */
  readonly starts?: readonly string[];
  /** Who may run an `acksLate: false` task, and until when (epoch ms). */
  readonly claim?: Owner & { readonly until: number };
}

/** How far the item that holds a member's cell has got. */
export interface Leaf {
  /** Members with an outcome. */
  readonly filled: number;
  /** A member failed or was revoked. */
  readonly failed: boolean;
  /** How many of its members failed or were revoked; absent if none is known. */
  readonly failures?: number;
  /** The size of the group; absent in what an earlier release wrote. */
  readonly size?: GroupSize;
  /** The writer of the last outcome, and its child. */
  readonly last?: { readonly mid: string; readonly child: number };
}

/** The state that a write found or left, even a refused one. */
export interface Standing {
  readonly cell: Cell;
  /** Present at a member's address. */
  readonly leaf?: Leaf;
}

/** The maker of a decision, as a message sees it: itself in this or another delivery, another message, or none. */
export type Ownership = 'thisDelivery' | 'sameMessage' | 'otherMessage' | 'undecided';

/** An attempt beyond all others: for an id that is settled without a message of its own. */
export const ANY_ATTEMPT: number = Number.POSITIVE_INFINITY;

/** Returns whether attempt `attempt` may still be decided. */
export function isOpen(cell: Cell, attempt: number): boolean {
  if (cell.outcome !== undefined) return false;
  // @defect later-attempt-closes-earlier
  return (cell.next?.attempt ?? 0) <= attempt;
}

/** Returns who decided attempt `attempt`, seen from the delivery `by`. */
export function ownershipOf(cell: Cell, attempt: number, by: Owner): Ownership {
  const owner = cell.outcome ?? (cell.next !== undefined && cell.next.attempt > attempt ? cell.next : undefined);
  if (owner === undefined) return 'undecided';
  if (owner.mid !== by.mid) return 'otherMessage';
  return owner.token === by.token ? 'thisDelivery' : 'sameMessage';
}

/**
 * Returns the decision that a message has made at its attempt and must carry out, in any delivery. The rerun comes
 * first: a replacement still runs when the id has been settled in the meantime.
 */
export function decidedBy(
  { outcome, next }: Cell,
  { mid, try: attempt }: { readonly mid: string; readonly try: number },
): NextAttempt | Outcome | undefined {
  const isNext = next !== undefined && next.mid === mid && next.attempt === attempt + 1;
  // @defect reruns-are-resumed
  if (isNext && (outcome === undefined || next.kind === 'replace')) return next;
  // @defect owners-resume
  return outcome?.mid === mid ? outcome : undefined;
}

/** Returns until when a claim is held that is taken at `now` for a run of at most `limitMs`; all in ms. */
export function claimedUntil(now: number, limitMs: number): number {
  return now + limitMs + CLAIM_MARGIN_MS;
}

// --- internal ---

/** How much longer than its limit a run holds its claim, in ms. */
const CLAIM_MARGIN_MS = 10_000;
