import { DEAD_LETTER_QUEUE } from '../core/protocol/limits.ts';
import { highQueueName } from '../core/protocol/priority.ts';
import { compact } from '../core/values/compact.ts';
import { isPlainObject } from '../core/values/json.ts';
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
} from '../ports/broker.ts';
import type { OfQueue, Operations, QueueNow, SetReceiving } from '../ports/operations.ts';
import type { InFlight } from '../ports/survey.ts';
import type { Clock } from '../ports/system.ts';
import type { FaultInjector } from './fault-injector.ts';

/** A message in a simulated queue. */
export interface SimulatedMessage {
  readonly id: string;
  readonly queue: string;
  readonly body: string;
  readonly reason?: string;
  /** Epoch ms. */
  readonly sentAt: number;
  receives: number;
  /** Deliveries that have not ended. */
  inFlight: number;
  visibleAt: number;
}

/** The precision of a schedule, in ms (EventBridge Scheduler). */
const SCHEDULE_MS = 60_000;
/** How late a schedule may fire, in ms. */
const LATE_MS = 3_600_000;

/** How long queues may deliver nothing in one run, in ms: less than they keep their messages. */
const PAUSED_MS = 13 * 86_400_000;

/** Messages that come back are visible again within this, in ms. */
const RETURN_MS = 2000;

/** Queues that deliver twice, late, out of order, and sometimes to the dead-letter queue. */
export class SimulatedQueues implements Broker, Deliveries, Scheduler, Operations {
  readonly dead: { readonly body: string; readonly reason: string }[] = [];
  messages: SimulatedMessage[] = [];
  sent = 0;
  readonly #clock: Clock;
  readonly #injector: FaultInjector;
  readonly #functions: ReadonlySet<string>;
  readonly #released = new Map<string, number>();
  readonly #schedules = new Set<string>();
  readonly #stopped = new Set<string>();
  #pausedUntil = 0;
  #leftToPauseMs = PAUSED_MS;

  /** @param functions the names of the functions: each has a queue, and may have one for high priority */
  constructor(clock: Clock, injector: FaultInjector, functions: readonly string[]) {
    this.#clock = clock;
    this.#injector = injector;
    this.#functions = new Set(functions);
  }

