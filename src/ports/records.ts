import type { Purges } from '../core/protocol/purge.ts';
import type { Addressed } from './outcomes.ts';

/** The progress that a running task reports to its readers: a custom state and anything beside it. */
export interface Progress {
  /** Empty: it has reported none. */
  readonly state: string;
  /** Encoded JSON. */
  readonly meta: string;
  /** The attempt that reports, from 0; absent in what an earlier release wrote. */
  readonly attempt?: number;
  /** The place that it waits for, instead of a report. */
  readonly waits?: WaitsForPlace;
}

/** The concurrency key of a place that a task waits for, and since when, in epoch ms. */
export interface WaitsForPlace {
  readonly key: string;
  readonly since: number;
}

/** The progress of a task, to keep until `until` (epoch ms, as everywhere here). */
export interface PutProgress extends Addressed {
  readonly progress: Progress;
  readonly until: number;
}

/** The name of a ledger. */
export interface ReadLedger {
  readonly key: string;
}

/** An entry of a ledger; `nonce` tells entries of one millisecond apart. */
export interface AppendLedger extends ReadLedger {
  readonly at: number;
  readonly nonce: string;
  readonly text: string;
  readonly until: number;
}

/** A mark on a scope, and until when workers look at marks for it. */
export interface Revoke {
  readonly scope: string;
  readonly until: number;
  readonly gateUntil: number;
}

/** The notices for all workers. Each sandbox that works reads them once a second. */
export interface Gate {
  /** Epoch ms until which workers must look at marks; 0 if there is nothing to look at. */
  readonly upUntil: number;
  /** The rate limits that were set at run time, by the names of tasks. */
  readonly rates: Readonly<Record<string, string>>;
  /** The work that is purged. */
  readonly purges: Purges;
}

/** A rate limit to set at run time; null: none but the task's own. */
export interface SetRate {
  readonly task: string;
  readonly limit: string | null;
}

/** A task, or a queue, with the epoch ms before which messages are purged that were sent. */
export type Purge = ({ readonly task: string } | { readonly queue: string }) & { readonly before: number };

/** The workflows whose marks are asked for. */
export interface RevokedOf {
  readonly workflows: readonly string[];
}

/** The key of a submission: an id of the caller's, or a digest of a key. */
export interface OfSubmission {
  readonly key: string;
}

/** A submission that is sent or given up, and the workflow that it starts. */
export interface EndSubmission extends OfSubmission {
  readonly workflow: string;
}

/** A workflow to submit, the digest of its canvas, and until when its key holds. */
export interface OpenSubmission extends EndSubmission {
  readonly digest: string;
  readonly until: number;
  /** The message that starts it, kept for callers with another canvas; absent: they are refused. */
  readonly message?: string | undefined;
}

/** Runs to reserve: `slots` of a task, at one every `intervalMs`. */
export interface Reserve {
  readonly task: string;
  readonly slots: number;
  readonly intervalMs: number;
  readonly now: number;
}

/** A message that could not be processed, or that its queue gave up. */
export interface DeadLetter {
  /** Epoch ms. */
  readonly at: number;
  readonly id: string;
  readonly reason: string;
  readonly body: string;
}

/** A dead letter to remove. */
export interface DeleteDeadLetter {
  readonly letter: DeadLetter;
}

/** A dead letter to keep. */
export interface Bury extends DeleteDeadLetter {
  readonly until: number;
}

/** The time from which dead letters are asked for. */
export interface LettersSince {
  readonly since: number;
  readonly now: number;
}

/** The id of a result set. */
export interface SavedResult {
  readonly id: string;
}

/** The ids of a result set, as text. */
export interface SaveResult extends SavedResult {
  readonly text: string;
  readonly until: number;
}

/** A submission that is noted under a key. */
export interface Submission {
  /** How far it has got, or that another canvas was submitted under the key. */
  readonly state: 'new' | 'unsent' | 'sent' | 'other';
  /** The workflow that it starts. */
  readonly workflow: string;
  /** The message that starts it, if one is kept. */
  readonly message?: string | undefined;
}

/** The smaller records: each an item or two, none of them part of an outcome. */
export interface Records {
  /** Sets the progress that a task reports to its readers, or that it waits for a place; the last call wins. */
  putProgress(params: PutProgress): Promise<void>;
  getProgress(params: Addressed): Promise<Progress | undefined>;

  /** Appends to a ledger; every call shows, a second one too. */
  appendLedger(params: AppendLedger): Promise<void>;
  /** Returns the entries appended under a key, in order, read strongly. */
  readLedger(params: ReadLedger): Promise<readonly string[]>;

  /**
   * Marks a scope as revoked, and raises the gate that has workers look at marks. A second call changes nothing, but the
   * mark stands until the later of both times.
   */
  revoke(params: Revoke): Promise<void>;
  /** Returns what workers are to look at. Eventually consistent. */
  gate(): Promise<Gate>;
  /** Sets the rate limit of a task at run time; the last call wins. */
  setRate(params: SetRate): Promise<void>;
  /** Marks messages of a task, or of a queue, as purged. A second call changes nothing, but the later time stands. */
  purge(params: Purge): Promise<void>;
  /** Returns the revoked scopes of some workflows, read strongly. */
  revoked(params: RevokedOf): Promise<readonly string[]>;

  /**
   * Notes under a key, until `until`, that a workflow is submitted. Returns what stands: `new` for the first call,
   * `unsent` or `sent` for later ones with the same `digest`, `other` for one with another, with the workflow of the first.
   */
  openSubmission(params: OpenSubmission): Promise<Submission>;
  /** Returns the submission that stands under a key. Eventually consistent: a newer one may stand there. */
  submission(params: OfSubmission): Promise<Submission | undefined>;
  /** Notes that a submission has been sent; one for another workflow, whose time may have begun since, changes nothing. */
  closeSubmission(params: EndSubmission): Promise<void>;
  /** Frees the key of a submission that was not sent; a second call, or one for another workflow, changes nothing. */
  cancelSubmission(params: EndSubmission): Promise<void>;

  /**
   * Reserves runs of a task (GCRA) and answers the epoch ms of the first; the others
   * follow at that interval. A second call reserves further slots.
   */
  reserve(params: Reserve): Promise<number>;

  /** Keeps a dead letter; a second call with the same time and id writes the same. */
  bury(params: Bury): Promise<void>;
  /** The dead letters of the days since `since`, oldest first. */
  deadLetters(params: LettersSince): Promise<readonly DeadLetter[]>;
  /** Removes a dead letter; a second call changes nothing. */
  deleteDeadLetter(params: DeleteDeadLetter): Promise<void>;

  /** Keeps the ids of a result set under an id; the last call wins. */
  saveResult(params: SaveResult): Promise<void>;
  savedResult(params: SavedResult): Promise<string | undefined>;
}
