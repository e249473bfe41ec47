/** How often attempts are executed under faults, and how fast that is simulated. */
import { availableParallelism } from 'node:os';
import { HEAVY_FAULTS, MILD_FAULTS, NO_FAULTS } from '../../src/testing/faults.ts';
import type { Faults } from '../../src/testing/faults.ts';
import { runInThreads } from '../simulation/jobs.ts';
import { simulate } from '../simulation/simulate.ts';
import { chainOf, FEATURES } from '../simulation/specs.ts';
import type { Feature } from '../simulation/specs.ts';
import { aimedAt } from './support/figure.ts';
import type { Figure } from './support/figure.ts';
import { answer, progress } from './support/section.ts';

const WORKFLOWS = 2000;
const STEPS = 1000;

/** Tasks that kill their sandbox are begun four times by design, which is no amplification. */
const harmless = FEATURES.filter((feature) => feature !== 'poison');

answer([
  ...(await underFaults('mild faults', MILD_FAULTS)),
  ...(await underFaults('mild faults, no poison', MILD_FAULTS, harmless)).map((figure) =>
    figure.unit === 'executions' ? aimedAt(figure, 1.1) : figure,
  ),
  ...(await underFaults('heavy faults', HEAVY_FAULTS)),
  await longChain(),
]);

// --- internal ---

async function underFaults(
  name: string,
  faults: Faults,
  features: readonly Feature[] = FEATURES,
): Promise<readonly Figure[]> {
  progress(`simulation: ${WORKFLOWS} workflows, ${name}`);
  const startedAt = performance.now();
  const campaign = { from: 1, workflows: WORKFLOWS, faults, features };
  const { executions, attempts, violations } = await runInThreads(campaign, availableParallelism());
  const seconds = (performance.now() - startedAt) / 1000;
  const where = `simulation: ${name}`;
  return [
    { name: `${where}, an attempt`, value: executions / attempts, unit: 'executions' },
    aimedAt({ name: `${where}, violations`, value: violations, unit: 'workflows' }, 0),
    { name: `${where}, speed`, value: WORKFLOWS / seconds, unit: 'workflows/s', note: 'a thread a core' },
  ];
}

async function longChain(): Promise<Figure> {
  progress(`simulation: a chain of ${STEPS} with 1 % of the messages sent twice`);
  const { executions, attempts, problems } = await simulate({
    seed: 5,
    faults: { ...NO_FAULTS, duplicateSend: 0.01 },
    features: new Set(['plain']),
    spec: chainOf(STEPS),
  });
  if (problems.length > 0) throw new Error(`Cannot measure a chain that ends wrong: ${problems.join('; ')}`);
  const name = `simulation: chain of ${STEPS} with 1 % duplicates, an attempt`;
  return aimedAt({ name, value: executions / attempts, unit: 'executions' }, 1.05);
}