  async send({ messages }: Send): Promise<void> {
    for (const { queue, body, delaySeconds } of messages) {
      this.#put(queue, body, delaySeconds * 1000);
      if (!this.#injector.strikes('duplicateSend')) continue;
      const copy = this.#injector.chance(0.5) ? body : withOtherMid(body, `copy${this.sent}`);
      this.#put(queue, copy, delaySeconds * 1000);
    }
  }

  async deadLetter({ body, reason }: Reject): Promise<void> {
    this.#giveUp({ body, id: `dead${(this.sent += 1)}`, sentAt: Math.round(this.#clock.now()) }, reason);
  }

  async schedule({ name, at, queue, body }: Schedule): Promise<boolean> {
    if (this.#schedules.has(name)) return true;
    if (this.#injector.strikes('refusedSchedule')) return false;
    this.#schedules.add(name);
    // A schedule fires some time in its minute and is then deleted: setting it once more sets another.
    const lateMs = this.#injector.strikes('lateSchedule') ? this.#injector.below(LATE_MS) : 0;
    const waitMs = Math.max(0, at - this.#clock.now()) + this.#injector.below(SCHEDULE_MS) + lateMs;
    this.#put(queue, body, waitMs, waitMs);
    if (this.#injector.strikes('repeatedSchedule')) {
      const secondMs = waitMs + this.#injector.below(SCHEDULE_MS);
      this.#put(queue, body, secondMs, secondMs);
    }
    void this.#clock.sleep(waitMs + this.#injector.below(SCHEDULE_MS)).then(() => this.#schedules.delete(name));
    return true;
  }

  nameOf(queue: string): string {
    return queue;
  }

  async finish({ receipts }: Finish): Promise<void> {
    for (const { handle } of receipts) this.acknowledge(handle);
  }

  async release({ receipts, seconds }: Release): Promise<void> {
    for (const { handle } of receipts) this.#released.set(handle, seconds * 1000);
  }

  async inFlight(): Promise<InFlight> {
    const isDead = ({ queue }: SimulatedMessage): boolean => queue === DEAD_LETTER_QUEUE;
    const own = this.messages.filter((message) => !isDead(message));
    return { ...this.#counts(own), dead: this.messages.filter(isDead).length, scheduled: 0 };
  }

  async lookAt({ queue }: OfQueue): Promise<QueueNow> {
    return { ...this.#counts(this.messages.filter((message) => message.queue === queue)), now: this.#clock.now() };
  }

  async setReceiving({ queue, isReceiving }: SetReceiving): Promise<boolean> {
    if (!this.#functions.has(queue)) return false;
    for (const own of [queue, highQueueName(queue)]) {
      if (isReceiving) this.#stopped.delete(own);
      else this.#stopped.add(own);
    }
    return true;
  }

  /** Takes up to `most` messages of one queue that can be received now. */
  receive(most: number): readonly Delivery[] {
    const now = this.#clock.now();
    if (this.#injector.strikes('longPause')) this.#pause();
    if (now < this.#pausedUntil) return [];
    const ready = this.messages.filter(
      (message) =>
        message.visibleAt <= now &&
        !this.#stopped.has(message.queue) &&
        (message.inFlight === 0 || this.#injector.strikes('duplicateDelivery')),
    );
    const first = ready[this.#injector.below(ready.length)];
    if (first === undefined) return [];
    const batch = [
      first,
      ...ready.filter((message) => message !== first && message.queue === first.queue && this.#injector.chance(0.3)),
    ];
    return batch.slice(0, most).flatMap((message) => this.#take(message));
  }

  acknowledge(handle: string): void {
    const message = this.#of(handle);
    if (message === undefined || this.#injector.strikes('lostAck')) return;
    this.messages = this.messages.filter((one) => one !== message);
  }

  /** Ends a delivery; unless it was acknowledged, the message comes back. */
  ended({ receipt: { handle } }: Delivery): void {
    const message = this.#of(handle);
    if (message === undefined) return;
    message.inFlight -= 1;
    const waitMs = this.#released.get(handle) ?? this.#injector.below(RETURN_MS);
    message.visibleAt = Math.max(message.visibleAt, this.#clock.now() + waitMs);
  }

  /** When the next message can be received, in epoch ms. */
  nextAt(): number {
    return this.messages
      .filter(({ inFlight, queue }) => inFlight === 0 && !this.#stopped.has(queue))
      .reduce(
        (soonest, { visibleAt }) => Math.min(soonest, Math.max(visibleAt, this.#pausedUntil)),
        Number.POSITIVE_INFINITY,
      );
  }

  // --- internal ---

  #counts(messages: readonly SimulatedMessage[]): Pick<InFlight, 'visible' | 'hidden' | 'delayed'> {
    const hidden = messages.filter(({ inFlight }) => inFlight > 0).length;
    const delayed = messages.filter(
      ({ inFlight, visibleAt }) => inFlight === 0 && visibleAt > this.#clock.now(),
    ).length;
    return { visible: messages.length - hidden - delayed, hidden, delayed };
  }

  #pause(): void {
    const pauseMs = this.#injector.below(this.#leftToPauseMs);
    this.#leftToPauseMs -= pauseMs;
    this.#pausedUntil = Math.max(this.#pausedUntil, this.#clock.now()) + pauseMs;
  }

  #take(message: SimulatedMessage): readonly Delivery[] {
    message.receives += 1;
    const isDead = message.queue === DEAD_LETTER_QUEUE;
    if (!isDead && (message.receives > this.#injector.faults.maxReceiveCount || this.#injector.strikes('deadLetter'))) {
      this.messages = this.messages.filter((one) => one !== message);
      this.#giveUp({ ...message, id: `${message.id}-dead` }, 'the simulation gave it up');
      return [];
    }
    message.inFlight += 1;
    const { id: messageId, body, queue, reason, sentAt } = message;
    const receipt = { queue, handle: `${messageId}|${message.receives}` };
    const hasForgotten = message.receives > 1 && this.#injector.strikes('forgottenReceive');
    const receives = hasForgotten ? 1 : message.receives;
    return [compact({ messageId, body, receives, receipt, reason, sentAt })];
  }

  /** A message that its queue gives up keeps the time of its sending. */
  #giveUp({ body, id, sentAt }: Pick<SimulatedMessage, 'body' | 'id' | 'sentAt'>, reason: string): void {
    this.dead.push({ body, reason });
    this.messages.push({
      id,
      queue: DEAD_LETTER_QUEUE,
      body,
      reason,
      sentAt,
      receives: 0,
      inFlight: 0,
      visibleAt: this.#clock.now(),
    });
  }

  /** @param heldMs how long a schedule holds the message before it is on the queue */
  #put(queue: string, body: string, delayMs: number, heldMs = 0): void {
    this.sent += 1;
    const visibleAt = this.#clock.now() + delayMs + this.#injector.below(20);
    const sentAt = Math.round(this.#clock.now() + heldMs);
    this.messages.push({
      id: `s${this.sent}`,
      queue,
      body,
      sentAt,
      receives: 0,
      inFlight: 0,
      visibleAt,
    });
  }

  #of(handle: string): SimulatedMessage | undefined {
    const id = handle.slice(0, handle.lastIndexOf('|'));
    return this.messages.find((message) => message.id === id);
  }
}

/** Returns the body of a second send by a client, or of a foreign copy: the same work under another nonce. */
function withOtherMid(body: string, mid: string): string {
  // A message of Celery has its nonce from its queue.
  if (!body.startsWith('{')) return body;
  const json: unknown = JSON.parse(body);
  return isPlainObject(json) ? JSON.stringify({ ...json, mid }) : body;
}
