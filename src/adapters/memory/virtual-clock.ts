import type { Clock } from '../../ports/system.ts';

/**
 * Time that passes only when nothing else can happen: whoever sleeps is woken in order, as soon as everybody else waits.
 * A day of delays takes as long as its work. What waits for something outside the process, a file or a socket, does not
 * hold time back.
 *
 * @example
 * ```ts
 * const clock = new VirtualClock(0);
 * await clock.sleep(60_000);
 * clock.now(); // 60000
 * ```
 */
export class VirtualClock implements Clock {
  #now: number;
  #sleepers: Sleeper[] = [];
  /** Sleepers that were woken before their time and are still in the heap. */
  #woken = 0;
  #order = 0;
  #isPassing = false;
  readonly #settle: () => Promise<void>;

  /**
   * @param startAt epoch ms, default 2026-01-01.
   * @param settle resolves once every promise that could go on has done so. By default it also lets the process do what
   * else it has to do.
   */
  constructor(startAt: number = Date.UTC(2026, 0, 1), settle: () => Promise<void> = untilNextTurn) {
    this.#now = startAt;
    this.#settle = settle;
  }

  now(): number {
    return this.#now;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted === true) return Promise.resolve();
    if (ms === Number.POSITIVE_INFINITY) return untilAborted(signal);
    const { promise, resolve } = Promise.withResolvers<void>();
    const sleeper: Sleeper = { at: this.#now + (ms > 0 ? ms : 0), order: (this.#order += 1), wake: resolve };
    push(this.#sleepers, sleeper);
    if (signal !== undefined) {
      const wakeEarly = (): void => this.#wakeEarly(sleeper);
      signal.addEventListener('abort', wakeEarly, { once: true });
      sleeper.wake = () => {
        signal.removeEventListener('abort', wakeEarly);
        resolve();
      };
    }
    void this.#pass();
    return promise;
  }

  /** It leaves the heap with the others like it, when they are most of it: time need not come to them. */
  #wakeEarly(sleeper: Sleeper): void {
    const { wake } = sleeper;
    sleeper.wake = undefined;
    this.#woken += 1;
    if (this.#woken > FEW_WOKEN && this.#woken > this.#sleepers.length / 2) {
      // In order they are a heap.
      this.#sleepers = this.#sleepers.filter((one) => one.wake !== undefined).toSorted(compare);
      this.#woken = 0;
    }
    wake?.();
  }

  async #pass(): Promise<void> {
    if (this.#isPassing) return;
    this.#isPassing = true;
    for (;;) {
      await this.#settle();
      const next = this.#next();
      if (next === undefined) break;
      this.#now = Math.max(this.#now, next.at);
      next.wake?.();
    }
    this.#isPassing = false;
  }

  /** The next to wake; those that were woken otherwise are passed over. */
  #next(): Sleeper | undefined {
    for (;;) {
      const next = pop(this.#sleepers);
      if (next === undefined || next.wake !== undefined) return next;
      this.#woken -= 1;
    }
  }
}

// --- internal ---

interface Sleeper {
  readonly at: number;
  readonly order: number;
  /** Absent when it has been woken before its time. */
  wake: (() => void) | undefined;
}

/** So few are not worth a look. */
const FEW_WOKEN = 100;

function untilNextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function untilAborted(signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => signal?.addEventListener('abort', () => resolve()));
}

function isBefore(a: Sleeper, b: Sleeper): boolean {
  return compare(a, b) < 0;
}

function compare(a: Sleeper, b: Sleeper): number {
  return a.at - b.at || a.order - b.order;
}

/** A binary heap, the earliest first. */
function push(heap: Sleeper[], sleeper: Sleeper): void {
  heap.push(sleeper);
  for (let at = heap.length - 1; at > 0;) {
    const parent = (at - 1) >> 1;
    if (!swapIfBefore(heap, at, parent)) return;
    at = parent;
  }
}

function pop(heap: Sleeper[]): Sleeper | undefined {
  const [first] = heap;
  const last = heap.pop();
  if (first === undefined || last === undefined || heap.length === 0) return first;
  heap[0] = last;
  for (let at = 0; ;) {
    const left = 2 * at + 1;
    const right = left + 1;
    const child = isOrdered(heap, left, right) ? left : right;
    if (!swapIfBefore(heap, child, at)) return first;
    at = child;
  }
}

function isOrdered(heap: readonly Sleeper[], left: number, right: number): boolean {
  const [a, b] = [heap[left], heap[right]];
  return a === undefined || b === undefined || isBefore(a, b);
}

function swapIfBefore(heap: Sleeper[], child: number, parent: number): boolean {
  const [a, b] = [heap[child], heap[parent]];
  if (a === undefined || b === undefined || !isBefore(a, b)) return false;
  heap[parent] = a;
  heap[child] = b;
  return true;
}
