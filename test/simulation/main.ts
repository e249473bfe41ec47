import { parseArgs } from 'node:util';
import { HEAVY_FAULTS, MILD_FAULTS, NO_FAULTS } from '../../src/testing/faults.ts';
import { runCampaign } from './campaign.ts';
import type { Tally } from './campaign.ts';
import { FEATURES } from './specs.ts';
import type { Feature } from './specs.ts';

const HELP = `Simulates random workflows on the real worker, under faults drawn from a seed.

  npm run simulate -- [--workflows 2000] [--faults none|mild|heavy] [--features ${FEATURES.join(',')}] [--seed N]

  --workflows N   how many; seeds run from --seed on. Default 2000, or 1 if a seed is given.
  --faults KIND   default heavy
  --features A,B  what may occur in a canvas; default all
  --seed N        the first seed; a failure prints the one that shows it again. Default 1`;

const FAULTS = { none: NO_FAULTS, mild: MILD_FAULTS, heavy: HEAVY_FAULTS };

const { values } = parseArgs({
  options: {
    workflows: { type: 'string' },
    faults: { type: 'string', default: 'heavy' },
    features: { type: 'string', default: FEATURES.join(',') },
    seed: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) console.log(HELP);
else process.exitCode = await main();

async function main(): Promise<number> {
  const faults = Object.entries(FAULTS).find(([name]) => name === values.faults)?.[1];
  const names = values.features.split(',');
  const features = FEATURES.filter((feature): feature is Feature => names.includes(feature));
  const workflows = Number(values.workflows ?? (values.seed === undefined ? 2000 : 1));
  const from = Number(values.seed ?? 1);
  if (
    faults === undefined ||
    features.length !== names.length ||
    !Number.isSafeInteger(workflows) ||
    !Number.isSafeInteger(from)
  ) {
    console.error(HELP);
    return 2;
  }
  const startedAt = performance.now();
  const tally = await runCampaign({ from, workflows, faults, features, onProgress: progress(workflows) });
  const seconds = (performance.now() - startedAt) / 1000;
  report(tally, seconds);
  return tally.violations === 0 ? 0 : 1;
}

/** A line on stderr about once a second, where somebody may be looking. */
function progress(workflows: number): (done: number, tally: Tally) => void {
  let saidAt = performance.now();
  return (done, { violations }) => {
    if (performance.now() - saidAt < 1000) return;
    saidAt = performance.now();
    const line = `${done} of ${workflows} workflows, ${violations} violations`;
    process.stderr.write(process.stderr.isTTY ? `\r${line}` : `${line}\n`);
  };
}

function report(tally: Tally, seconds: number): void {
  const { workflows, violations, executions, attempts, deliveries, largestMessage, states, faults, found } = tally;
  console.log(`${workflows} workflows, ${violations} violations, ${seconds.toFixed(1)} s`);
  console.log(
    `${(executions / attempts).toFixed(4)} executions an attempt, ${deliveries} deliveries, largest message ${largestMessage} characters`,
  );
  console.log(`ended in ${list(Object.entries(states))}`);
  console.log(`faults: ${list([...faults])}`);
  for (const one of found) console.log(`\n${one}`);
}

function list(counts: readonly (readonly [string, number])[]): string {
  return counts.map(([name, count]) => `${name} ${count}`).join(', ') || 'none';
}
