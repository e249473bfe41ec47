import type { Faults } from '../../src/testing/faults.ts';
import type { FaultKind } from '../../src/testing/sandbox.ts';
import { describeSpec, shrink } from './shrink.ts';
import { simulate } from './simulate.ts';
import type { Report } from './simulate.ts';
import { FEATURES } from './specs.ts';
import type { Feature, Features } from './specs.ts';

/** Many workflows, one after another. */
export interface Campaign {
  readonly from: number;
  readonly workflows: number;
  readonly faults: Faults;
  /** Default: all. */
  readonly features?: readonly Feature[];
  readonly onProgress?: (done: number, tally: Tally) => void;
}

/** What a campaign came to. */
export interface Tally {
  workflows: number;
  violations: number;
  executions: number;
  attempts: number;
  deliveries: number;
  largestMessage: number;
  readonly states: Record<string, number>;
  readonly faults: Map<FaultKind, number>;
  /** What went wrong, smallest canvas first found, with how to run it again. */
  readonly found: string[];
}

/** Violations that are shrunk and told; more are only counted. */
const TOLD = 3;

/** Simulates workflows of successive seeds, and adds up what came of them. */
export async function runCampaign({
  from,
  workflows,
  faults,
  features = FEATURES,
  onProgress,
}: Campaign): Promise<Tally> {
  const tally: Tally = {
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
  const on: Features = new Set(features);
  for (let seed = from; seed < from + workflows; seed += 1) {
    const report = await simulate({ seed, faults, features: on });
    add(tally, report);
    if (report.problems.length > 0) {
      tally.violations += 1;
      if (tally.found.length < TOLD) tally.found.push(await explain(seed, report, faults, on));
    }
    onProgress?.(seed - from + 1, tally);
  }
  return tally;
}

function add(tally: Tally, { executions, attempts, deliveries, largestMessage, state, struck }: Report): void {
  tally.workflows += 1;
  tally.executions += executions;
  tally.attempts += attempts;
  tally.deliveries += deliveries;
  tally.largestMessage = Math.max(tally.largestMessage, largestMessage);
  tally.states[state] = (tally.states[state] ?? 0) + 1;
  for (const [kind, count] of struck) tally.faults.set(kind, (tally.faults.get(kind) ?? 0) + count);
}

async function explain(seed: number, { problems, spec }: Report, faults: Faults, features: Features): Promise<string> {
  const smallest = await shrink({ seed, faults, features, spec });
  const again = await simulate(smallest);
  return [
    `seed ${seed}: ${problems.join('; ')}`,
    `  smallest found, with seed ${smallest.seed}: ${describeSpec(smallest.spec)}`,
    `  ${again.problems.join('; ')}`,
    `  again: npm run simulate -- --seed ${seed}`,
  ].join('\n');
}
