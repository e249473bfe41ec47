import { add, sumOf, take } from './counts.ts';
import type { Counts } from './counts.ts';
import { LIMITS } from './limits.ts';
import { roomAt } from './room.ts';
import type { HeldBy, RampSettings } from './settings.ts';
import { Table } from './table.ts';

/** Messages that are on the queue at once. The next wave is sent when all of them are done. */
export interface Wave {
  readonly messages: number;
  /** How long the task of a message takes, in ms. */
  readonly taskMs: number;
  /** Write units, of all messages together. */
  readonly writes: number;
  /** The partition keys that the writes go to. */
  readonly keys: number;
}

/** The rules for a message whose write the table refused. A `chance` is from 0 to 1. */
export interface WhenRefused {
  /** Returns the ms after which its sandbox makes the write again, or undefined when it gives up. */
  readonly untilNextTry: (tries: number, spentMs: number, chance: number) => number | undefined;
  /** Returns the seconds after which a message comes back whose sandbox has given up. */
  readonly untilReturn: (receives: number, chance: number) => number;
}

/** The answer of the model. */
export interface Ramp {
  /** From the first message until the last one is done. */
  readonly seconds: number;
  readonly heldBy: HeldBy;
}

/** The time of a batch beside its tasks, in ms: an assumption, as AWS publishes none. */
export const BATCH_MS = 50;

/**
 * Answers when messages are done, by AWS's published limits alone: one queue and its function, full batches, tasks of a batch
 * side by side, no cold starts, no errors. It counts in steps, at most 100 ms long.
 *
 * @param waves one after another, as a chain's steps and a chord's body are
 * @param rules for messages whose writes the table refused
 */
export function rampOf(waves: readonly Wave[], settings: RampSettings, rules: WhenRefused): Ramp {
  const table = new Table(settings.tableWrites ?? LIMITS.tableWrites.value);
  const held: Record<HeldBy, number> = { pollers: 0, sandboxes: 0, table: 0, tasks: 0 };
  const run = { settings, rules, table, held };
  let now = 0;
  for (const wave of waves) {
    held.tasks += wave.taskMs + BATCH_MS;
    now = new Running(wave, now, run).finish();
  }
  const [heldBy] = HELD.toSorted((a, b) => held[b] - held[a]);
  return { seconds: now / 1000, heldBy: heldBy ?? 'tasks' };
}

// --- internal ---

/** In a tie, the tasks' own time. */
const HELD: readonly HeldBy[] = ['tasks', 'table', 'pollers', 'sandboxes'];
const STEP_MS = 100;
/** Parts into which refused messages are cut, to spread them as chance would. */
const SPREAD = 20;

/** Batches whose tasks have ended, with the messages whose writes are still to be made. */
interface Ending {
  batches: number;
  readonly messages: Counts;
  /** How often their writes were refused, and for how long they have waited since. */
  readonly refusals: number;
  waitedMs: number;
}

/** The facts and the state that all waves share. */
interface Run {
  readonly settings: RampSettings;
  readonly rules: WhenRefused;
  readonly table: Table;
  readonly held: Record<HeldBy, number>;
}

/** A wave under way. Its time is counted in steps. */
class Running {
  readonly #wave: Wave;
  readonly #run: Run;
  readonly #from: number;
  readonly #stepMs: number;
  readonly #stepsABatch: number;
  /** Messages on the queue that nothing has received yet. */
  readonly #visible: Counts = [];
  /** Messages that come back, by step. */
  readonly #returns = new Map<number, Counts>();
  /** Batches that write, by step, and by how often they were refused. */
  readonly #ends = new Map<number, Ending[]>();
  #running = 0;
  /** Those of the running batches that wait to make a refused write again. */
  #trying = 0;
  #left: number;

  constructor(wave: Wave, from: number, run: Run) {
    const batchMs = wave.taskMs + BATCH_MS;
    this.#wave = wave;
    this.#run = run;
    this.#from = from;
    this.#stepsABatch = Math.max(1, Math.floor(batchMs / STEP_MS));
    this.#stepMs = batchMs / this.#stepsABatch;
    this.#left = wave.messages;
    this.#returns.set(0, [wave.messages]);
  }

