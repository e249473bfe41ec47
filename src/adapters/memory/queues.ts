import { DEAD_LETTER_QUEUE } from '../../core/protocol/limits.ts';
import { compact } from '../../core/values/compact.ts';
import type {
  Broker,
  Deliveries,
  Delivery,
  Finish,
  Reject,
  Release,
  Schedule,
  Scheduler,
  Send,
} from '../../ports/broker.ts';
import type { InFlight } from '../../ports/survey.ts';
import type { Clock } from '../../ports/system.ts';

/** A message that was given up, and why. */
export interface DeadMessage {
  readonly body: string;
  readonly reason: string;
}

/** How the queues behave. */
export interface QueueSettings {
  /** Ms for which a received message is hidden. Default 30,000. */
  readonly visibilityMs?: number;
  /** Receives after which a message goes to the dead-letter queue. Default 50. */
  readonly maxReceiveCount?: number;
}

/**
 * Queues in memory, at least once like SQS: a message that is received and not finished comes back, and ends in the dead-letter
 * queue when it has come back too often. Delays are exact.
 */
export class MemoryQueues implements Broker, Deliveries, Scheduler {
  readonly dead: DeadMessage[] = [];
  readonly #clock: Pick<Clock, 'now' | 'sleep'>;
  readonly #visibilityMs: number;
  readonly #maxReceiveCount: number;
  readonly #queues = new Map<string, Queue>();
  readonly #listeners: (() => void)[] = [];
  readonly #schedules = new Set<string>();
  /** Each ends the wait of a delayed message. */
  readonly #delays = new Set<AbortController>();
  #count = 0;

  constructor(
    clock: Pick<Clock, 'now' | 'sleep'>,
    { visibilityMs = 30_000, maxReceiveCount = 50 }: QueueSettings = {},
  ) {
    this.#clock = clock;
    this.#visibilityMs = visibilityMs;
    this.#maxReceiveCount = maxReceiveCount;
  }

