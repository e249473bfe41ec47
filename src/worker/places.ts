import { heldUntil, nextLookMs } from '../core/protocol/places.ts';
import type { NoPlace, Place } from '../core/protocol/places.ts';
import type { Engine } from '../engine/engine.ts';

/** A message that needs a place. */
export interface PlaceWish {
  readonly place: Place;
  readonly mid: string;
  /** Epoch ms since which it waits, if it has looked before. */
  readonly waits: number | undefined;
  /** The time that it must find if it has waited here, in ms; undefined: it must not wait here. */
  readonly neededMs: number | undefined;
}

/** A place that a run has. */
export interface HeldPlace {
  /** Notes the end of the code that runs in the place, which may come after the end of its run. */
  readonly runs: (ended: Promise<unknown>) => void;
  /**
   * Gives the place back, or on to a message that waits here. Code that runs on behind its time limit keeps it: until it
   * ends, or its sandbox does. A second call changes nothing.
   */
  readonly leave: () => Promise<void>;
}

/**
 * The places that the messages of one batch have. They ask for them together, and hand them on to each other for a few
 * seconds: otherwise each would be sent on, and one place would be used once a second.
 */
export class BatchPlaces {
  readonly #engine: Engine;
  readonly #remainingMs: () => number;
  readonly #byKey = new Map<string, KeyPlaces>();

  constructor(engine: Engine, remainingMs: () => number) {
    this.#engine = engine;
    this.#remainingMs = remainingMs;
  }

  /**
   * Takes a place.
   *
   * @throws ServiceUnavailable or ConfigurationError if the cloud refuses.
   */
  take(wish: PlaceWish): Promise<HeldPlace | NoPlace> {
    const { key, limit } = wish.place;
    // A place that was taken under one limit may be one too many under a lower one.
    const name = `${limit}|${key}`;
    const places = this.#byKey.get(name) ?? new KeyPlaces(this.#engine, wish.place, this.#remainingMs);
    this.#byKey.set(name, places);
    return places.take(wish);
  }

