import type { Closing, Window } from '../../core/protocol/window.ts';
import type { Clock } from '../../ports/system.ts';
import type { CloseWindow, NoteWake, PutWindow, ReadWindow, Windows } from '../../ports/windows.ts';

/** The windows of debounced calls, in memory. */
export class MemoryWindows implements Windows {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #windows = new Map<string, Map<number, Kept>>();

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock;
  }

  async newest({ key }: ReadWindow): Promise<Window | undefined> {
    const all = this.#of(key);
    const newest = all.get(Math.max(...all.keys()));
    if (newest === undefined) return undefined;
    const { window, closedBy, until } = newest;
    return { ...window, isClosed: closedBy !== undefined || until <= this.#clock.now() };
  }

  async put({ key, window, until }: PutWindow): Promise<boolean> {
    const { number, calls } = window;
    const standing = this.#of(key).get(number);
    const isOver = standing === undefined || standing.until <= this.#clock.now();
    // @defect closed-windows-stay
    const isStill = standing?.closedBy === undefined;
    // @defect calls-are-in-order
    const isNext = isStill && standing?.window.calls === calls - 1;
    if (calls === 1 ? !isOver : isOver || !isNext) return false;
    this.#of(key).set(number, { window, until, closedBy: undefined });
    return true;
  }

  async noteWake({ key, number }: NoteWake): Promise<void> {
    const standing = this.#of(key).get(number);
    if (standing !== undefined)
      this.#of(key).set(number, { ...standing, window: { ...standing.window, isAwaited: true } });
  }

  async close({ key, number, workflow, mid, now }: CloseWindow): Promise<Closing | undefined> {
    const standing = this.#of(key).get(number);
    if (standing === undefined || standing.window.workflow !== workflow) return undefined;
    const { window, closedBy, until } = standing;
    const by = closedBy ?? (window.due <= now ? mid : undefined);
    this.#of(key).set(number, { window, until, closedBy: by });
    return { workflow, due: window.due, message: window.message, closedBy: by };
  }

  /** The workflows of all windows, and until when that is kept. */
  kept(): readonly { readonly id: string; readonly until: number }[] {
    const all = [...this.#windows.values()].flatMap((windows) => [...windows.values()]);
    return all.map(({ window: { workflow: id }, until }) => ({ id, until }));
  }

  #of(key: string): Map<number, Kept> {
    const windows = this.#windows.get(key) ?? new Map<number, Kept>();
    this.#windows.set(key, windows);
    return windows;
  }
}

// --- internal ---

interface Kept {
  readonly window: Window;
  readonly until: number;
  readonly closedBy: string | undefined;
}
