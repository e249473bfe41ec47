import { BATCH_MESSAGES } from '../core/protocol/limits.ts';
import type { Outbox } from '../engine/dispatch.ts';
import type { Broker, Send } from '../ports/broker.ts';
import type { Clock } from '../ports/system.ts';

/** How long a message waits for others to share a call with, in ms. */
const LINGER_MS = 5;

/**
 * Holds the messages of one batch's deliveries until there are ten, every delivery that is still running waits
 * for it, or 5 ms are over. Then it sends all of them in one turn, so that calls share requests, and
 * settles each by its own messages.
 */
export class BatchOutbox implements Outbox {
  readonly #broker: Broker;
  readonly #clock: Clock;
  #running = 0;
  #waiting: {
    readonly messages: Send['messages'];
    readonly resolve: () => void;
    readonly reject: (cause: unknown) => void;
  }[] = [];
  #timer: AbortController | undefined;

  constructor(broker: Broker, clock: Clock) {
    this.#broker = broker;
    this.#clock = clock;
  }

  /** Runs a delivery. Until it ends, messages of other deliveries may wait for its messages. */
  async during<T>(run: () => Promise<T>): Promise<T> {
    this.#running += 1;
    try {
      return await run();
    } finally {
      this.#running -= 1;
      this.#flushIfDue();
    }
  }

  send({ messages }: Send): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#waiting.push({ messages, resolve, reject });
    this.#flushIfDue();
    if (this.#waiting.length > 0 && this.#timer === undefined) this.#flushLater();
    return promise;
  }

  #flushIfDue(): void {
    const count = this.#waiting.reduce((sum, { messages }) => sum + messages.length, 0);
    if (this.#waiting.length >= this.#running || count >= BATCH_MESSAGES) this.#flush();
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
    for (const { messages, resolve, reject } of waiting) void this.#broker.send({ messages }).then(resolve, reject);
  }
}
