/** An entry that sleeps until some time. */
export interface Sleeper {
  readonly at: number;
  /** The order of arrival, which tells those of one time apart: the first to come is woken first. */
  readonly order: number;
  /** When it must be woken at the latest; not before `at`. */
  readonly most: number;
  /** Absent when it has been woken before its time. */
  wake: (() => void) | undefined;
}

/** The number of woken sleepers up to which they are not worth a look. */
const FEW_WOKEN = 100;

/** Sleepers in the order of their times. */
export class Sleepers {
  #heap: Sleeper[] = [];
  /** Those that were woken before their time and are still in the heap. */
  #woken = 0;

  add(sleeper: Sleeper): void {
    push(this.#heap, sleeper);
  }

  /** Returns the next to wake; those that were woken otherwise are skipped. */
  first(): Sleeper | undefined {
    for (let first = this.#heap[0]; first !== undefined; first = this.#heap[0]) {
      if (first.wake !== undefined) return first;
      pop(this.#heap);
      this.#woken -= 1;
    }
    return undefined;
  }

  /** Returns the next to wake and takes it out. */
  take(): Sleeper | undefined {
    return this.first() === undefined ? undefined : pop(this.#heap);
  }

  /** When the first of them must be woken at the latest. */
  soonestMost(): number {
    const waiting = this.#heap.filter((sleeper) => sleeper.wake !== undefined);
    return waiting.reduce((soonest, { most }) => Math.min(soonest, most), Number.POSITIVE_INFINITY);
  }

  /** Wakes a sleeper early. It leaves the heap, before its time, with others like it once they are most of the heap. */
  wakeEarly(sleeper: Sleeper): void {
    const { wake } = sleeper;
    sleeper.wake = undefined;
    this.#woken += 1;
    if (this.#woken > FEW_WOKEN && this.#woken > this.#heap.length / 2) {
      // In order they are a heap.
      this.#heap = this.#heap.filter((one) => one.wake !== undefined).toSorted(compare);
      this.#woken = 0;
    }
    wake?.();
  }
}

/** Returns whether one is to be woken before another. */
export function isBefore(a: Sleeper, b: Sleeper): boolean {
  return compare(a, b) < 0;
}

// --- internal ---

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
