import type { Clock } from '../../../src/ports/system.ts';

/** Time that a test sets. A sleep ends at once, and moves the time forward. */
export class TestClock implements Clock {
  #now: number;

  constructor(startAt: number = Date.UTC(2030, 0, 1)) {
    this.#now = startAt;
  }

  now(): number {
    return this.#now;
  }

  async sleep(ms: number): Promise<void> {
    this.#now += ms;
  }

  poll(ms: number, most: number): Promise<void> {
    return this.sleep(Math.min(ms, most));
  }
}
