import type { Faults } from './faults.ts';

/**
 * A kind of fault, as it is counted.
 *
 * @example
 * ```ts
 * const wanted: readonly FaultKind[] = ['crash', 'throttle'];
 * const { faults } = await simulate({ handlers: { all: handler }, workflow: () => add.delay(1, 2), faults: 'none', seeds: 5 });
 * wanted.filter((kind) => faults[kind] !== undefined); // []
 * ```
 */
export type FaultKind = Exclude<keyof Faults, 'maxReceiveCount'>;

/** Chance and time of a simulation, shared by its queues and sandboxes, and a count of the faults that struck. */
export class FaultInjector {
  readonly faults: Faults;
  readonly struck: Map<FaultKind, number> = new Map();
  /** Waits in virtual time. */
  readonly sleep: (ms: number) => Promise<void>;
  readonly #random: () => number;
  #late = 0;

  constructor(faults: Faults, random: () => number, sleep: (ms: number) => Promise<void>) {
    this.faults = faults;
    this.#random = random;
    this.sleep = sleep;
  }

  /** Returns whether something of this chance happens now. */
  chance(of: number): boolean {
    return of > 0 && this.#random() < of;
  }

  /** A whole number below `n`. */
  below(n: number): number {
    return Math.floor(this.#random() * n);
  }

  /** Returns whether a fault strikes now; counts it if so. */
  strikes(kind: FaultKind): boolean {
    if (!this.chance(this.faults[kind])) return false;
    this.count(kind);
    return true;
  }

  count(kind: FaultKind): void {
    this.struck.set(kind, (this.struck.get(kind) ?? 0) + 1);
  }

  /** Makes a call arrive later; its answer is not heard. */
  arriveLate(call: () => Promise<unknown>): void {
    this.#late += 1;
    const arrive = async (): Promise<void> => {
      await this.sleep(this.below(LATE_MS));
      await call().catch(() => undefined);
      this.#late -= 1;
    };
    void arrive();
  }

  /** Whether calls are still on their way. */
  get isLate(): boolean {
    return this.#late > 0;
  }
}

// --- internal ---

/** How late a write may arrive, in ms. */
const LATE_MS = 10_000;
