import type { Closing, Window } from '../../core/protocol/window.ts';
import type { CloseWindow, NoteWake, PutWindow, ReadWindow, Windows } from '../../ports/windows.ts';
import { Table } from './table.ts';
import type { TableOptions } from './table.ts';
import {
  closeWindowRequest,
  closingOf,
  newestWindowRequest,
  noteWakeRequest,
  putWindowRequest,
  windowKey,
  windowOf,
} from './windows-requests.ts';

/** The windows of debounced calls in a DynamoDB table. */
export class AwsWindows implements Windows {
  readonly #table: Table;

  constructor(options: TableOptions) {
    this.#table = new Table(options);
  }

  async newest({ key }: ReadWindow): Promise<Window | undefined> {
    const newest = await this.#table.newest(newestWindowRequest(this.#table.name, key));
    return newest && windowOf(newest, this.#table.now());
  }

  put(params: PutWindow): Promise<boolean> {
    return this.#table.put(putWindowRequest(this.#table.name, { ...params, now: this.#table.now() }));
  }

  async noteWake(params: NoteWake): Promise<void> {
    await this.#table.update(noteWakeRequest(this.#table.name, params));
  }

  async close(params: CloseWindow): Promise<Closing | undefined> {
    const key = windowKey(params.key, params.number);
    const closed = await this.#table.updateOrFind(key, closeWindowRequest(this.#table.name, params));
    const standing = 'item' in closed ? closed.item : closed.standing;
    const closing = standing && closingOf(standing);
    return closing?.workflow === params.workflow ? closing : undefined;
  }
}
