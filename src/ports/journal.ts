import type { JournalMark, Submitted } from '../core/protocol/journal.ts';

/** The part of the journal to read: at most `limit` entries from `since` on, the newest first. */
export interface JournalRange {
  /** Epoch ms. */
  readonly since: number;
  /** Epoch ms up to which entries can exist. */
  readonly now: number;
  /** Only entries that stand before this one. */
  readonly before?: JournalMark | undefined;
  readonly limit: number;
}

/** A workflow to list, and until when (epoch ms). */
export interface NoteSubmission {
  readonly entry: Submitted;
  readonly until: number;
}

/** A failure to list, and until when (epoch ms). */
export interface NoteFailure {
  readonly mark: JournalMark;
  readonly until: number;
}

/** The id of an entry, its time if that is known, and when to look for it otherwise; all in epoch ms. */
export interface FindEntry {
  readonly id: string;
  readonly at?: number | undefined;
  readonly since: number;
  readonly now: number;
}

/**
 * The list of submissions and failures, by time. It decides nothing: how a workflow has ended stands in its
 * outcome.
 */
export interface Journal {
  /** Lists a workflow. A second call with the same time writes the same; with another time, it adds an entry. */
  noteSubmission(params: NoteSubmission): Promise<void>;
  /** Lists a failure, as {@link Journal.noteSubmission} lists a workflow. */
  noteFailure(params: NoteFailure): Promise<void>;
}

/** The journal as an operator reads it; no function does. Reads are eventually consistent. */
export interface JournalReader {
  /** Returns submissions, the newest first; each entry, also where an id has several. */
  submissions(params: JournalRange): Promise<readonly Submitted[]>;
  /** Returns failures, the newest first; each entry, also where an id has several. */
  failures(params: JournalRange): Promise<readonly JournalMark[]>;
  /**
   * Returns the first entry of an id. Where `at` is not known, it looks for it from `since` on, in the part of the
   * journal where ids of this kind stand: that may be much.
   */
  find(params: FindEntry): Promise<Submitted | undefined>;
}
