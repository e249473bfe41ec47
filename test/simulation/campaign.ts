import type { FaultKind } from '../../src/testing/fault-injector.ts';
import type { Faults } from '../../src/testing/faults.ts';
import { describeSpec, shrink } from './shrink.ts';
import { DEPTH, simulate } from './simulate.ts';
import type { Report, Simulation } from './simulate.ts';
import { FEATURES } from './specs.ts';
import type { Feature, Features } from './specs.ts';

/** Many workflows, one after another. */
export interface Campaign {
  readonly from: number;
  readonly workflows: number;
  readonly faults: Faults;
  /** Default: all. */
  readonly features?: readonly Feature[];
  /** How deep canvases may nest. Default {@link DEPTH}. */
  readonly depth?: number;
  /** How many violations are shrunk and told; more are only counted. Default {@link TOLD}. */
  readonly tell?: number;
  /** The options of `npm run simulate` that run a seed again under the same faults. Default: none. */
  readonly options?: string;
  readonly onProgress?: (done: number, tally: Tally) => void;
}

/** The result of a campaign. */
export interface Tally {
  workflows: number;
  violations: number;
  executions: number;
  attempts: number;
  deliveries: number;
  largestMessage: number;
  readonly states: Record<string, number>;
  readonly faults: Map<FaultKind, number>;
  /** The violations, with the smallest canvas that was found for each and the command that runs it again. */
  readonly found: string[];
}

/** Violations that are shrunk and told where nothing else is said. */
export const TOLD = 3;

/** Simulates workflows of successive seeds, and adds up what came of them. */
export async function runCampaign({
  from,
  workflows,
  faults,
  features = FEATURES,
  depth = DEPTH,
  tell = TOLD,
  options = '',
  onProgress,
}: Campaign): Promise<Tally> {
  const tally = emptyTally();
  const on: Features = new Set(features);
  for (let seed = from; seed < from + workflows; seed += 1) {
    const report = await simulate({ seed, faults, features: on, depth });
    add(tally, report);
    if (report.problems.length > 0) {
      tally.violations += 1;
      if (tally.found.length < tell) tally.found.push(await explain(report, { seed, faults, features: on }, options));
    }
    onProgress?.(seed - from + 1, tally);
  }
  return tally;
}

/** A tally of nothing. */
export function emptyTally(): Tally {
  return {
    workflows: 0,
    violations: 0,
    executions: 0,
    attempts: 0,
    deliveries: 0,
    largestMessage: 0,
    states: {},
    faults: new Map(),
    found: [],
  };
}

/** Adds another campaign's tally to one. */
export function mergeTally(into: Tally, other: Tally): void {
  into.workflows += other.workflows;
  into.violations += other.violations;
  into.executions += other.executions;
  into.attempts += other.attempts;
  into.deliveries += other.deliveries;
  into.largestMessage = Math.max(into.largestMessage, other.largestMessage);
  for (const [state, count] of Object.entries(other.states)) into.states[state] = (into.states[state] ?? 0) + count;
  for (const [kind, count] of other.faults) into.faults.set(kind, (into.faults.get(kind) ?? 0) + count);
  into.found.push(...other.found);
}

// --- internal ---

function add(tally: Tally, { executions, attempts, deliveries, largestMessage, state, struck }: Report): void {
  const states = { [state]: 1 };
  const faults = new Map(struck);
  const counts = { workflows: 1, violations: 0, executions, attempts, deliveries, largestMessage };
  mergeTally(tally, { ...counts, states, faults, found: [] });
}

async function explain({ problems, spec }: Report, run: Simulation, options: string): Promise<string> {
  const smallest = await shrink({ ...run, spec });
  const again = await simulate(smallest);
  return [
    `seed ${run.seed}: ${problems.join('; ')}`,
    `  smallest found, with seed ${smallest.seed}: ${describeSpec(smallest.spec)}`,
    `  ${again.problems.join('; ')}`,
    `  again: npm run simulate -- --seed ${run.seed}${options}`,
  ].join('\n');
}
