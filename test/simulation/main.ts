import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { HEAVY_FAULTS, MILD_FAULTS, NO_FAULTS } from '../../src/testing/faults.ts';
import type { Campaign, Tally } from './campaign.ts';
import { runInThreads } from './jobs.ts';
import { DEPTH } from './simulate.ts';
import { FEATURES } from './specs.ts';
import type { Feature } from './specs.ts';

const HELP = `Simulates random workflows on the real worker, under faults drawn from a seed.

  npm run simulate -- [--workflows 2000] [--faults none|mild|heavy] [--features ${FEATURES.join(',')}] [--depth N] [--seed N] [--jobs N]

  --workflows N   how many; seeds run from --seed on. Default 2000, or 1 if a seed is given.
  --faults KIND   default heavy
  --features A,B  what may occur in a canvas; default all
  --depth N       how deep canvases may nest, and so how large they are. Default ${DEPTH}
  --seed N        the first seed; a failure prints the one that shows it again. Default 1
  --jobs N        threads that simulate at once; what each seed comes to does not depend on it. Default: one a core`;

const FAULTS = { none: NO_FAULTS, mild: MILD_FAULTS, heavy: HEAVY_FAULTS };

const { values } = parseArgs({
  options: {
    workflows: { type: 'string' },
    faults: { type: 'string', default: 'heavy' },
    features: { type: 'string', default: FEATURES.join(',') },
    depth: { type: 'string', default: String(DEPTH) },
    seed: { type: 'string' },
    jobs: { type: 'string', default: String(availableParallelism()) },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) console.log(HELP);
else process.exitCode = await main();

async function main(): Promise<number> {
  const campaign = campaignOf(values);
  const jobs = countIn(values.jobs);
  if (campaign === undefined || jobs === undefined) {
    console.error(HELP);
    return 2;
  }
  const startedAt = performance.now();
  const tally = await runInThreads({ ...campaign, onProgress: progress(campaign.workflows) }, jobs);
  const seconds = (performance.now() - startedAt) / 1000;
  if (process.stderr.isTTY) process.stderr.write('\n');
  report(tally, seconds);
  return tally.violations === 0 ? 0 : 1;
}

/** Returns the options of the command line, if they are valid. */
function campaignOf(given: typeof values): Campaign | undefined {
  const faults = Object.entries(FAULTS).find(([name]) => name === given.faults)?.[1];
  const names = given.features.split(',');
  const features = FEATURES.filter((feature): feature is Feature => names.includes(feature));
  const workflows = countIn(given.workflows ?? (given.seed === undefined ? '2000' : '1'));
  const from = countIn(given.seed ?? '1');
  const depth = countIn(given.depth);
  if (faults === undefined || features.length !== names.length) return undefined;
  if (workflows === undefined || from === undefined || depth === undefined) return undefined;
  const options = [
    given.faults === 'heavy' ? '' : ` --faults ${given.faults}`,
    depth === DEPTH ? '' : ` --depth ${depth}`,
    features.length === FEATURES.length ? '' : ` --features ${given.features}`,
  ].join('');
  return { from, workflows, faults, features, depth, options };
}

function countIn(text: string): number | undefined {
  const count = Number(text);
  return Number.isSafeInteger(count) && count > 0 ? count : undefined;
}

/** A line on stderr about once a second, where somebody may be looking, and each violation as soon as it is found. */
function progress(workflows: number): (done: number, tally: Tally) => void {
  const startedAt = performance.now();
  let saidAt = startedAt;
  let told = 0;
  return (done, { violations, found }) => {
    for (const one of found.slice(told)) process.stderr.write(`\n${one}\n`);
    told = found.length;
    const now = performance.now();
    if (now - saidAt < 1000) return;
    saidAt = now;
    const perSecond = Math.round((done / (now - startedAt)) * 1000);
    const line = `${done} of ${workflows} workflows, ${violations} violations, ${perSecond} a second`;
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
  const sorted = counts.toSorted(([a], [b]) => a.localeCompare(b));
  return sorted.map(([name, count]) => `${name} ${count}`).join(', ') || 'none';
}
