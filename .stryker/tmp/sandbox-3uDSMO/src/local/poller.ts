import { setTimeout as delay } from 'node:timers/promises';
import type { Message } from '@aws-sdk/client-sqs';
import type { QueueClient } from './queue-client.ts';

/** What a {@link Poller} is told. */
export interface PollerOptions {
  readonly queue: QueueClient;
  readonly batchSize: number;
  /** Batches that are processed at once. */
  readonly concurrency: number;
  /** Processes a batch. It must not throw. */
  readonly process: (messages: readonly Message[]) => Promise<void>;
  /** Takes messages that came too late to be processed. */
  readonly giveBack: (messages: readonly Message[]) => void;
  readonly onError: (error: unknown) => void;
}

/**
 * Reads a queue as the event source mapping does: it waits for messages, and processes as many batches at once as it may. There is one
 * request at a time: fauxqs wakes all that wait for one message, and one request answers within a millisecond or two where there is a backlog.
 */
export class Poller {
  readonly #options: PollerOptions;
  readonly #running = new Set<Promise<void>>();
  readonly #abort = new AbortController();
  readonly #loop: Promise<void>;
  #isStopping = false;

  constructor(options: PollerOptions) {
    this.#options = options;
    this.#loop = this.#poll();
  }

  /** Takes no more messages, and waits until those that it has are processed. */
  async drain(): Promise<void> {
    this.#isStopping = true;
    await Promise.all(this.#running);
  }

  /** Ends the request that waits. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    this.#abort.abort();
    await this.#loop;
    await Promise.all(this.#running);
  }

  async #poll(): Promise<void> {
    const { concurrency, process, giveBack } = this.#options;
    while (!this.#isStopping) {
      if (this.#running.size >= concurrency) {
        await Promise.race(this.#running);
        continue;
      }
      const messages = await this.#receive();
      if (messages.length === 0) continue;
      if (this.#isStopping) {
        giveBack(messages);
        break;
      }
      const batch: Promise<void> = process(messages).finally(() => this.#running.delete(batch));
      this.#running.add(batch);
    }
  }

  async #receive(): Promise<readonly Message[]> {
    const { queue, batchSize, onError } = this.#options;
    const { signal } = this.#abort;
    try {
      return await queue.receive(batchSize, signal);
    } catch (error) {
      if (signal.aborted) return [];
      onError(error);
      await delay(pauseAfterErrorMs, undefined, { signal }).catch(() => {});
      return [];
    }
  }
}

// --- internal ---

const pauseAfterErrorMs = 200;
