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

/** Seconds until a message returns whose write was refused. `chance` is from 0 to 1. */
export type Delay = (receives: number, chance: number) => number;

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
 * @param delay when a message returns whose write the table refused
 */
export function rampOf(waves: readonly Wave[], settings: RampSettings, delay: Delay): Ramp {
  const table = new Table(settings.tableWrites ?? LIMITS.tableWrites.value);
  const held: Record<HeldBy, number> = { pollers: 0, sandboxes: 0, table: 0, tasks: 0 };
  const run = { settings, delay, table, held };
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
/** Parts into which messages that return are cut, to spread them as chance would. */
const SPREAD = 20;

/** The facts and the state that all waves share. */
interface Run {
  readonly settings: RampSettings;
  readonly delay: Delay;
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
  /** Batches that end, by step. */
  readonly #ends = new Map<number, { readonly batches: number; readonly messages: Counts }>();
  #running = 0;
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
    this.#ends.set(step + this.#stepsABatch - 1, { batches, messages });
    if (sumOf(this.#visible) >= 1) held[(places <= calls ? running : starts).limit] += this.#stepMs;
  }

  #end(step: number): void {
    const { table, held } = this.#run;
    const { batches = 0, messages = [] } = this.#ends.get(step) ?? {};
    this.#ends.delete(step);
    this.#running -= batches;
    const { writes, keys, messages: all } = this.#wave;
    const units = (sumOf(messages) * writes) / all;
    const accepted = table.write(units, keys, this.#stepMs);
    this.#left -= sumOf(messages) * accepted;
    if (accepted < 1) this.#giveBack(messages, 1 - accepted, step);
    const isWaiting = this.#running === 0 && sumOf(this.#visible) < 1 && this.#left >= 0.5;
    if (accepted < 1 || isWaiting) held.table += this.#stepMs;
  }

  /** Messages whose write was refused return, spread as chance would. */
  #giveBack(messages: Counts, refused: number, step: number): void {
    messages.forEach((count, before) => {
      for (let part = 0; part < SPREAD; part += 1) {
        const wait = Math.ceil((this.#run.delay(before + 1, part / SPREAD) * 1000) / this.#stepMs);
        const counts: Counts = this.#returns.get(step + 1 + wait) ?? [];
        counts[before + 1] = (counts[before + 1] ?? 0) + (count * refused) / SPREAD;
        this.#returns.set(step + 1 + wait, counts);
      }
    });
  }
}
