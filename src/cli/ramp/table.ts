import { LIMITS } from './limits.ts';

/**
 * The writes that a table takes: those of a second at once if none came before, and twice as many after each half hour at its
 * limit. DynamoDB's own bursts, which it does not promise, and the SDK's second tries are not counted.
 */
export class Table {
  #aSecond: number;
  #room: number;
  #atLimitMs = 0;

  constructor(aSecond: number) {
    this.#aSecond = aSecond;
    this.#room = aSecond;
  }

  /**
   * Writes as much as there is room for.
   *
   * @param units write units
   * @param keys the partition keys that they go to: no partition takes more than its part
   * @param ms the time since the call before
   * @returns the part that was written, 0 to 1
   */
  write(units: number, keys: number, ms: number): number {
    const rate = Math.min(this.#aSecond, keys * LIMITS.partitionWrites.value);
    this.#room = Math.min(rate, this.#room + (rate * ms) / 1000);
    const written = Math.min(units, this.#room);
    this.#room -= written;
    if (written < units) this.#grow(ms);
    return units === 0 ? 1 : written / units;
  }

  #grow(ms: number): void {
    this.#atLimitMs += ms;
    if (this.#atLimitMs < LIMITS.tableDoubles.value * 60_000) return;
    this.#atLimitMs = 0;
    this.#aSecond *= 2;
  }
}
