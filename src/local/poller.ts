import { setTimeout as delay } from 'node:timers/promises';
import type { Message } from '@aws-sdk/client-sqs';
import type { QueueClient } from './queue-client.ts';

/** The options of a {@link Poller}. */
export interface PollerOptions {
  readonly queue: QueueClient;
  readonly batchSize: number;
  /** How long a batch waits for more messages, from its first one on. */
  readonly windowSeconds: number;
  /** How many batches are processed at the same time. */
  readonly concurrency: number;
  /** Processes a batch. It must not throw. */
  readonly process: (messages: readonly Message[]) => Promise<void>;
  /** Returns messages to the queue that arrived while the poller was stopping. */
  readonly giveBack: (messages: readonly Message[]) => void;
  readonly onError: (error: unknown) => void;
}

/**
 * Reads a queue as the event source mapping does: it waits for messages, and processes a limited number of batches at the same time. It has
 * one receive request at a time: fauxqs wakes all waiting requests for one message, and answers within two milliseconds if there is a backlog.
 */
export class Poller {
  readonly #options: PollerOptions;
  readonly #running = new Set<Promise<void>>();
  readonly #abort = new AbortController();
  readonly #loop: Promise<void>;
  #isStopping = false;
  /** Resolves when it goes on; absent unless it is paused. */
  #resumed: PromiseWithResolvers<void> | undefined;

  constructor(options: PollerOptions) {
    this.#options = options;
    this.#loop = this.#poll();
  }

  /** Whether it receives nothing until it is resumed. */
  get isPaused(): boolean {
    return this.#resumed !== undefined;
  }

  /** Stops receiving until it is resumed. Batches that run go on. */
  pause(): void {
    this.#resumed ??= Promise.withResolvers();
  }

  /** Receives again. */
  resume(): void {
    this.#resumed?.resolve();
    this.#resumed = undefined;
  }

  /** Stops receiving, and waits until the received messages are processed. */
  async drain(): Promise<void> {
    this.#isStopping = true;
    this.resume();
    await Promise.all(this.#running);
  }

  /** Ends the waiting receive request. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    this.resume();
    this.#abort.abort();
    await this.#loop;
    await Promise.all(this.#running);
  }

  async #poll(): Promise<void> {
    const { concurrency, process, giveBack } = this.#options;
    while (!this.#isStopping) {
      if (this.#resumed !== undefined) {
        await this.#resumed.promise;
        continue;
      }
      if (this.#running.size >= concurrency) {
        await Promise.race(this.#running);
        continue;
      }
      const messages = await this.#gather();
      if (messages.length === 0) continue;
      if (this.#isStopping || this.isPaused) {
        giveBack(messages);
        continue;
      }
      const batch: Promise<void> = process(messages).finally(() => this.#running.delete(batch));
      this.#running.add(batch);
    }
  }

  /** Returns a batch when it is full, or its window is over. */
  async #gather(): Promise<readonly Message[]> {
    const { batchSize, windowSeconds } = this.#options;
    const messages = [...(await this.#receive(batchSize, LONGEST_WAIT_SECONDS))];
    const until = Date.now() + windowSeconds * 1000;
    while (messages.length > 0 && messages.length < batchSize && !this.#isStopping && !this.isPaused) {
      const leftSeconds = Math.ceil((until - Date.now()) / 1000);
      if (leftSeconds <= 0) break;
      const more = await this.#receive(batchSize - messages.length, Math.min(leftSeconds, LONGEST_WAIT_SECONDS));
      messages.push(...more);
    }
    return messages;
  }

  async #receive(atMost: number, waitSeconds: number): Promise<readonly Message[]> {
    const { queue, onError } = this.#options;
    const { signal } = this.#abort;
    try {
      return await queue.receive({ atMost, waitSeconds }, signal);
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

/** How long SQS lets a receive request wait. */
const LONGEST_WAIT_SECONDS = 20;