  /** Returns when the wave is done, in ms. */
  finish(): number {
    for (let step = 0; ; step += 1) {
      add(this.#visible, this.#returns.get(step) ?? []);
      this.#returns.delete(step);
      this.#receive(step);
      this.#end(step);
      // A part of a message is none.
      if (this.#left < 0.5) return this.#from + (step + 1) * this.#stepMs;
    }
  }

  #receive(step: number): void {
    const { settings, held } = this.#run;
    const { batchSize = 10 } = settings;
    const { running, starts } = roomAt((this.#from + step * this.#stepMs) / 1000, settings);
    const places = running.most - this.#running;
    const calls = (starts.most * this.#stepMs) / 1000;
    const free = Math.max(0, Math.min(places, calls));
    const messages = take(this.#visible, free * batchSize);
    const batches = Math.min(free, Math.ceil(sumOf(messages) / batchSize));
    this.#running += batches;
    this.#endAt(step + this.#stepsABatch - 1, { batches, messages, refusals: 0, waitedMs: 0 });
    // Batches that wait for the table take the places of others.
    if (sumOf(this.#visible) >= 1 && this.#trying < 1) held[(places <= calls ? running : starts).limit] += this.#stepMs;
  }

  /** Adds batches that write at a step to those that have been refused as often. */
  #endAt(step: number, { batches, messages, refusals, waitedMs }: Ending): void {
    const ending = this.#ends.get(step) ?? [];
    const at = (ending[refusals] ??= { batches: 0, messages: [], refusals, waitedMs: 0 });
    const part = batches === 0 ? 0 : batches / (at.batches + batches);
    at.waitedMs += (waitedMs - at.waitedMs) * part;
    at.batches += batches;
    add(at.messages, messages);
    this.#ends.set(step, ending);
  }

  #end(step: number): void {
    const { table, held } = this.#run;
    const { writes, keys, messages: all } = this.#wave;
    // The list has gaps.
    const ending = Object.values(this.#ends.get(step) ?? []);
    this.#ends.delete(step);
    const count = ending.reduce((sum, { messages }) => sum + sumOf(messages), 0);
    const accepted = table.write((count * writes) / all, keys, this.#stepMs);
    this.#left -= count * accepted;
    for (const one of ending) this.#endOrWait(one, accepted, step);
    const isWaiting = this.#running < 0.5 && sumOf(this.#visible) < 1 && this.#left >= 0.5;
    if (accepted < 1 || isWaiting || this.#trying >= 1) held.table += this.#stepMs;
  }

  /** Ends batches whose writes were accepted. Those with a refused one try again, and at last give their messages back. */
  #endOrWait({ batches, messages, refusals, waitedMs }: Ending, accepted: number, step: number): void {
    const waiting = accepted < 1 ? batches * (1 - accepted ** (sumOf(messages) / Math.max(1, batches))) : 0;
    this.#running -= batches - waiting;
    this.#trying -= refusals > 0 ? batches : 0;
    if (accepted === 1) return;
    for (let part = 0; part < SPREAD; part += 1) {
      const chance = part / SPREAD;
      const refused = messages.map((one) => (one * (1 - accepted)) / SPREAD);
      const wait = this.#run.rules.untilNextTry(refusals + 1, waitedMs, chance);
      if (wait === undefined) {
        this.#running -= waiting / SPREAD;
        this.#giveBack(refused, chance, step);
      } else {
        const steps = Math.max(1, Math.ceil(wait / this.#stepMs));
        const more = { refusals: refusals + 1, waitedMs: waitedMs + wait };
        this.#trying += waiting / SPREAD;
        this.#endAt(step + steps, { batches: waiting / SPREAD, messages: refused, ...more });
      }
    }
  }

  #giveBack(messages: Counts, chance: number, step: number): void {
    messages.forEach((count, before) => {
      const wait = Math.ceil((this.#run.rules.untilReturn(before + 1, chance) * 1000) / this.#stepMs);
      const counts: Counts = this.#returns.get(step + 1 + wait) ?? [];
      counts[before + 1] = (counts[before + 1] ?? 0) + count;
      this.#returns.set(step + 1 + wait, counts);
    });
  }
}
