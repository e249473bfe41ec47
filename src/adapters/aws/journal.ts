import type { Journal, NoteFailure, NoteSubmission } from '../../ports/journal.ts';
import { noteFailureRequest, noteSubmissionRequest } from './journal-requests.ts';
import { Table } from './table.ts';
import type { TableOptions } from './table.ts';

/** The journal in a DynamoDB table: each day has 16 partitions, and each entry is one item. */
export class AwsJournal implements Journal {
  readonly #table: Table;

  constructor(options: TableOptions) {
    this.#table = new Table(options);
  }

  async noteSubmission({ entry, until }: NoteSubmission): Promise<void> {
    await this.#table.put(noteSubmissionRequest(this.#table.name, entry, until));
  }

  async noteFailure({ mark, until }: NoteFailure): Promise<void> {
    await this.#table.put(noteFailureRequest(this.#table.name, mark, until));
  }
}
