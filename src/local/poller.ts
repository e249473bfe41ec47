import { setTimeout as delay } from 'node:timers/promises';
import type { Message } from '@aws-sdk/client-sqs';
import type { QueueClient } from './queue-client.ts';

/** The settings of an event source mapping, which a deployment may change. */
export interface Mapping {
  readonly batchSize: number;
  /** How long a batch waits for more messages, from its first one on. */
  readonly windowSeconds: number;
  /** How many batches are processed at the same time. */
  readonly concurrency: number;
}

/** The options of a {@link Poller}. */
export interface PollerOptions {
  readonly queue: QueueClient;
  readonly mapping: Mapping;
  /** Whether it is paused from its start on. Default false. */
  readonly isPaused?: boolean;
  /** Processes a batch. It must not throw. */
  readonly process: (messages: readonly Message[]) => Promise<void>;
  /** Returns messages to the queue that it received and does not process now. */
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
  #mapping: Mapping;
  #isStopping = false;
  /** Resolves when it goes on; absent unless it is paused. */
  #resumed: PromiseWithResolvers<void> | undefined;
  /** Resolves when there may be room for one more batch. */
  #room: PromiseWithResolvers<void> = Promise.withResolvers();

  constructor(options: PollerOptions) {
    this.#options = options;
    this.#mapping = options.mapping;
    if (options.isPaused === true) this.pause();
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

  /** Reads on with other settings. */
  configure(mapping: Mapping): void {
    this.#mapping = mapping;
    this.#room.resolve();
  }

  /** Stops receiving, and waits until the received messages are processed. */
  async drain(): Promise<void> {
    this.#isStopping = true;
    this.resume();
    await Promise.all(this.#running);
  }

  /**
   * Stops receiving, and waits also for the answer of its last receive request, up to 20 s: fauxqs delivers a message to a request that was
   * given up, and nobody would have it until its visibility timeout.
   */
  async end(): Promise<void> {
    await this.drain();
    await this.#loop;
  }

  /** Ends the waiting receive request. */
  async stop(): Promise<void> {
    this.#abort.abort();
    await this.end();
  }

  async #poll(): Promise<void> {
    const { process, giveBack } = this.#options;
    while (!this.#isStopping) {
      if (this.#resumed !== undefined) {
        await this.#resumed.promise;
        continue;
      }
      if (this.#running.size >= this.#mapping.concurrency) {
        this.#room = Promise.withResolvers();
        await this.#room.promise;
        continue;
      }
      const messages = await this.#gather();
      if (messages.length === 0) continue;
      if (this.#isStopping || this.isPaused) {
        giveBack(messages);
        continue;
      }
      const batch: Promise<void> = process(messages).finally(() => {
        this.#running.delete(batch);
        this.#room.resolve();
      });
      this.#running.add(batch);
    }
  }

  /** Returns a batch when it is full, or its window is over. */
  async #gather(): Promise<readonly Message[]> {
    const messages = [...(await this.#receive(this.#mapping.batchSize, LONGEST_WAIT_SECONDS))];
    const firstAt = Date.now();
    while (messages.length > 0 && !this.#isStopping && !this.isPaused) {
      const { batchSize, windowSeconds } = this.#mapping;
      const room = batchSize - messages.length;
      const leftSeconds = Math.ceil((firstAt - Date.now()) / 1000 + windowSeconds);
      if (room <= 0 || leftSeconds <= 0) break;
      messages.push(...(await this.#receive(room, Math.min(leftSeconds, LONGEST_WAIT_SECONDS))));
    }
    // The size may have become smaller while the request waited.
    const surplus = messages.splice(this.#mapping.batchSize);
    if (surplus.length > 0) this.#options.giveBack(surplus);
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
