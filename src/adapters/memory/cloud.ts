import { BATCH_MESSAGES, DEAD_LETTER_QUEUE } from '../../core/protocol/limits.ts';
import { highQueueName } from '../../core/protocol/priority.ts';
import type { Delivery } from '../../ports/broker.ts';
import type { Operations } from '../../ports/operations.ts';
import type { Ports } from '../../ports/ports.ts';
import type { Survey } from '../../ports/survey.ts';
import type { Clock, Log, Nonces } from '../../ports/system.ts';
import { RealClock } from '../system/clock.ts';
import { consoleLog } from '../system/log.ts';
import { RandomNonces } from '../system/nonces.ts';
import { MemoryJournal } from './journal.ts';
import { MemoryOutcomes } from './outcomes.ts';
import { MemoryPayloads } from './payloads.ts';
import { MemoryPlaces } from './places.ts';
import { MemoryQueues } from './queues.ts';
import type { QueueSettings } from './queues.ts';
import { MemoryRecords } from './records.ts';
import { MemorySurvey } from './survey.ts';
import { MemoryWindows } from './windows.ts';

/** A function that works on a queue's messages: it answers with the ids of those that are to come back. */
export type Consumer = (deliveries: readonly Delivery[], remainingMs: () => number) => Promise<readonly string[]>;

/** How a memory cloud behaves. */
export interface MemoryCloudSettings extends QueueSettings {
  /** Default: the machine's own time. */
  readonly clock?: Clock;
  /** Default: random. */
  readonly nonces?: Nonces;
  /** Default: warnings and errors on stderr. */
  readonly log?: Log;
  /** Batches of one queue that are worked on at once. Default 10. */
  readonly concurrency?: number;
  /** Ms that a batch may take. Default 60,000. */
  readonly timeoutMs?: number;
}

/** Every port in one process, and consumers that are called as the event source mapping calls functions. */
export class MemoryCloud {
  readonly queues: MemoryQueues;
  readonly ports: Ports;
  readonly survey: Survey;
  readonly operations: Operations;
  readonly #clock: Clock;
  readonly #concurrency: number;
  readonly #timeoutMs: number;
  readonly #consumers = new Map<string, { readonly consume: Consumer; running: number }>();
  readonly #paused = new Set<string>();
  #isPumping = false;

  constructor(settings: MemoryCloudSettings = {}) {
    const { clock = new RealClock(), nonces = new RandomNonces(), log = consoleLog('warn') } = settings;
    const queues = new MemoryQueues(clock, settings);
    this.queues = queues;
    this.#clock = clock;
    this.#concurrency = settings.concurrency ?? 10;
    this.#timeoutMs = settings.timeoutMs ?? 60_000;
    const outcomes = new MemoryOutcomes(clock);
    const payloads = new MemoryPayloads(clock);
    const records = new MemoryRecords(clock);
    const windows = new MemoryWindows(clock);
    const journal = new MemoryJournal(clock);
    this.survey = new MemorySurvey({ outcomes, payloads, records, windows, journal, queues });
    this.ports = {
      outcomes,
      payloads,
      records,
      places: new MemoryPlaces(),
      windows,
      journal,
      broker: queues,
      deliveries: queues,
      scheduler: queues,
      clock,
      nonces,
      log,
    };
    this.operations = {
      inFlight: () => this.survey.inFlight(),
      lookAt: async ({ queue }) => ({ ...queues.inFlightOf(queue), now: clock.now() }),
      setReceiving: async ({ queue, isReceiving }) => {
        if (!this.#consumers.has(queue)) return false;
        for (const own of [queue, highQueueName(queue)]) {
          if (isReceiving) this.#paused.delete(own);
          else this.#paused.add(own);
        }
        this.#pumpSoon();
        return true;
      },
    };
    queues.onReady(() => this.#pumpSoon());
  }

  /** Has a queue's messages worked on from now on. */
  consume(queue: string, consume: Consumer): void {
    this.#consumers.set(queue, { consume, running: 0 });
    this.#pumpSoon();
  }

  /** Gives nothing more to consumers; they finish their current work. No timer is left. */
  stop(): void {
    this.#consumers.clear();
    this.queues.stop();
  }

  /** Whether nothing is waiting, delayed or being worked on. */
  get isIdle(): boolean {
    return this.queues.size === (this.#consumers.has(DEAD_LETTER_QUEUE) ? 0 : this.queues.dead.length);
  }

  #pumpSoon(): void {
    if (this.#isPumping) return;
    this.#isPumping = true;
    // Not queueMicrotask, which a test may fake.
    void Promise.resolve().then(() => {
      this.#isPumping = false;
      this.#pump();
    });
  }

  #pump(): void {
    for (const [queue, consumer] of this.#consumers) {
      while (!this.#paused.has(queue) && consumer.running < this.#concurrency) {
        const deliveries = this.queues.receive(queue, BATCH_MESSAGES);
        if (deliveries.length === 0) break;
        consumer.running += 1;
        void this.#work(consumer.consume, deliveries).finally(() => {
          consumer.running -= 1;
          this.#pumpSoon();
        });
      }
    }
  }

  /** Works as Lambda does: a message not named as failed is deleted; a batch that threw comes back as a whole. */
  async #work(consume: Consumer, deliveries: readonly Delivery[]): Promise<void> {
    const endsAt = this.#clock.now() + this.#timeoutMs;
    let back: readonly string[];
    try {
      back = await consume(deliveries, () => endsAt - this.#clock.now());
    } catch (error) {
      this.ports.log.error('A batch failed and comes back', { error: String(error) });
      return;
    }
    const done = deliveries.filter(({ messageId }) => !back.includes(messageId));
    await this.queues.finish({ receipts: done.map(({ receipt }) => receipt) });
  }
}