  /**
   * Waits a few seconds for code that runs on in its place behind its time limit, and for questions under way. Lambda freezes a
   * sandbox that has answered: their places would be held until they lapse.
   */
  async emptied(): Promise<void> {
    const pending = [...this.#byKey.values()].flatMap((places) => [...places.pending]);
    const mostMs = Math.min(EMPTIED_MS, this.#remainingMs() - ANSWER_MS);
    if (pending.length === 0 || mostMs <= 0) return;
    const done = new AbortController();
    await Promise.race([Promise.all(pending), this.#engine.clock.sleep(mostMs, done.signal)]);
    done.abort('ended');
  }
}

// --- internal ---

/** How long a message waits in its sandbox for a place that another one of the batch has, in ms. */
const HERE_MS = 5000;

/** How long a batch waits for the places that its messages have left to their code, and the time to answer that it keeps, in ms. */
const EMPTIED_MS = 5000;
const ANSWER_MS = 1000;

/** How often the first in line looks again before it is sent on, and after how many ms each time. */
const MOST_LOOKS = 10;
const LOOK_MS = 100;
/** How long it may be the first in line until the tasks before it count as long, in ms. */
const SHORT_MS = 5000;

interface Waiting {
  readonly wish: PlaceWish;
  readonly since: number;
  readonly resolve: (answer: HeldPlace | NoPlace) => void;
  readonly reject: (cause: unknown) => void;
  readonly gone: AbortController;
}

class KeyPlaces {
  readonly #engine: Engine;
  readonly #place: Place;
  readonly #remainingMs: () => number;
  /** Work that no message waits for, and that gives places back. */
  readonly pending: Set<Promise<void>> = new Set();
  /** The oldest first. */
  #waiting: Waiting[] = [];
  #held = 0;
  #isAsking = false;

  constructor(engine: Engine, place: Place, remainingMs: () => number) {
    this.#engine = engine;
    this.#place = place;
    this.#remainingMs = remainingMs;
  }

  take(wish: PlaceWish): Promise<HeldPlace | NoPlace> {
    const { promise, resolve, reject } = Promise.withResolvers<HeldPlace | NoPlace>();
    const since = wish.waits ?? this.#engine.clock.now();
    this.#waiting.push({ wish, since, resolve, reject, gone: new AbortController() });
    this.#waiting.sort((a, b) => a.since - b.since);
    if (!this.#isAsking) this.#note(this.#ask());
    return promise;
  }

  /** Asks for the places of all that wait, in one write. */
  async #ask(): Promise<void> {
    this.#isAsking = true;
    try {
      // The other messages of the batch come in the same turn.
      await Promise.resolve();
      let nextFrom: number | undefined;
      for (let looks = 1; ; looks += 1) {
        const asking = this.#waiting.slice(0, this.#place.limit - this.#held);
        nextFrom = await this.#takeFor(asking, looks);
        if (this.#hasNewcomers(asking)) continue;
        if (looks >= MOST_LOOKS || !this.#staysFor(nextFrom)) break;
        await this.#engine.clock.sleep(LOOK_MS);
      }
      this.#settleRest(nextFrom);
    } catch (error) {
      for (const one of this.#waiting) this.#remove(one).reject(error);
    } finally {
      this.#isAsking = false;
    }
  }

  /** Returns whether a message that came after the last question may have a place, too. */
  #hasNewcomers(asked: readonly Waiting[]): boolean {
    const [first] = this.#waiting;
    return first !== undefined && !asked.includes(first) && this.#held < this.#place.limit;
  }

  /**
   * Returns whether the messages stay to look again: while the oldest of them is the first in line, and has not been
   * that for so long that the tasks before it must be long. Only one sandbox at a time does this for a key.
   */
  #staysFor(nextFrom: number | undefined): boolean {
    const [first] = this.#waiting;
    if (nextFrom === undefined || first === undefined || this.#held > 0) return false;
    return this.#hasTimeFor(first) && this.#engine.clock.now() - nextFrom < SHORT_MS;
  }

  #hasTimeFor({ wish: { neededMs } }: Waiting): boolean {
    return neededMs !== undefined && neededMs <= this.#remainingMs();
  }

  /** Takes places for the oldest that wait, and returns since when the first of them is the first in line, if it is. */
  async #takeFor(asking: readonly Waiting[], looks: number): Promise<number | undefined> {
    const { places, nonces, clock } = this.#engine;
    const { key, limit } = this.#place;
    const [first] = asking;
    if (first === undefined) return undefined;
    const { mid, waits } = first.wish;
    const now = clock.now();
    const until = heldUntil(now, this.#remainingMs());
    const tokens = asking.map(() => nonces.token());
    const hasWaited = waits !== undefined || looks > 1;
    try {
      const wish = { key, limit, mid, since: first.since, now, until, tokens, hasWaited };
      const taken = await places.take(wish);
      // Those that were handed a place meanwhile, or were sent on, need neither a place nor a turn.
      const waiting = asking.filter((one) => this.#waiting.includes(one));
      await Promise.all(taken.tokens.map((token, index) => this.#use(token, waiting[index])));
      if (taken.nextFrom === undefined || taken.tokens.length > 0 || waiting[0] === first) return taken.nextFrom;
      await places.leave({ key, tokens: [], mid }).catch(() => undefined);
      return undefined;
    } catch (error) {
      // The write may have been carried out: its answer was lost.
      await places.leave({ key, tokens }).catch(() => undefined);
      throw error;
    }
  }

  /** Has the messages without a place wait for one that is held here, or look again later. */
  #settleRest(nextFrom: number | undefined): void {
    const [first] = this.#waiting;
    for (const one of this.#waiting) {
      if (one === first && nextFrom !== undefined) this.#refuse(one, nextFrom);
      else if (this.#held === 0 || !this.#hasTimeFor(one)) this.#refuse(one);
      else void this.#waitHere(one);
    }
  }

  async #waitHere(one: Waiting): Promise<void> {
    await this.#engine.clock.sleep(HERE_MS, one.gone.signal);
    if (this.#waiting.includes(one)) this.#refuse(one);
  }

  #refuse(one: Waiting, nextFrom?: number): void {
    this.#remove(one);
    const { clock, nonces } = this.#engine;
    const afterMs = nextLookMs({ nextFrom, since: one.since, now: clock.now(), chance: nonces.random() });
    one.resolve({ afterMs, isNext: nextFrom !== undefined });
  }

  #remove(one: Waiting): Waiting {
    this.#waiting = this.#waiting.filter((other) => other !== one);
    one.gone.abort('no longer waiting');
    return one;
  }

  /** Gives a place that was taken to a message; without one, to another that waits, or back. */
  async #use(token: string, one: Waiting | undefined): Promise<void> {
    if (one !== undefined) return this.#give(one, token);
    this.#held += 1;
    await this.#release(token);
  }

  #give(one: Waiting, token: string): void {
    this.#remove(one);
    this.#held += 1;
    let left: Promise<void> | undefined;
    let running: Promise<unknown> | undefined;
    one.resolve({
      runs: (ended) => {
        const over = (): void => void (running = undefined);
        running = ended.then(over, over);
      },
      leave: () => {
        // @defect places-are-left-when-the-code-has-ended
        left ??= running === undefined ? this.#release(token) : this.#releaseAfter(running, token);
        return left;
      },
    });
  }

  /** Gives a place back, or on, when its code has ended. It is not awaited: code that never ends lets its place lapse. */
  async #releaseAfter(running: Promise<unknown>, token: string): Promise<void> {
    this.#note(running.then(() => this.#release(token)));
  }

  #note(work: Promise<void>): void {
    this.pending.add(work);
    void work.then(() => this.pending.delete(work));
  }

  async #release(token: string): Promise<void> {
    const next = this.#waiting.find((one) => this.#hasTimeFor(one));
    this.#held -= 1;
    // @defect places-are-handed-on-when-free
    if (next !== undefined) return this.#give(next, token);
    const { places } = this.#engine;
    await places.leave({ key: this.#place.key, tokens: [token] }).catch(() => undefined);
  }
}
