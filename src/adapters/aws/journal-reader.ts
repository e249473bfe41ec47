import type { JournalMark, Submitted } from '../../core/protocol/journal.ts';
import type { FindEntry, JournalRange, JournalReader } from '../../ports/journal.ts';
import { inParallel } from '../parallel.ts';
import type { Item } from './attributes.ts';
import { entriesRequest, markOf, marksOfRequest, submittedOf } from './journal-reader-requests.ts';
import { entryKey, JOURNAL_SHARDS, journalPartition, markText, shardOfId } from './journal-requests.ts';
import type { JournalList } from './journal-requests.ts';
import { daysBetween } from './keys.ts';
import { Table } from './table.ts';
import type { TableOptions } from './table.ts';

/** Reads the journal in a DynamoDB table: all partitions of a day at once, day after day. */
export class AwsJournalReader implements JournalReader {
  readonly #table: Table;

  constructor(options: TableOptions) {
    this.#table = new Table(options);
  }

  async submissions(range: JournalRange): Promise<readonly Submitted[]> {
    return (await this.#newest('journal', range)).map(submittedOf);
  }

  async failures(range: JournalRange): Promise<readonly JournalMark[]> {
    return (await this.#newest('failed', range)).map(markOf);
  }

  async find({ id, at, since, now }: FindEntry): Promise<Submitted | undefined> {
    const time = at ?? (await this.#timeOf(id, since, now));
    const item = time === undefined ? undefined : await this.#table.get(entryKey('journal', { at: time, id }), false);
    return item && submittedOf(item);
  }

  /** Looks for an id in its partition of each day, the oldest first. */
  async #timeOf(id: string, since: number, now: number): Promise<number | undefined> {
    const partitions = daysBetween(since, now).map((day) => journalPartition('journal', day, shardOfId(id)));
    const marks = await inParallel(partitions, PARALLEL_QUERIES, async (pk) => {
      const items = await this.#table.query(marksOfRequest(this.#table.name, pk, since));
      return items.map(markOf).find((mark) => mark.id === id);
    });
    return marks.find((mark) => mark !== undefined)?.at;
  }

  /** Reads day after day, the newest first, until there is enough. */
  async #newest(list: JournalList, range: JournalRange): Promise<readonly Item[]> {
    const { since, now, before, limit } = range;
    const last = Math.min(now, before?.at ?? now);
    // DynamoDB refuses a range that ends before it begins.
    if (last < since) return [];
    const found: Item[] = [];
    for (const day of daysBetween(since, last).toReversed()) {
      const shards = Array.from({ length: JOURNAL_SHARDS }, (_, shard) => journalPartition(list, day, shard));
      const items = await inParallel(shards, JOURNAL_SHARDS, (pk) =>
        this.#table.first(entriesRequest(this.#table.name, pk, range), limit + 1),
      );
      const fresh = items.flat().filter((item) => before === undefined || nameOf(item) !== markText(before));
      found.push(...fresh.toSorted((a, b) => (nameOf(a) < nameOf(b) ? 1 : -1)).slice(0, limit - found.length));
      if (found.length >= limit) break;
    }
    return found;
  }
}

// --- internal ---

const PARALLEL_QUERIES = 16;

function nameOf(item: Item): string {
  return item['sk']?.S ?? '';
}
