import type { JournalMark, Submitted } from '../../core/protocol/journal.ts';
import type {
  FindEntry,
  Journal,
  JournalRange,
  JournalReader,
  NoteFailure,
  NoteSubmission,
} from '../../ports/journal.ts';
import type { Clock } from '../../ports/system.ts';
import { ExpiringMap } from './expiring-map.ts';
import { frozenCopy } from './frozen-copy.ts';

/** The journal in memory. */
export class MemoryJournal implements Journal, JournalReader {
  readonly #submissions: ExpiringMap<Submitted>;
  readonly #failures: ExpiringMap<JournalMark>;

  constructor(clock: Pick<Clock, 'now'>) {
    this.#submissions = new ExpiringMap(clock);
    this.#failures = new ExpiringMap(clock);
  }

  async noteSubmission({ entry, until }: NoteSubmission): Promise<void> {
    this.#submissions.set(nameOf(entry), frozenCopy(entry), until);
  }

  async noteFailure({ mark: { at, id }, until }: NoteFailure): Promise<void> {
    this.#failures.set(nameOf({ at, id }), Object.freeze({ at, id }), until);
  }

  async submissions(range: JournalRange): Promise<readonly Submitted[]> {
    return within(this.#submissions.values(), range);
  }

  async failures(range: JournalRange): Promise<readonly JournalMark[]> {
    return within(this.#failures.values(), range);
  }

  async find({ id, at, since }: FindEntry): Promise<Submitted | undefined> {
    const entries = this.#submissions.values().filter((entry) => entry.id === id);
    const [first] = entries.toSorted((a, b) => a.at - b.at).filter((entry) => entry.at >= (at ?? since));
    return at === undefined || first?.at === at ? first : undefined;
  }

  /** The workflows that are listed, and until when. */
  listed(): readonly { readonly id: string; readonly until: number }[] {
    return this.#submissions.entries().map(({ value: { id }, until }) => ({ id, until }));
  }
}

// --- internal ---

function nameOf({ at, id }: JournalMark): string {
  return `${at}#${id}`;
}

function within<Entry extends JournalMark>(
  entries: readonly Entry[],
  { since, now, before, limit }: JournalRange,
): readonly Entry[] {
  const wanted = entries.filter(
    (entry) => entry.at >= since && entry.at <= now && (!before || order(entry, before) < 0),
  );
  return wanted.toSorted((a, b) => order(b, a)).slice(0, limit);
}

function order(a: JournalMark, b: JournalMark): number {
  if (a.at !== b.at) return a.at - b.at;
  if (a.id === b.id) return 0;
  return a.id < b.id ? -1 : 1;
}
