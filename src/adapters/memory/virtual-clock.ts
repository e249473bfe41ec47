import type { Clock } from '../../ports/system.ts';
import { untilAborted } from '../system/clock.ts';
import { isBefore, Sleepers } from './sleepers.ts';
import type { Sleeper } from './sleepers.ts';
import { aMoment, untilNextTurn } from './turns.ts';

/**
 * Time that passes only when nothing else can happen: sleepers are woken in order, as soon as all others wait.
 * A day of delays takes as long as its work. Code that waits for something outside the process, a file or a socket,
 * does not hold time back.
 *
 * @example
 * ```ts
 * const clock = new VirtualClock(0);
 * await clock.sleep(60_000);
 * clock.now(); // 60000
 * ```
 */
export class VirtualClock implements Clock {
  #now: number;
  readonly #sleepers = new Sleepers();
  /** The sleepers that only look for the work of others. */
  readonly #polls = new Sleepers();
  /** The polls in a row while nothing else was waited for. */
  #idlePolls = 0;
  /** The time of the last activity: a sleeper lay down to sleep, or was woken. */
  #busyAt: number;
  #order = 0;
  #isPassing = false;
  readonly #settle: () => Promise<void>;

  /**
   * @param startAt epoch ms, default 2026-01-01.
   * @param settle resolves once every promise that could go on has done so. By default it also lets the process do what
   * else it has to do.
   */
  constructor(startAt: number = Date.UTC(2026, 0, 1), settle: () => Promise<void> = untilNextTurn) {
    this.#now = startAt;
    this.#busyAt = startAt;
    this.#settle = settle;
  }

  now(): number {
    return this.#now;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    this.#busyAt = Math.max(this.#busyAt, this.#now);
    return this.#wait(this.#sleepers, ms, ms, signal);
  }

  poll(ms: number, most: number, signal?: AbortSignal): Promise<void> {
    return this.#wait(this.#polls, Math.min(ms, most), most, signal);
  }

  #wait(among: Sleepers, ms: number, most: number, signal: AbortSignal | undefined): Promise<void> {
    if (signal?.aborted === true) return Promise.resolve();
    if (ms === Number.POSITIVE_INFINITY) return untilAborted(signal);
    const { promise, resolve } = Promise.withResolvers<void>();
    const at = this.#now + (ms > 0 ? ms : 0);
    const sleeper: Sleeper = { at, most: Math.max(at, this.#now + most), order: (this.#order += 1), wake: resolve };
    among.add(sleeper);
    if (signal !== undefined) {
      const wakeEarly = (): void => among.wakeEarly(sleeper);
      signal.addEventListener('abort', wakeEarly, { once: true });
      sleeper.wake = () => {
        signal.removeEventListener('abort', wakeEarly);
        resolve();
      };
    }
    void this.#pass();
    return promise;
  }

  async #pass(): Promise<void> {
    if (this.#isPassing) return;
    this.#isPassing = true;
    for (;;) {
      await this.#settle();
      if (this.#idlePolls > MANY_POLLS) await aMoment();
      const next = this.#next();
      if (next === undefined) break;
      this.#now = Math.max(this.#now, next.at);
      next.wake?.();
    }
    this.#isPassing = false;
  }

  #next(): Sleeper | undefined {
    const sleeper = this.#sleepers.first();
    const poll = this.#polls.first();
    if (poll === undefined || (sleeper !== undefined && isBefore(sleeper, poll))) return this.#wake(sleeper);
    const isIdle = sleeper === undefined;
    this.#idlePolls = isIdle ? this.#idlePolls + 1 : 0;
    // Either all pollers have seen the last work, and there is no further work for long. Or only what is outside the
    // process could still change anything, and has had its time.
    const isInVain = isIdle
      ? this.#idlePolls > MANY_POLLS
      : sleeper.at - this.#now > FAR_OFF_MS && poll.at - this.#busyAt > PATIENCE_MS;
    if (!isInVain) return this.#polls.take();
    const end = this.#polls.soonestMost();
    if (sleeper !== undefined && sleeper.at <= end) return this.#wake(sleeper);
    if (end < Number.POSITIVE_INFINITY) this.#now = Math.max(this.#now, end);
    return this.#polls.take();
  }

  #wake(sleeper: Sleeper | undefined): Sleeper | undefined {
    this.#idlePolls = 0;
    this.#busyAt = Math.max(this.#now, sleeper?.at ?? 0);
    return this.#sleepers.take();
  }
}

// --- internal ---

/** The time ahead beyond which nothing is polled for. */
const FAR_OFF_MS = 600_000;
/** The time until every poller has looked. */
const PATIENCE_MS = 10_000;
/** The number of polls in vain that still takes hardly any time. */
const MANY_POLLS = 100;
