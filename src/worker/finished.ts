import type { Deliveries, Receipt } from '../ports/broker.ts';
import type { Clock } from '../ports/system.ts';

/** How often a batch deletes what is finished while others of it go on, in ms. */
const DELETE_MS = 1000;

/**
 * The messages of a batch whose work is done. Lambda deletes them when the whole batch has ended; before something that
 * takes longer, or may end the sandbox, the worker does.
 */
export class Finished {
  readonly #deliveries: Deliveries;
  readonly #clock: Clock;
  #receipts: Receipt[] = [];
  #deletedAt = Number.NEGATIVE_INFINITY;

  constructor(deliveries: Deliveries, clock: Clock) {
    this.#deliveries = deliveries;
    this.#clock = clock;
  }

  /** Notes a message whose work is done. */
  add(receipt: Receipt): void {
    this.#receipts.push(receipt);
  }

  /** Deletes them. One that cannot be deleted comes back, and is found to be done. */
  async deleteNow(): Promise<void> {
    const receipts = this.#receipts;
    if (receipts.length === 0) return;
    this.#receipts = [];
    this.#deletedAt = this.#clock.now();
    await this.#deliveries.finish({ receipts }).catch(() => undefined);
  }

  /** Deletes them, at most once a second: steps may be short and many. */
  async deleteSometimes(): Promise<void> {
    if (this.#clock.now() - this.#deletedAt >= DELETE_MS) await this.deleteNow();
  }
}
