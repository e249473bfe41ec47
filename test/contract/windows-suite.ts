import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Window } from '../../src/core/protocol/window.ts';
import type { Windows } from '../../src/ports/windows.ts';
import type { Closable } from './support/emulators.ts';
import { freshWorkflow, UNUSUAL_TEXT } from './support/ids.ts';
import { TestClock } from './support/test-clock.ts';

const DAY = 86_400_000;

/** An adapter under test. */
export interface WindowsKit extends Closable {
  readonly windows: Windows;
}

/** The contract of the windows of calls, in every adapter. */
export function describeWindows(name: string, start: (clock: TestClock) => Promise<WindowsKit>): void {
  describe(`Windows, ${name}`, () => {
    const clock = new TestClock();
    let kit: WindowsKit;
    let windows: Windows;

    beforeAll(async () => {
      kit = await start(clock);
      windows = kit.windows;
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
      windows.put({ key, window, until });
    const close = (key: string, mid: string, now: number, more: { number?: number; workflow?: string } = {}) =>
      windows.close({ key, number: 0, workflow: 'w', mid, now, ...more });

    it('newest() finds nothing before put(), and then the window as it was written', async () => {
      const key = freshWorkflow();
      expect(await windows.newest({ key })).toBeUndefined();
      const window = first({ message: UNUSUAL_TEXT });
      expect(await put(key, window)).toBe(true);
      expect(await windows.newest({ key })).toEqual(window);
      expect(await windows.newest({ key: freshWorkflow() })).toBeUndefined();
    });

    it('put() writes each call over the one before it, and a second call does nothing', async () => {
      const key = freshWorkflow();
      const [one, two] = [first(), first({ calls: 2, message: 'two', isAwaited: true })];
      expect([await put(key, two), await put(key, one), await put(key, one)]).toEqual([false, true, false]);
      expect([await put(key, two), await put(key, two), await put(key, first({ calls: 4 }))]).toEqual([
        true,
        false,
        false,
      ]);
      expect(await windows.newest({ key })).toEqual(two);
    });

    it('put() writes one of many calls that race', async () => {
      const key = freshWorkflow();
      await put(key, first());
      const second = (n: number): Promise<boolean> => put(key, first({ calls: 2, message: `${n}` }));
      const written = await Promise.all(Array.from({ length: 10 }, (_, n) => second(n)));
      expect(written.filter(Boolean)).toHaveLength(1);
      expect((await windows.newest({ key }))?.message).toBe(`${written.indexOf(true)}`);
    });

    it('newest() finds the newest of several', async () => {
      const key = freshWorkflow();
      for (const number of [0, 1, 9, 10]) expect(await put(key, first({ number, message: `${number}` }))).toBe(true);
      expect(await windows.newest({ key })).toMatchObject({ number: 10, message: '10' });
    });

    it('noteWake() marks a window, and makes none', async () => {
      const key = freshWorkflow();
      await windows.noteWake({ key, number: 0 });
      expect(await windows.newest({ key })).toBeUndefined();
      await put(key, first());
      await windows.noteWake({ key, number: 0 });
      await windows.noteWake({ key, number: 0 });
      expect(await windows.newest({ key })).toEqual(first({ isAwaited: true }));
    });

    it('close() closes a window that is due, for the first message that asks', async () => {
      const key = freshWorkflow();
      const { due } = first();
      await put(key, first());
      const open = { workflow: 'w', due, message: 'one', closedBy: undefined };
      expect(await close(key, 'a', due - 1)).toEqual(open);
      expect(await windows.newest({ key })).toEqual(first());
      expect(await close(key, 'a', due)).toEqual({ ...open, closedBy: 'a' });
      expect(await close(key, 'a', due)).toEqual({ ...open, closedBy: 'a' });
      expect(await close(key, 'b', due + 5000)).toEqual({ ...open, closedBy: 'a' });
      expect(await windows.newest({ key })).toEqual(first({ isClosed: true }));
    });

    it('close() finds no window of another workflow or number, and changes none', async () => {
      const key = freshWorkflow();
      expect(await close(key, 'a', Number.MAX_SAFE_INTEGER)).toBeUndefined();
      expect(await windows.newest({ key })).toBeUndefined();
      await put(key, first());
      expect(await close(key, 'a', Number.MAX_SAFE_INTEGER, { workflow: 'v' })).toBeUndefined();
      expect(await close(key, 'a', Number.MAX_SAFE_INTEGER, { number: 1 })).toBeUndefined();
      expect(await windows.newest({ key })).toEqual(first());
    });

    it('put() changes no window that is closed', async () => {
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
      expect(await windows.newest({ key })).toMatchObject({ number: 0, isClosed: true });
      expect(await put(key, first({ message: 'new' }))).toBe(true);
      expect(await windows.newest({ key })).toEqual(first({ message: 'new' }));
    });
  });
}
