import type { Json } from '../values/json.ts';
import type { Value } from './outcome.ts';
import type { Items, Link, ParallelPlan, Plan, TaskPlan } from './plan.ts';
import type { Stamps } from './stamps.ts';

/** The version of the envelope that this release writes; it reads this one and the one before. */
export const ENVELOPE_VERSION = 1;

/** The canvas that encloses a message, innermost first: a chain at its next step, or a join at a member. */
export type Frame = ChainFrame | JoinFrame;

/** A chain: the steps from `i` on, which is the one to run next; those kept in blocks are all of them. */
export interface ChainFrame {
  readonly steps: Items;
  readonly i: number;
  readonly base: string;
  /** The attempt its last step runs as, where the chain replaces a task. */
  readonly try?: number;
  readonly links?: readonly Link[];
}

/** A group: the member this is, and how many there are. */
export interface JoinFrame extends Omit<ParallelPlan, 'par'> {
  /** The group's base. */
  readonly join: string;
  readonly x: number;
  readonly n: number;
}

/** A step's input: the value before it, the values of the group before it, or of an error callback the failure. */
export type Input =
  | { readonly val: Json }
  | { readonly ref: string }
  | { readonly join: string; readonly n: number; readonly collect?: true }
  | { readonly failure: FailureNotice };

/** The notice that an error callback gets. */
export interface FailureNotice {
  /** The id that failed: the step's, or the body's if its header failed. */
  readonly taskId: string;
  readonly failedTaskId: string;
  readonly rootId: string;
  /** The record of the error. */
  readonly error: Value;
  readonly call?: Call;
}

/** How the task that failed was called. */
export interface Call {
  readonly sig: TaskPlan;
  readonly in?: Input;
}

/** The fields that every message of a workflow passes on. */
export interface PassedOn {
  /** The first task of the tree; absent: the message's own id. */
  readonly root?: string;
  /** The task that sent it. */
  readonly parent?: string;
  /** How many launches and replacements lie above it. */
  readonly depth: number;
  /** Epoch ms until which the engine's items of this workflow live. */
  readonly until: number;
  /** Epoch ms until which clients can read its values at least: as long as the `dedupKey` of its workflow holds. */
  readonly keep?: number;
  readonly tenant?: string;
  readonly traceparent?: string;
  readonly headers?: Readonly<Record<string, Json>>;
  readonly stamps?: Stamps;
}

interface Sent extends PassedOn {
  /** Nonce of the logical send, kept on forwards. */
  readonly mid: string;
  readonly id: string;
  readonly base: string;
  readonly try: number;
  readonly frames: readonly Frame[];
  /** The callbacks that wait for this id's outcome. */
  readonly links?: readonly Link[];
  /**
   * Epoch ms at which its work was first sent, where the message itself was sent later: it was forwarded, held for a long delay, or sent by the
   * worker that started its canvas.
   */
  readonly sent?: number;
  /** The mark of a message sent by a resume, or for a possible duplicate: its receiver checks before it runs. */
  readonly again?: true;
  /** Fields of the envelope that this release does not know in a message of this kind. */
  readonly unknown?: Readonly<Record<string, Json>>;
}

/** One task to run. */
export interface RunMessage extends Sent {
  readonly kind: 'run';
  readonly sig: TaskPlan;
  readonly in?: Input;
  /** Epoch ms before which it must not run. */
  readonly notBefore?: number;
  /** Epoch ms after which it is revoked instead of run. */
  readonly expires?: number;
  /** It has a slot of its task's rate limit. */
  readonly slot?: true;
  /** Epoch ms since which it waits for a place of its concurrency key. */
  readonly waits?: number;
  /** It was the first in line for its place when it looked last. */
  readonly next?: true;
  /** Its readers have been told that it waits for a place. */
  readonly told?: true;
  /** How many functions that do not run its task have sent it on, one after the other. */
  readonly moves?: number;
  /**
   * The mark of a message that EventBridge Scheduler delayed, longer than a queue can. Its receiver checks whether it was
   * revoked meanwhile.
   */
  readonly held?: true;
  /** Epoch ms at which a Python worker was asked to run it: the message waits for the answer, or brings it. */
  readonly asked?: number;
  /** The window that this message ends: it runs no task, but starts the last call of the window. */
  readonly window?: WindowPlace;
  /** The answer of a Python worker. It is read from a message of Celery, and never a field of this envelope. */
  readonly answer?: Answer;
}

/** A window: its key, and its number among the windows of that key. */
export interface WindowPlace {
  readonly key: string;
  readonly number: number;
}

/** How a task ended that a Python worker has run: its value, or the id under which Celery keeps its failure. */
export type Answer = { readonly value: Json } | { readonly failedId: string };

/** A canvas, or a range of a group's members, to be sent by a worker. */
export interface ExpandMessage extends Sent {
  readonly kind: 'expand';
  readonly sig: Plan;
  readonly in?: Input;
  /** Members `lo` to `hi − 1`; absent: the whole, not yet begun. */
  readonly lo?: number;
  readonly hi?: number;
}

/** A request to revoke an id and everything inside it. */
export interface RevokeMessage extends Sent {
  readonly kind: 'revoke';
}

/** A message as it travels. */
export type Message = RunMessage | ExpandMessage | RevokeMessage;

/** A message before it has its nonce, as the core makes it. */
export type Draft = Omit<RunMessage, 'mid'> | Omit<ExpandMessage, 'mid'> | Omit<RevokeMessage, 'mid'>;

/** Returns the value of a committed success, as the input of the next step. */
export function inputOf(value: Value): Input {
  if ('inline' in value) return { val: value.inline };
  if ('ref' in value) return { ref: value.ref };
  return { join: value.join, n: value.n };
}
