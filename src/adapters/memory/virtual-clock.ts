import type { Clock } from '../../ports/system.ts';

/**
 * Time that passes only when nothing else can happen: whoever sleeps is woken in order, as soon as everybody else waits.
 * A day of delays takes as long as its work. What waits for something outside the process, a file or a socket, does not
 * hold time back.
 */
export class VirtualClock implements Clock {
  #now: number;
  readonly #sleepers: Sleeper[] = [];
  #order = 0;
  #isPassing = false;

  /** @param startAt epoch ms, default 2026-01-01. */
  constructor(startAt: number = Date.UTC(2026, 0, 1)) {
    this.#now = startAt;
  }

  now(): number {
    return this.#now;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted === true) return Promise.resolve();
    if (ms === Number.POSITIVE_INFINITY) return untilAborted(signal);
    const { promise, resolve } = Promise.withResolvers<void>();
    const wake = (): void => {
      sleeper.isAwake = true;
      signal?.removeEventListener('abort', wake);
      resolve();
    };
    const sleeper: Sleeper = { at: this.#now + Math.max(0, ms), order: (this.#order += 1), wake, isAwake: false };
    push(this.#sleepers, sleeper);
    signal?.addEventListener('abort', wake);
    void this.#pass();
    return promise;
  }

  async #pass(): Promise<void> {
    if (this.#isPassing) return;
    this.#isPassing = true;
    for (;;) {
      await settle();
      const next = this.#next();
      if (next === undefined) break;
      this.#now = Math.max(this.#now, next.at);
      next.wake();
    }
    this.#isPassing = false;
  }

  /** The next to wake; those that were woken otherwise are passed over. */
  #next(): Sleeper | undefined {
    for (;;) {
      const next = pop(this.#sleepers);
      if (next === undefined || !next.isAwake) return next;
    }
  }
}

// --- internal ---

interface Sleeper {
  readonly at: number;
  readonly order: number;
  readonly wake: () => void;
  isAwake: boolean;
}

/** Resolves once every promise that could go on has done so. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function untilAborted(signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => signal?.addEventListener('abort', () => resolve()));
}

function isBefore(a: Sleeper, b: Sleeper): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
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
