import { isChordalError } from '../core/errors/caller.ts';
import { messageOf } from '../core/text/describe.ts';
import type { AsyncResult } from '../core/types/results.ts';
import type { FaultKind } from './fault-injector.ts';
import { brokenInvariants } from './invariants.ts';
import { Recorder } from './recorder.ts';
import { SimulatedCloud } from './simulated-cloud.ts';
import type { SimulatedRun } from './simulated-cloud.ts';
import { readSimulation } from './simulation-options.ts';
import type { SimulatedEnd, Simulation, SimulationOptions } from './simulation-options.ts';

/**
 * The results of the workflows, when all have ended as they should.
 *
 * @example
 * ```ts
 * const workflow = () => add.delay(1, 2);
 * const report: SimulationReport = await simulate({ handlers: { all: handler }, workflow, faults: 'none', seeds: 5 });
 * report.states; // { SUCCESS: 5, FAILURE: 0, REVOKED: 0 }
 * ```
 */
export interface SimulationReport {
  /** How many workflows were run. */
  readonly runs: number;
  /** How many ended in each state. */
  readonly states: Readonly<Record<'SUCCESS' | 'FAILURE' | 'REVOKED', number>>;
  /** Messages that were given to handlers. */
  readonly deliveries: number;
  /** How often each fault struck. */
  readonly faults: Readonly<Partial<Record<FaultKind, number>>>;
}

/**
 * A workflow did not end as it should. The same seed shows it again.
 *
 * @example
 * ```ts
 * const refuse = (): never => {
 *   throw new Error('it is never right');
 * };
 * await simulate({ handlers: { all: handler }, workflow: () => add.delay(1, 2), check: refuse }); // SimulationFailed
 * ```
 */
export class SimulationFailed extends Error {
  /** The name of its class. */
  override readonly name = 'SimulationFailed';
  /** The seed to give `simulate` to see it again. */
  readonly seed: number;
  /** The conditions that did not hold. */
  readonly problems: readonly string[];

  constructor(seed: number, problems: readonly string[], options: { readonly cause?: unknown }) {
    const what = problems.join('; ');
    super(
      `Cannot end as expected with seed ${seed}: ${what}. To run it again, give simulate() { seed: ${seed} }.`,
      options,
    );
    this.seed = seed;
    this.problems = problems;
  }
}

/**
 * Runs workflows on your own handlers, each under faults that are drawn from a seed. Messages are sent and delivered
 * twice, late and out of order. Sandboxes die at any await of the engine, and acknowledgements and answers are lost.
 * Calls are throttled or arrive late, schedules fire twice, and clocks differ: {@link Faults} names all. Time is
 * virtual. For each workflow it checks the promises of the engine, and runs your `check`.
 *
 * The same seed gives the same run as long as your tasks do: give none of them chance or time of its own. One
 * simulation runs at a time, since all apps of the process use its cloud.
 *
 * @param options the workflow, the number of runs, and the conditions for the results.
 * @throws SimulationFailed for the first workflow that does not end as it should: it names its seed. InvalidOptions for
 * an option that is unknown or wrong.
 *
 * @example
 * ```ts
 * const report = await simulate({
 *   handlers: { math: app.handler(add, tsum) },
 *   workflow: () => chord([add.s(1, 1), add.s(2, 2)], tsum.s()).delay(),
 *   check: (end) => {
 *     if (end.state === 'SUCCESS' && end.value !== 6) throw new Error(`the sum is ${end.value}`);
 *   },
 *   seeds: 20,
 * });
 * report.runs; // 20
 * ```
 */
export async function simulate<R>(options: SimulationOptions<R>): Promise<SimulationReport> {
  const simulation = readSimulation(options);
  const states = { SUCCESS: 0, FAILURE: 0, REVOKED: 0 };
  const faults: Partial<Record<FaultKind, number>> = {};
  let deliveries = 0;
  const { from, count } = simulation;
  for (let seed = from; seed < from + count; seed += 1) {
    const { run, state } = await simulateOne(simulation, seed);
    states[state] += 1;
    deliveries += run.deliveries;
    for (const [kind, struck] of run.struck) faults[kind] = (faults[kind] ?? 0) + struck;
  }
  return { runs: count, states, deliveries, faults };
}

// --- internal ---

async function simulateOne<R>(
  { handlers, workflow, check, faults, maxDeliveries }: Simulation<R>,
  seed: number,
): Promise<{ readonly run: SimulatedRun; readonly state: SimulatedEnd<R>['state'] }> {
  const witness = new Recorder();
  const cloud = new SimulatedCloud(handlers, {
    seed,
    faults,
    maxDeliveries,
    observe: (ports) => witness.watch(ports),
    read: witness.begun,
  });
  try {
    const result = await workflow(seed);
    const run = await cloud.run();
    const problems = await brokenInvariants({ cloud, witness, isLivelock: run.isLivelock, faults });
    if (problems.length > 0) throw new SimulationFailed(seed, problems, {});
    const end = await endOf(result, seed);
    await check?.(end);
    return { run, state: end.state };
  } catch (error) {
    if (error instanceof SimulationFailed) throw error;
    throw new SimulationFailed(seed, [messageOf(error)], { cause: error });
  } finally {
    cloud.close();
  }
}

async function endOf<R>(result: AsyncResult<R>, seed: number): Promise<SimulatedEnd<R>> {
  try {
    return { seed, result, state: 'SUCCESS', value: await result.get({ timeout: 0 }) };
  } catch (error) {
    if (isChordalError(error, 'CHORDAL_TASK_FAILED')) return { seed, result, state: 'FAILURE', error };
    if (isChordalError(error, 'CHORDAL_TASK_REVOKED')) return { seed, result, state: 'REVOKED', error };
    throw error;
  }
}
