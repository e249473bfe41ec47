import { fillBody } from '../../core/schedule/schedule-message.ts';
import type { ScheduleData } from '../../core/types/schedules.ts';
import { compact } from '../../core/values/compact.ts';
import type { Schedules, SetEnabled, StandingSchedule } from '../../ports/schedules.ts';
import type { Clock, Nonces } from '../../ports/system.ts';
import { nextTryMs, RETRY_POLICY } from './retry-policy.ts';
import type { RetryPolicy } from './retry-policy.ts';
import { runTimes } from './run-times.ts';
import type { RunTimes } from './run-times.ts';

/** A schedule that runs here, and the queue of its messages. */
export interface RunnableSchedule extends ScheduleData {
  readonly queue: string;
}

/** The kept state of a schedule between two starts of a cloud. */
export interface KeptSchedule {
  /** Its definition: one that has changed begins anew. */
  readonly definition: string;
  /** Epoch ms: when it was made, and the time of its last run. */
  readonly since: number;
  readonly lastAt: number;
  readonly isEnabled: boolean;
}

/** The options of {@link ScheduleRunner}. */
export interface ScheduleRunnerOptions {
  readonly clock: Pick<Clock, 'now' | 'sleep'>;
  readonly nonces: Pick<Nonces, 'mid' | 'random'>;
  /** Sends a body to a queue. A failed attempt is repeated, as the schedule's retry policy says. */
  readonly send: (queue: string, body: string) => Promise<void>;
  /** Puts a body that could not be sent on the dead-letter queue, with the error. */
  readonly giveUp: (queue: string, body: string, error: unknown) => Promise<void>;
  /** The state that an earlier cloud has kept, by name. Default: none. */
  readonly kept?: Readonly<Record<string, KeptSchedule>>;
  /** Called with what is to be kept, whenever it has changed. Default: nothing is kept. */
  readonly keep?: (kept: Readonly<Record<string, KeptSchedule>>) => Promise<void>;
  /** Called with the error when the time of a run could not be kept: the run may be repeated after the next start. */
  readonly onTrouble?: (error: unknown) => void;
}

/** Runs schedules as EventBridge Scheduler does, where there is none. */
export class ScheduleRunner implements Schedules {
  readonly #options: ScheduleRunnerOptions;
  readonly #entries = new Map<string, Entry>();
  #kept: Readonly<Record<string, KeptSchedule>>;

  constructor(options: ScheduleRunnerOptions) {
    this.#options = options;
    this.#kept = options.kept ?? {};
  }

  /** Has these schedules run from now on, and no others. One that has not changed goes on as before. */
  async set(schedules: readonly RunnableSchedule[]): Promise<void> {
    const names = new Set(schedules.map(({ name }) => name));
    for (const [name, entry] of this.#entries) if (!names.has(name)) this.#end(name, entry);
    for (const schedule of schedules) this.#begin(schedule);
    await this.#keep();
  }

  async list(): Promise<readonly StandingSchedule[]> {
    return [...this.#entries.values()]
      .map(({ schedule, state }) => standing(schedule, state.isEnabled))
      .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  }

  async setEnabled({ name, isEnabled }: SetEnabled): Promise<boolean> {
    const entry = this.#entries.get(name);
    if (entry === undefined) return false;
    entry.state = { ...entry.state, isEnabled };
    await this.#keep();
    return true;
  }

  stop(): void {
    for (const [name, entry] of this.#entries) this.#end(name, entry);
  }

  #begin(schedule: RunnableSchedule): void {
    const { name } = schedule;
    const definition = JSON.stringify(schedule);
    const running = this.#entries.get(name);
    if (running?.state.definition === definition) return;
    if (running !== undefined) this.#end(name, running);
    const now = this.#options.clock.now();
    const kept = this.#kept[name];
    // The Scheduler runs an interval without a start at once; here every command that starts a cloud would run it.
    const made = { definition, since: now, lastAt: now, isEnabled: schedule.isEnabled };
    const state = kept?.definition === definition ? kept : made;
    const entry = { schedule, state, times: runTimes(schedule, state.since), ended: new AbortController() };
    this.#entries.set(name, entry);
    void this.#run(entry);
  }

  #end(name: string, { ended }: Entry): void {
    this.#entries.delete(name);
    ended.abort('ended');
  }

  async #run(entry: Entry): Promise<void> {
    const { schedule, times, ended } = entry;
    const { clock, nonces } = this.#options;
    for (;;) {
      const next = times(entry.state.lastAt);
      if (next === undefined) return;
      await this.#sleepUntil(next, ended.signal);
      if (ended.signal.aborted) return;
      const due = lastDue(times, next, clock.now());
      const isLate = due < clock.now() - policyOf(schedule).maximumAgeMs;
      if (entry.state.isEnabled && !isLate) {
        await clock.sleep(nonces.random() * schedule.jitterMinutes * 60_000, ended.signal);
        await this.#send(entry, due);
      }
      if (ended.signal.aborted) return;
      entry.state = { ...entry.state, lastAt: due };
      await this.#keep().catch((error: unknown) => this.#options.onTrouble?.(error));
    }
  }

