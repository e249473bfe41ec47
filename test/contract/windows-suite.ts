import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Window } from '../../src/core/protocol/window.ts';
import type { Records } from '../../src/ports/records.ts';
import type { RecordsKit } from './records-suite.ts';
import { freshWorkflow, UNUSUAL_TEXT } from './support/ids.ts';
import { TestClock } from './support/test-clock.ts';

const DAY = 86_400_000;

/** The contract of the windows of calls, in every adapter of Records. */
export function describeWindows(name: string, start: (clock: TestClock) => Promise<RecordsKit>): void {
  describe(`Windows, ${name}`, () => {
    const clock = new TestClock();
    let kit: RecordsKit;
    let records: Records;

    beforeAll(async () => {
      kit = await start(clock);
      records = kit.records;
    });
    afterAll(() => kit.close());

    const first = (more: Partial<Window> = {}): Window => {
      const now = clock.now();
      const times = { openedAt: now, due: now + 1000 };
      return {
        number: 0,
        workflow: 'w',
        calls: 1,
        ...times,
        message: 'one',
        isAwaited: false,
        isClosed: false,
        ...more,
      };
    };
    const put = (key: string, window: Window, until = clock.now() + DAY): Promise<boolean> =>
      records.putWindow({ key, window, until });
    const close = (key: string, mid: string, now: number, more: { number?: number; workflow?: string } = {}) =>
      records.closeWindow({ key, number: 0, workflow: 'w', mid, now, ...more });

    it('window() finds nothing before putWindow(), and then the window as it was written', async () => {
      const key = freshWorkflow();
      expect(await records.window({ key })).toBeUndefined();
      const window = first({ message: UNUSUAL_TEXT });
      expect(await put(key, window)).toBe(true);
      expect(await records.window({ key })).toEqual(window);
      expect(await records.window({ key: freshWorkflow() })).toBeUndefined();
    });

    it('putWindow() writes each call over the one before it, and a second call does nothing', async () => {
      const key = freshWorkflow();
      const [one, two] = [first(), first({ calls: 2, message: 'two', isAwaited: true })];
      expect([await put(key, two), await put(key, one), await put(key, one)]).toEqual([false, true, false]);
      expect([await put(key, two), await put(key, two), await put(key, first({ calls: 4 }))]).toEqual([
        true,
        false,
        false,
      ]);
      expect(await records.window({ key })).toEqual(two);
    });

    it('putWindow() writes one of many calls that race', async () => {
      const key = freshWorkflow();
      await put(key, first());
      const second = (n: number): Promise<boolean> => put(key, first({ calls: 2, message: `${n}` }));
      const written = await Promise.all(Array.from({ length: 10 }, (_, n) => second(n)));
      expect(written.filter(Boolean)).toHaveLength(1);
      expect((await records.window({ key }))?.message).toBe(`${written.indexOf(true)}`);
    });

    it('window() finds the newest of several', async () => {
      const key = freshWorkflow();
      for (const number of [0, 1, 9, 10]) expect(await put(key, first({ number, message: `${number}` }))).toBe(true);
      expect(await records.window({ key })).toMatchObject({ number: 10, message: '10' });
    });

    it('noteWake() marks a window, and makes none', async () => {
      const key = freshWorkflow();
      await records.noteWake({ key, number: 0 });
      expect(await records.window({ key })).toBeUndefined();
      await put(key, first());
      await records.noteWake({ key, number: 0 });
      await records.noteWake({ key, number: 0 });
      expect(await records.window({ key })).toEqual(first({ isAwaited: true }));
    });

    it('closeWindow() closes a window that is due, for the first message that asks', async () => {
      const key = freshWorkflow();
      const { due } = first();
      await put(key, first());
      const open = { workflow: 'w', due, message: 'one', closedBy: undefined };
      expect(await close(key, 'a', due - 1)).toEqual(open);
      expect(await records.window({ key })).toEqual(first());
      expect(await close(key, 'a', due)).toEqual({ ...open, closedBy: 'a' });
      expect(await close(key, 'a', due)).toEqual({ ...open, closedBy: 'a' });
      expect(await close(key, 'b', due + 5000)).toEqual({ ...open, closedBy: 'a' });
      expect(await records.window({ key })).toEqual(first({ isClosed: true }));
    });

    it('closeWindow() finds no window of another workflow or number, and changes none', async () => {
      const key = freshWorkflow();
      expect(await close(key, 'a', Number.MAX_SAFE_INTEGER)).toBeUndefined();
      expect(await records.window({ key })).toBeUndefined();
      await put(key, first());
      expect(await close(key, 'a', Number.MAX_SAFE_INTEGER, { workflow: 'v' })).toBeUndefined();
      expect(await close(key, 'a', Number.MAX_SAFE_INTEGER, { number: 1 })).toBeUndefined();
      expect(await records.window({ key })).toEqual(first());
    });

    it('putWindow() changes no window that is closed', async () => {
      const key = freshWorkflow();
      await put(key, first());
      await close(key, 'a', Number.MAX_SAFE_INTEGER);
      expect(await put(key, first({ calls: 2, message: 'two' }))).toBe(false);
      expect(await close(key, 'a', 0)).toMatchObject({ message: 'one', closedBy: 'a' });
      expect(await put(key, first({ number: 1, message: 'three' }))).toBe(true);
      expect(await close(key, 'a', 0)).toMatchObject({ message: 'one', closedBy: 'a' });
    });

    it('a window whose time is over is closed, and its number free', async () => {
      const key = freshWorkflow();
      await put(key, first(), clock.now() + 1000);
      await clock.sleep(2000);
      expect(await records.window({ key })).toMatchObject({ number: 0, isClosed: true });
      expect(await put(key, first({ message: 'new' }))).toBe(true);
      expect(await records.window({ key })).toEqual(first({ message: 'new' }));
    });

    it('openSubmission() keeps a message, which submission() returns until its millisecond', async () => {
      const key = `$throttle/${freshWorkflow()}`;
      const until = clock.now() + 1500;
      const note = { key, workflow: 'w', digest: 'd', until, message: UNUSUAL_TEXT };
      expect(await records.submission({ key })).toBeUndefined();
      expect(await records.openSubmission(note)).toMatchObject({ state: 'new', workflow: 'w' });
      const standing = { workflow: 'w', message: UNUSUAL_TEXT };
      expect(await records.openSubmission({ ...note, workflow: 'v', message: 'other' })).toEqual({
        state: 'unsent',
        ...standing,
      });
      expect(await records.submission({ key })).toEqual({ state: 'unsent', ...standing });
      await records.closeSubmission({ key });
      expect(await records.submission({ key })).toEqual({ state: 'sent', ...standing });
      await clock.sleep(1499);
      expect(await records.openSubmission({ ...note, workflow: 'v' })).toMatchObject({ state: 'sent', workflow: 'w' });
      await clock.sleep(1);
      expect(await records.submission({ key })).toBeUndefined();
      expect(await records.openSubmission({ ...note, workflow: 'v', until: until + 5000 })).toMatchObject({
        state: 'new',
        workflow: 'v',
      });
    });
  });
}