  /** Calls a listener whenever something may be received that could not be before. */
  onReady(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** Messages that are on a queue or in a consumer's hands. */
  get size(): number {
    const { visible, hidden, delayed, dead, scheduled } = this.inFlight();
    return visible + hidden + delayed + dead + scheduled;
  }

  /** The numbers of messages of one queue by their state. */
  inFlightOf(queue: string): Pick<InFlight, 'visible' | 'hidden' | 'delayed'> {
    const { waiting, taken, delayed } = this.#queue(queue);
    return { visible: waiting.size, hidden: taken.size, delayed };
  }

  /** The numbers of messages by their state. */
  inFlight(): InFlight {
    const counts = { visible: 0, hidden: 0, delayed: 0, dead: 0, scheduled: 0 };
    for (const [name, { waiting, taken, delayed, scheduled }] of this.#queues) {
      if (name === DEAD_LETTER_QUEUE) {
        counts.dead += waiting.size + taken.size + delayed;
      } else {
        counts.visible += waiting.size;
        counts.hidden += taken.size;
        counts.delayed += delayed;
      }
      counts.scheduled += scheduled;
    }
    return counts;
  }

  async send({ messages }: Send): Promise<void> {
    for (const { queue, body, delaySeconds } of messages) this.#put(queue, body, delaySeconds * 1000);
    this.#announce();
  }

  async schedule({ name, at, queue, body }: Schedule): Promise<true> {
    if (this.#schedules.has(name)) return true;
    this.#schedules.add(name);
    this.#put(queue, body, at - this.#clock.now(), name);
    this.#announce();
    return true;
  }

  async deadLetter({ body, reason }: Reject): Promise<void> {
    this.#giveUp({ ...this.#newMessage(body), reason }, reason);
  }

  nameOf(queue: string): string {
    return queue;
  }

  /** Up to `most` messages, hidden from others until they are finished or their visibility ends. */
  receive(queue: string, most: number): readonly Delivery[] {
    const { waiting, taken } = this.#queue(queue);
    const received: Delivery[] = [];
    for (const message of waiting) {
      if (received.length === most) break;
      waiting.delete(message);
      message.receives += 1;
      if (message.receives > this.#maxReceiveCount && queue !== DEAD_LETTER_QUEUE) {
        this.#giveUp(message, `it was received more than ${this.#maxReceiveCount} times`);
        continue;
      }
      const handle = `${message.id}#${message.receives}`;
      taken.set(handle, message);
      this.#returnLater(queue, handle, this.#visibilityMs);
      const { id: messageId, body, receives, sentAt, reason } = message;
      received.push({ messageId, body, receives, sentAt, receipt: { queue, handle }, ...compact({ reason }) });
    }
    return received;
  }

  async finish({ receipts }: Finish): Promise<void> {
    for (const { queue, handle } of receipts) this.#take(queue, handle);
  }

  async release({ receipts, seconds }: Release): Promise<void> {
    for (const { queue, handle } of receipts) {
      if (seconds <= 0) this.#giveBack(queue, handle);
      else this.#returnLater(queue, handle, seconds * 1000);
    }
  }

  /** Ends all delays, without their messages: no timer is left. */
  stop(): void {
    for (const delay of this.#delays) delay.abort('stopped');
    for (const { taken } of this.#queues.values())
      for (const message of taken.values()) message.hidden?.abort('stopped');
  }

  // --- internal ---

  /** @param schedule the name of the schedule that puts it there; it is forgotten then */
  #put(queue: string, body: string, delayMs: number, schedule?: string): void {
    const message = this.#newMessage(body);
    const target = this.#queue(queue);
    const add = (added: Stored): void => {
      if (schedule !== undefined) this.#schedules.delete(schedule);
      target.waiting.add(added);
    };
    if (delayMs <= 0) return add(message);
    const kind = schedule === undefined ? 'delayed' : 'scheduled';
    target[kind] += 1;
    const delay = new AbortController();
    this.#delays.add(delay);
    void this.#clock.sleep(delayMs, delay.signal).then(() => {
      this.#delays.delete(delay);
      if (delay.signal.aborted) return;
      target[kind] -= 1;
      // A schedule puts its message on the queue only now.
      add(schedule === undefined ? message : { ...message, sentAt: Math.round(this.#clock.now()) });
      this.#announce();
    });
  }

  #giveUp(message: Stored, reason: string): void {
    this.dead.push({ body: message.body, reason });
    this.#queue(DEAD_LETTER_QUEUE).waiting.add({ ...message, receives: 0, hidden: undefined, reason });
    this.#announce();
  }

  #returnLater(queue: string, handle: string, ms: number): void {
    const message = this.#queue(queue).taken.get(handle);
    if (message === undefined) return;
    // With a reason, no error has to be made for it.
    message.hidden?.abort('hidden anew');
    const hidden = new AbortController();
    message.hidden = hidden;
    void this.#clock.sleep(ms, hidden.signal).then(() => {
      if (!hidden.signal.aborted) this.#giveBack(queue, handle);
    });
  }

  #giveBack(queue: string, handle: string): void {
    const message = this.#take(queue, handle);
    if (message === undefined) return;
    this.#queue(queue).waiting.add(message);
    this.#announce();
  }

  #take(queue: string, handle: string): Stored | undefined {
    const { taken } = this.#queue(queue);
    const message = taken.get(handle);
    taken.delete(handle);
    message?.hidden?.abort('taken');
    return message;
  }

  #queue(name: string): Queue {
    const queue = this.#queues.get(name) ?? { waiting: new Set(), taken: new Map(), delayed: 0, scheduled: 0 };
    this.#queues.set(name, queue);
    return queue;
  }

  #announce(): void {
    for (const listener of this.#listeners) listener();
  }

  #newMessage(body: string): Stored {
    const id = `memory-${(this.#count += 1)}`;
    return { id, body, sentAt: Math.round(this.#clock.now()), receives: 0, hidden: undefined, reason: undefined };
  }
}

interface Stored {
  readonly id: string;
  readonly body: string;
  readonly sentAt: number;
  receives: number;
  readonly reason: string | undefined;
  /** Ends the wait for its return. */
  hidden: AbortController | undefined;
}

interface Queue {
  readonly waiting: Set<Stored>;
  /** By receipt handle. */
  readonly taken: Map<string, Stored>;
  delayed: number;
  scheduled: number;
}