  async #sleepUntil(time: number, signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    for (let left = time - clock.now(); left > 0 && !signal.aborted; left = time - clock.now())
      await clock.sleep(Math.min(left, LOOK_MS), signal);
  }

  async #send({ schedule, ended }: Entry, scheduledAt: number): Promise<void> {
    const { clock, nonces, send } = this.#options;
    const body = fillBody(schedule.body, { scheduledAt, executionId: nonces.mid() });
    // Its age counts from here where it is late at random.
    const dueAt = clock.now();
    for (let tries = 1; !ended.signal.aborted; tries += 1) {
      try {
        return await send(schedule.queue, body);
      } catch (error) {
        const waitMs = nextTryMs(policyOf(schedule), { dueAt, tries, now: clock.now() });
        if (waitMs === undefined) return this.#giveUp(schedule, body, error);
        await clock.sleep(waitMs, ended.signal);
      }
    }
  }

  /** A message that the dead-letter queue refuses is lost, as on AWS. */
  async #giveUp({ queue }: RunnableSchedule, body: string, error: unknown): Promise<void> {
    await this.#options.giveUp(queue, body, error).catch(() => undefined);
  }

  async #keep(): Promise<void> {
    this.#kept = Object.fromEntries([...this.#entries].map(([name, { state }]) => [name, state]));
    await this.#options.keep?.(this.#kept);
  }
}

// --- internal ---

interface Entry {
  readonly schedule: RunnableSchedule;
  readonly times: RunTimes;
  readonly ended: AbortController;
  state: KeptSchedule;
}

/** A run that is not caught up on may be late by a minute. */
const PUNCTUAL: RetryPolicy = { ...RETRY_POLICY, maximumAgeMs: 60_000 };

function policyOf({ catchUp }: RunnableSchedule): RetryPolicy {
  return catchUp === 'once' ? RETRY_POLICY : PUNCTUAL;
}

/** The longest time between two looks at the clock: a timer stands still while the machine sleeps. */
const LOOK_MS = 86_400_000;

/** Returns the last of the times that are over: runs that were missed are made up for once. */
function lastDue(times: RunTimes, first: number, now: number): number {
  // Of those that are too late to be caught up on none is looked at.
  let last = first;
  for (
    let next = times(Math.max(first, now - RETRY_POLICY.maximumAgeMs));
    next !== undefined && next <= now;
    next = times(next)
  )
    last = next;
  return last;
}

function standing(schedule: RunnableSchedule, isEnabled: boolean): StandingSchedule {
  const { name, expression, timezone, canvas, start, end, queue, body } = schedule;
  return compact({ name, expression, timezone, canvas, isEnabled, start, end, queue, body });
}
