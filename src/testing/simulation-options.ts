import type { TaskFailedError, TaskRevokedError } from '../core/errors/result.ts';
import type { AsyncResult } from '../core/types/results.ts';
import { isPlainObject } from '../core/values/json.ts';
import { checkedOptions, WHOLE, wholeFrom } from '../core/values/option-checks.ts';
import type { OptionCheck } from '../core/values/option-checks.ts';
import type { Handler } from '../lambda/sqs-event.ts';
import { HEAVY_FAULTS, MILD_FAULTS, NO_FAULTS } from './faults.ts';
import type { Faults } from './faults.ts';
import { checkHandlers } from './handlers.ts';

/**
 * The workflows to simulate, and the conditions for their results.
 *
 * @example
 * ```ts
 * const options: SimulationOptions<number> = {
 *   handlers: { all: handler },
 *   workflow: (seed) => add.delay(seed, 1),
 *   faults: 'mild',
 *   seeds: 5,
 * };
 * const { runs } = await simulate(options);
 * runs; // 5
 * ```
 */
export interface SimulationOptions<R> {
  /** The handlers that `app.handler` returned, each by the name of its queue. */
  readonly handlers: Readonly<Record<string, Handler>>;
  /** Sends a workflow: `() => chord([a.s(), b.s()], c.s()).delay()`. It is called once a seed. */
  readonly workflow: (seed: number) => Promise<AsyncResult<R>>;
  /**
   * Throws if a workflow did not end as it should. It has to allow for `FAILURE` with `WorkerLostError`: a message may
   * end in the dead-letter queue, and a task may lose its sandbox four times.
   */
  readonly check?: (end: SimulatedEnd<R>) => void | Promise<void>;
  /** The faults, and how often they strike: a kind of day, or the chances that differ from none. Default `heavy`. */
  readonly faults?: 'none' | 'mild' | 'heavy' | Partial<Faults>;
  /** How many seeds, from 1 on. Default 100. */
  readonly seeds?: number;
  /** The only seed to run: the one that a failure named. */
  readonly seed?: number;
  /** Deliveries after which a workflow is taken for one that never ends. Default 50,000. */
  readonly maxDeliveries?: number;
}

/**
 * How a workflow ended.
 *
 * @example
 * ```ts
 * const check = (end: SimulatedEnd<number>): void => {
 *   if (end.state === 'SUCCESS' && end.value !== 3) throw new Error(`it is ${end.value}`);
 * };
 * await simulate({ handlers: { all: handler }, workflow: () => add.delay(1, 2), check, seeds: 5 });
 * ```
 */
export type SimulatedEnd<R> = {
  /** The seed of its run. */
  readonly seed: number;
  /** Its handle, for further checks. */
  readonly result: AsyncResult<R>;
} & (
  | {
      /** How it ended, which says whether there is a `value` or an `error`. */
      readonly state: 'SUCCESS';
      readonly value: R;
    }
  | { readonly state: 'FAILURE'; readonly error: TaskFailedError }
  | { readonly state: 'REVOKED'; readonly error: TaskRevokedError }
);

/** The simulation to run, with every default in its place. */
export interface Simulation<R> extends Pick<SimulationOptions<R>, 'handlers' | 'workflow' | 'check'> {
  readonly faults: Faults;
  /** The first seed, and how many there are. */
  readonly from: number;
  readonly count: number;
  readonly maxDeliveries: number;
}

/**
 * Reads the options of a simulation.
 *
 * @throws InvalidOptions for an option that is unknown or wrong: a fault that is misspelt would never strike.
 */
export function readSimulation<R>(options: SimulationOptions<R>): Simulation<R> {
  const given = checkedOptions<typeof options>(options, OPTIONS, 'simulate()');
  checkHandlers(given.handlers, 'simulate()');
  const { faults = 'heavy', seed, seeds = 100, maxDeliveries = 50_000, ...rest } = given;
  return {
    ...rest,
    faults: typeof faults === 'string' ? KINDS[faults] : readFaults(faults),
    from: seed ?? 1,
    count: seed === undefined ? seeds : 1,
    maxDeliveries,
  };
}

// --- internal ---

/** A check reads results when all has ended. They are kept for a day, so long pauses are only for those who ask for them. */
const KINDS = {
  none: NO_FAULTS,
  mild: { ...MILD_FAULTS, longPause: 0 },
  heavy: { ...HEAVY_FAULTS, longPause: 0 },
};

const FUNCTION: OptionCheck = { is: (value) => typeof value === 'function', want: 'a function' };
const CHANCE: OptionCheck = {
  is: (value) => typeof value === 'number' && value >= 0 && value <= 1,
  want: 'a chance, 0 to 1',
};

const OPTIONS: Readonly<Record<string, OptionCheck>> = {
  // checkHandlers says more.
  handlers: { is: () => true, want: '' },
  workflow: FUNCTION,
  check: FUNCTION,
  faults: {
    is: (value) => (typeof value === 'string' ? Object.hasOwn(KINDS, value) : isPlainObject(value)),
    want: "'none', 'mild', 'heavy', or chances of faults",
  },
  seeds: wholeFrom(1),
  seed: WHOLE,
  maxDeliveries: wholeFrom(1),
};

const FAULTS: Readonly<Record<string, OptionCheck>> = {
  ...Object.fromEntries(Object.keys(NO_FAULTS).map((kind) => [kind, CHANCE])),
  maxReceiveCount: wholeFrom(1),
};

function readFaults(faults: Partial<Faults>): Faults {
  const what = 'the faults of simulate()';
  return { ...NO_FAULTS, ...checkedOptions<Partial<Faults>>(faults, FAULTS, what, what) };
}
