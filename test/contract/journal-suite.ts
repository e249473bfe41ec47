import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { JournalMark, Submitted } from '../../src/core/protocol/journal.ts';
import type { Journal, JournalRange, JournalReader } from '../../src/ports/journal.ts';
import type { Closable } from './support/emulators.ts';
import { freshWorkflow, UNUSUAL_TEXT } from './support/ids.ts';
import { TestClock } from './support/test-clock.ts';

export interface JournalKit extends Closable {
  readonly journal: Journal;
  readonly reader: JournalReader;
}

const DAY = 86_400_000;

/** The contract of every adapter of Journal. */
export function describeJournal(name: string, start: (clock: TestClock) => Promise<JournalKit>): void {
  describe(`Journal, ${name}`, () => {
    const clock = new TestClock();
    let kit: JournalKit;
    let journal: Journal;
    let reader: JournalReader;

    beforeAll(async () => {
      kit = await start(clock);
      ({ journal, reader } = kit);
    });
    afterAll(() => kit.close());
    // The entries of one test are over when the next begins.
    beforeEach(() => clock.sleep(40 * DAY));

    const until = (): number => clock.now() + 15 * DAY;
    const entry = (more: Partial<Submitted> = {}): Submitted => ({
      at: clock.now(),
      id: freshWorkflow(),
      app: 'shop',
      shape: { seq: [[3, 'add']] },
      ...more,
    });
    const note = async (more: Partial<Submitted> = {}): Promise<Submitted> => {
      const one = entry(more);
      await journal.noteSubmission({ entry: one, until: until() });
      return one;
    };
    const range = (more: Partial<JournalRange> = {}): JournalRange => ({
      since: clock.now() - 10 * DAY,
      now: clock.now(),
      limit: 100,
      ...more,
    });
    const idsOf = (marks: readonly JournalMark[]): readonly string[] => marks.map(({ id }) => id);

    it('submissions() answers with all that was said when a workflow was noted', async () => {
      const one = await note({ app: UNUSUAL_TEXT, tenant: 'acme', parent: 'W.1~0' });
      expect(await reader.submissions(range())).toEqual([one]);
    });

    it('submissions() is empty when nothing was noted, or nothing is wanted', async () => {
      expect(await reader.submissions(range())).toEqual([]);
      await note();
      expect(await reader.submissions(range({ limit: 0 }))).toEqual([]);
    });

    it('submissions() puts the newest first when they are of several days and of one instant', async () => {
      const now = clock.now();
      const instant = ['b', 'a', 'c'].map((end) => ({ at: now - 3, id: `${freshWorkflow()}${end}` }));
      const others = [0, 1, 2, DAY, DAY + 1, 3 * DAY].map((ago) => ({ at: now - ago, id: freshWorkflow() }));
      for (const one of [...others, ...instant].toReversed()) await note(one);
      const sorted = [...others, ...instant].toSorted((a, b) => b.at - a.at || (a.id < b.id ? 1 : -1));
      expect(idsOf(await reader.submissions(range()))).toEqual(idsOf(sorted));
    });

    it('submissions() goes on behind a mark, page after page, without a gap and without a repetition', async () => {
      const now = clock.now();
      const all: Submitted[] = [];
      // Several of each instant, over two days.
      for (let i = 0; i < 40; i += 1) all.push(await note({ at: now - Math.floor(i / 3) * (DAY / 8) }));
      const read: string[] = [];
      let before: JournalMark | undefined;
      for (;;) {
        const page = await reader.submissions(range({ before, limit: 7 }));
        read.push(...idsOf(page));
        before = page.at(-1);
        if (before === undefined) break;
      }
      const sorted = all.toSorted((a, b) => b.at - a.at || (a.id < b.id ? 1 : -1));
      expect(read).toEqual(idsOf(sorted));
    });

    it('submissions() and failures() are empty behind a mark that is older than wanted', async () => {
      const since = clock.now() - 1000;
      const before = await note({ at: since - 1 });
      await journal.noteFailure({ mark: before, until: until() });
      for (const one of [range({ since, before }), range({ since, now: since - 1 })]) {
        expect(await reader.submissions(one)).toEqual([]);
        expect(await reader.failures(one)).toEqual([]);
      }
      const [last] = await reader.submissions(range({ since: before.at }));
      expect(await reader.submissions(range({ since: before.at, before: last }))).toEqual([]);
    });

    it('submissions() leaves out what is older than wanted, and what has lived its time', async () => {
      const now = clock.now();
      await note({ at: now - 2 * DAY });
      const fresh = await note({ at: now - 1000 });
      expect(idsOf(await reader.submissions(range({ since: now - 1000 })))).toEqual([fresh.id]);
      await clock.sleep(16 * DAY);
      expect(await reader.submissions(range({ since: now - 10 * DAY }))).toEqual([]);
    });

    it('noteSubmission() changes nothing when it is called twice with one time', async () => {
      const one = await note();
      await journal.noteSubmission({ entry: one, until: until() });
      expect(await reader.submissions(range())).toEqual([one]);
    });

    it('failures() lists what has failed, and submissions() does not', async () => {
      const at = clock.now();
      const marks = [0, 1, DAY].map((ago) => ({ at: at - ago, id: freshWorkflow() }));
      for (const mark of marks) {
        await journal.noteFailure({ mark, until: until() });
        await journal.noteFailure({ mark, until: until() });
      }
      expect(await reader.failures(range())).toEqual(marks);
      expect(await reader.failures(range({ limit: 2, before: marks[0] }))).toEqual(marks.slice(1));
      expect(await reader.submissions(range())).toEqual([]);
    });

    it('find() finds a workflow by its id, with and without its time, and its first entry where it has two', async () => {
      const now = clock.now();
      const first = await note({ at: now - 2 * DAY });
      const second = await note({ ...first, at: now - 5 });
      const since = now - 10 * DAY;
      expect(await reader.find({ id: first.id, since, now })).toEqual(first);
      expect(await reader.find({ id: first.id, at: second.at, since, now })).toEqual(second);
      expect(await reader.find({ id: first.id, at: now - 4, since, now })).toBeUndefined();
      expect(await reader.find({ id: freshWorkflow(), since, now })).toBeUndefined();
    });
  });
}
