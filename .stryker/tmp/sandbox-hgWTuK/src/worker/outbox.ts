import type { Outbox } from '../engine/dispatch.ts';
import type { Broker, Outgoing } from '../ports/broker.ts';
import type { Clock } from '../ports/system.ts';

/** How long a message waits for others to share a call with, in ms. */
const LINGER_MS = 5;
/** How many entries a batch has room for (SQS). */
const BATCH_ENTRIES = 10;

/**
 * Gathers what the deliveries of one batch send, so that ten of them share a call: it sends when ten have come, when
 * every delivery that is still running waits for it, or after 5 ms.
 */
export class BatchOutbox implements Outbox {
  readonly #broker: Broker;
  readonly #clock: Clock;
  #running = 0;
  #waiting: {
    readonly messages: readonly Outgoing[];
    readonly resolve: () => void;
    readonly reject: (cause: unknown) => void;
  }[] = [];
  #timer: AbortController | undefined;

  constructor(broker: Broker, clock: Clock) {
    this.#broker = broker;
    this.#clock = clock;
  }

  /** Runs a delivery; while it runs, what others send may wait for what it sends. */
  async during<T>(run: () => Promise<T>): Promise<T> {
    this.#running += 1;
    try {
      return await run();
    } finally {
      this.#running -= 1;
      this.#flushIfDue();
    }
  }

  send(messages: readonly Outgoing[]): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#waiting.push({ messages, resolve, reject });
    this.#flushIfDue();
    if (this.#waiting.length > 0 && this.#timer === undefined) this.#flushLater();
    return promise;
  }

  #flushIfDue(): void {
    const count = this.#waiting.reduce((sum, { messages }) => sum + messages.length, 0);
    if (this.#waiting.length >= this.#running || count >= BATCH_ENTRIES) this.#flush();
  }

  #flushLater(): void {
    const timer = new AbortController();
    this.#timer = timer;
    void this.#clock.sleep(LINGER_MS, timer.signal).then(() => {
      if (this.#timer === timer) this.#flush();
    });
  }

  #flush(): void {
    // With a reason there is no error to be made for it.
    this.#timer?.abort('sent');
    this.#timer = undefined;
    const waiting = this.#waiting;
    if (waiting.length === 0) return;
    this.#waiting = [];
    void this.#broker.send({ messages: waiting.flatMap(({ messages }) => messages) }).then(
      () => waiting.forEach(({ resolve }) => resolve()),
      (cause: unknown) => waiting.forEach(({ reject }) => reject(cause)),
    );
  }
}
