import type { Rung } from './join-tree.ts';
import type { ChainFrame, Draft, Frame, Input, JoinFrame } from './message.ts';
import type { Result } from './outcome.ts';
import type { Link, Plan, StoredItems } from './plan.ts';

/** The position of a plan: its id, the base of the ids below it, and the frames that wait for its outcome. */
export interface Position {
  readonly id: string;
  readonly base: string;
  readonly links: readonly Link[];
  /** The attempt number of the part that keeps the id. */
  readonly attempt: number;
}

/** The next action that the core asks for. The worker carries it out and returns the answer; it decides nothing. */
export type Effect = SendEffect | SettleEffect | ClimbEffect | LoadEffect | NoteEffect;

/** Put a message on its queue. */
export interface SendEffect {
  readonly kind: 'send';
  readonly message: Draft;
}

/** Commit an outcome at an id that no message of its own runs for: a final group, or a failure going outward. */
export interface SettleEffect {
  readonly kind: 'settle';
  readonly at: Position;
  readonly result: Result;
  readonly frames: readonly Frame[];
  /** The step, inside the settled chain, whose failure this is: error callbacks name it. */
  readonly step: string;
  /** Its error callbacks have been started by the member that failed. */
  readonly quiet: boolean;
  /** An earlier delivery may have ended without this settlement and deleted the message, so that no delivery would go on from it. */
  readonly isUnforeseen?: true;
  /** The id under which a Celery application reads the value. */
  readonly celeryId?: string;
}

/** Mark a complete child in a node above it. */
export interface ClimbEffect {
  readonly kind: 'climb';
  readonly frame: JoinFrame;
  readonly rest: readonly Frame[];
  readonly rung: Rung;
  readonly failed: boolean;
  /** How many members below the child failed. */
  readonly failures: number;
}

/** Fetch plans that are kept in blocks, then go on. */
export interface LoadEffect {
  readonly kind: 'load';
  readonly source: LoadSource;
  readonly then: Resumption;
}

/** List a workflow that has failed in the journal. */
export interface NoteEffect {
  readonly kind: 'note';
  /** The id of the workflow. */
  readonly id: string;
}

/** Which plans to fetch: elements `lo` to `hi − 1`. */
export interface LoadSource {
  readonly items: StoredItems;
  readonly lo: number;
  readonly hi: number;
}

/** The purpose of a load. */
export type Resumption =
  | {
      readonly kind: 'step';
      readonly frame: ChainFrame;
      readonly input: Input | undefined;
      readonly rest: readonly Frame[];
    }
  | {
      readonly kind: 'members';
      readonly frame: Omit<JoinFrame, 'x'>;
      readonly lo: number;
      readonly input: Input | undefined;
      readonly frames: readonly Frame[];
    };

/** A plan to start: its position, its input and its frames. */
export interface Start {
  readonly at: Position;
  readonly plan: Plan;
  readonly input: Input | undefined;
  readonly frames: readonly Frame[];
}
