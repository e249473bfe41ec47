import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { availableParallelism, loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { shown } from './support/figure.ts';
import type { Figure } from './support/figure.ts';
import { writePart } from './support/page.ts';
import type { Answer } from './support/section.ts';

const DEFAULTS = ['functions', 'cold-start', 'memory', 'local', 'billed', 'ramp', 'throttling', 'simulation', 'size'];
const SECTIONS = [...DEFAULTS, 'growth', 'soak', 'emulators'];

const HELP = `Measures Chordal: a table on stdout, and JSON where you say.

  npm run bench -- [--json FILE] [--only ${SECTIONS.join(',')}] [--write]

  --json FILE    also writes the figures there, as { node, cores, load, figures: [{ name, value, unit, ratio, aim, note }] }
  --only A,B     only these sections; default all but growth, soak and emulators, about six minutes
  --write        also writes the parts of docs/performance.md that these sections have

  functions      functions of the core, beside what the platform does with the same data
  cold-start     size, parts and import time of a handler's bundle, beside the bare SDK clients
  memory, local  tasks a second, a chord's time and a chain's step, in this process and on the embedded cloud
  billed         SQS requests, write and read units, counted in front of the emulators; what the host's poller calls too
  ramp           when 1,000 tasks of 30 s, 10,000 of 1 s and a chord of 100,000 are done: a model with AWS's published limits
  throttling     a chord of 100,000 on a new table that throttles: a model with AWS's published limits
  simulation     executions an attempt under mild and heavy faults, and of a long chain with duplicates
  growth         price, time and message size a task from 1,000 to a million tasks, and a chain's last hop beside its first; times up to
                 BENCH_MOST tasks, default 100,000
  soak           the memory of the embedded cloud and its workers under load, for BENCH_MINUTES, default 5
  emulators      the deployed stack on MiniStack and LocalStack, and the embedded cloud, beside a bare handler: ten minutes
  size           chains, groups and chords of 10,000 and 100,000, a canvas of 10 MB, values of up to 5 MB

Times are this machine's, and what else it does shows in them: compare ratios, which are of one run. Counts carry over.
Each section is a process of its own.`;

const { values } = parseArgs({
  options: {
    json: { type: 'string' },
    only: { type: 'string', default: DEFAULTS.join(',') },
    write: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) console.log(HELP);
else process.exitCode = await main(values.only.split(','));

async function main(names: readonly string[]): Promise<number> {
  const jsonFile = values.json;
  const unknown = names.filter((name) => !SECTIONS.includes(name));
  if (unknown.length > 0) {
    console.error(`Cannot measure ${unknown.join(', ')}: known sections are ${SECTIONS.join(', ')}`);
    return 2;
  }
  const figures: Figure[] = [];
  for (const name of names) {
    const { figures: own, page } = await runSection(name);
    figures.push(...own);
    if (values.write && page !== undefined) await writePart(name, page);
  }
  console.log(table(figures));
  if (jsonFile !== undefined) {
    const machine = { node: process.versions.node, cores: availableParallelism(), load: loadavg()[0] };
    await writeFile(jsonFile, `${JSON.stringify({ ...machine, figures }, null, 2)}\n`);
  }
  return 0;
}

async function runSection(name: string): Promise<Answer> {
  console.error(name);
  const file = fileURLToPath(new URL(`./${name}.ts`, import.meta.url));
  const running = promisify(execFile)(process.execPath, [...process.execArgv, file], {
    env: { ...process.env, CHORDAL_LOG_LEVEL: 'warn' },
  });
  running.child.stderr?.pipe(process.stderr);
  const { stdout } = await running;
  // The output of a section's answer().
  return JSON.parse(stdout) as Answer;
}

function table(figures: readonly Figure[]): string {
  const rows = figures.map(({ name, value, unit, ratio, aim, note }) => [
    name,
    `${shown(value)} ${unit}`,
    ratio === undefined ? '' : `${shown(ratio.value)} × ${ratio.to}`,
    aim === undefined ? '' : `${aim.met ? 'as aimed' : 'missed'}: ≤ ${aim.atMost}`,
    note ?? '',
  ]);
  const all = [['what', 'value', 'ratio', 'aim', 'note'], ...rows];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  return all
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
