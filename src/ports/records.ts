import type { Address } from '../core/protocol/address.ts';

/** The progress that a running task reports to its readers: a custom state and anything beside it. */
export interface Progress {
  readonly state: string;
  /** Encoded JSON. */
  readonly meta: string;
}

/** A message that could not be processed, or that its queue gave up. */
export interface DeadLetter {
  /** Epoch ms. */
  readonly at: number;
  readonly id: string;
  readonly reason: string;
  readonly body: string;
}

/** How far the submission of a workflow has got, or that something else was submitted under its id. */
export type Submission = 'new' | 'unsent' | 'sent' | 'other';

/** The smaller records: each an item or two, none of them part of an outcome. */
export interface Records {
  /** Sets the progress that a running task reports to its readers; the last call wins. */
  putProgress(params: {
    readonly address: Address;
    readonly progress: Progress;
    readonly until: number;
  }): Promise<void>;
  getProgress(params: { readonly address: Address }): Promise<Progress | undefined>;

  /** Appends to a ledger; every call shows, a second one too. `nonce` tells apart what was appended in one millisecond. */
  appendLedger(params: {
    readonly key: string;
    readonly at: number;
    readonly nonce: string;
    readonly text: string;
    readonly until: number;
  }): Promise<void>;
  /** Returns the entries appended under a key, in order, read strongly. */
  readLedger(params: { readonly key: string }): Promise<readonly string[]>;

  /**
   * Marks a scope as revoked, until `until`, and raises the gate that has workers look at marks, until `gateUntil`. A
   * second call changes nothing.
   */
  revoke(params: { readonly scope: string; readonly until: number; readonly gateUntil: number }): Promise<void>;
  /** Epoch ms until which workers must look at marks; 0 if there is nothing to look at. */
  gate(): Promise<number>;
  /** The revoked scopes of some workflows. */
  revoked(params: { readonly workflows: readonly string[] }): Promise<readonly string[]>;

  /**
   * Notes a submission; answers what stands: `new` for the first call, `unsent` or `sent` for later ones with the same
   * `digest`, `other` for one with another.
   */
  openSubmission(params: {
    readonly workflow: string;
    readonly digest: string;
    readonly until: number;
  }): Promise<Submission>;
  /** Notes that a submission has been sent. */
  closeSubmission(params: { readonly workflow: string }): Promise<void>;

  /**
   * Reserves `slots` runs of a task at one every `intervalMs` (GCRA) and answers the epoch ms of the first; the others
   * follow at that interval. A second call reserves further slots.
   */
  reserve(params: {
    readonly task: string;
    readonly slots: number;
    readonly intervalMs: number;
    readonly now: number;
  }): Promise<number>;

  /** Keeps a dead letter; a second call with the same time and id writes the same. */
  bury(params: { readonly letter: DeadLetter; readonly until: number }): Promise<void>;
  /** The dead letters of the days since `since` (epoch ms), oldest first. */
  deadLetters(params: { readonly since: number; readonly now: number }): Promise<readonly DeadLetter[]>;
  /** Removes a dead letter; a second call changes nothing. */
  deleteDeadLetter(params: { readonly letter: DeadLetter }): Promise<void>;

  /** Keeps the ids of a result set under an id; the last call wins. */
  saveResult(params: { readonly id: string; readonly text: string; readonly until: number }): Promise<void>;
  savedResult(params: { readonly id: string }): Promise<string | undefined>;
}
