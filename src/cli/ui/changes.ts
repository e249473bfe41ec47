/** Tells many watchers of changes, at most ten times a second. */
export class Changes {
  readonly #watchers = new Set<() => void>();
  #timer: NodeJS.Timeout | undefined;

  /** Calls `onChange` after changes, until the function that it returns is called. */
  readonly watch = (onChange: () => void): (() => void) => {
    this.#watchers.add(onChange);
    return () => this.#watchers.delete(onChange);
  };

  /** Says that something has changed. */
  tell(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      for (const watcher of this.#watchers) watcher();
    }, PAUSE_MS);
  }

  /** Ends the timer. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#watchers.clear();
  }
}

// --- internal ---

const PAUSE_MS = 100;
