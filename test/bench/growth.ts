/**
 * What a task costs and takes as canvases grow. The price is that of `chordal cost`, which tests hold to counted calls; times are of
 * every port in this process, up to BENCH_MOST tasks (100,000 by default; a million take minutes and gigabytes).
 */
import type { Handler } from 'chordal';
import { memoryCloud } from 'chordal/testing';
import { handler as math } from '../../handlers/math.ts';
import { billOf, estimate } from '../../src/cli/estimate.ts';
import type { Plan } from '../../src/core/protocol/plan.ts';
import { longChain, wideChord } from '../support/large-canvases.ts';
import type { LargeCanvas } from '../support/large-canvases.ts';
import { LargestMessage } from '../support/largest-message.ts';
import { aimedAt, median, shown } from './support/figure.ts';
import type { Figure } from './support/figure.ts';
import { markdownTable } from './support/page.ts';
import { answer, progress } from './support/section.ts';

/** Seconds; far more than needed. */
const timeout = 3600;
const SIZES = [1000, 10_000, 100_000, 1_000_000];
const MOST = Number(process.env['BENCH_MOST'] ?? 100_000);
/** Chains of a thousand steps whose first and last hops are compared, and how many hops of each end. */
const CHAINS = 15;
const HOPS = 100;

const task: Plan = { task: 'add', args: [1, 2] };
const KINDS = {
  chord: { canvas: wideChord, plan: (n: number): Plan => ({ seq: [{ par: filled(n) }, { task: 'tsum' }] }) },
  chain: { canvas: longChain, plan: (n: number): Plan => ({ seq: filled(n) }) },
} as const;

const rows = Object.entries(KINDS).flatMap(([kind, { plan }]) =>
  SIZES.map((n) => ({ kind, n, ...costOf(plan(n), n) })),
);
const times = new Map<string, Timed>();
for (const [kind, { canvas }] of Object.entries(KINDS)) {
  // The first one warms up.
  await run(canvas(1000));
  for (const n of SIZES.filter((size) => size <= MOST)) times.set(`${kind} ${n}`, await run(canvas(n)));
}
const hop = await lastHopOverFirst();
answer([...rows.flatMap(figuresOf), hop], pageOf());

// --- internal ---

/** What a task costs, for each task of a canvas. */
interface Cost {
  readonly messages: number;
  readonly writes: number;
  readonly reads: number;
  readonly dollarsAMillion: number;
}

interface Timed {
  readonly microseconds: number;
  readonly largestKb: number;
}

type Row = Cost & { readonly kind: string; readonly n: number };

function filled(n: number): Plan[] {
  return Array.from({ length: n }, () => task);
}

function costOf(plan: Plan, n: number): Cost {
  const { messages, writes, reads } = estimate(plan);
  const { dollars } = billOf(estimate(plan));
  return {
    messages: messages / n,
    writes: writes / n,
    reads: reads / n,
    dollarsAMillion: (dollars.least / n) * 1e6,
  };
}

/** Runs a canvas with every port in this process. */
async function run({ name, tasks, make, value }: LargeCanvas): Promise<Timed> {
  progress(`growth: ${name}`);
  const largest = new LargestMessage();
  const cloud = memoryCloud({ math: largest.watch(math) });
  const startedAt = performance.now();
  const got = await (await make().delay()).get({ timeout });
  const ms = performance.now() - startedAt;
  cloud.close();
  if (got !== value) throw new Error(`Cannot compare: ${name} gave ${String(got)}`);
  return { microseconds: (ms / tasks) * 1000, largestKb: largest.length / 1024 };
}

/** The time of a hop at the end of a chain of 1,000 steps, beside one at its start: the median of several chains' own ratios. */
async function lastHopOverFirst(): Promise<Figure> {
  progress('growth: the first and the last hops of chains of 1,000');
  let at: number[] = [];
  const noting: Handler = Object.assign(
    async (...given: Parameters<Handler>) => {
      const back = await math(...given);
      at.push(performance.now());
      return back;
    },
    { tasks: math.tasks, timeLimits: math.timeLimits },
  );
  const cloud = memoryCloud({ math: noting });
  const ratios: number[] = [];
  for (let chain = 0; chain < CHAINS; chain += 1) {
    at = [];
    await (await longChain(1000).make().delay()).get({ timeout });
    const hops = at.slice(1).map((time, step) => time - (at[step] ?? 0));
    // The first chains warm up.
    if (chain >= 3) ratios.push(median(hops.slice(-HOPS)) / median(hops.slice(0, HOPS)));
  }
  cloud.close();
  const name = 'growth: hop at step 1,000 beside one at step 1, memory';
  const note = `medians of ${HOPS} hops, then of ${ratios.length} chains; ${shown(Math.min(...ratios))} to ${shown(Math.max(...ratios))}`;
  return { ...aimedAt({ name, value: median(ratios), unit: 'times' }, 1.05), note };
}

function figuresOf({ kind, n, messages, writes, reads, dollarsAMillion }: Row): readonly Figure[] {
  const name = `growth: ${kind} of ${n.toLocaleString('en-US')}`;
  const note = `${messages.toFixed(3)} messages, ${writes.toFixed(3)} writes, ${reads.toFixed(3)} reads a task`;
  const timed = times.get(`${kind} ${n}`);
  return [
    { name: `${name}, a million tasks`, value: dollarsAMillion, unit: 'dollars', note },
    ...(timed === undefined
      ? []
      : [
          { name: `${name}, memory`, value: timed.microseconds, unit: 'µs a task' },
          { name: `${name}, largest message`, value: timed.largestKb, unit: 'KB' },
        ]),
  ];
}

function pageOf(): string {
  const table = rows.map(({ kind, n, messages, writes, reads, dollarsAMillion }) => {
    const timed = times.get(`${kind} ${n}`);
    return [
      `${kind} of ${n.toLocaleString('en-US')}`,
      messages.toFixed(3),
      writes.toFixed(3),
      reads.toFixed(3),
      `$${dollarsAMillion.toFixed(2)}`,
      timed === undefined ? '' : `${shown(timed.microseconds)} µs`,
      timed === undefined ? '' : `${shown(timed.largestKb)} KB`,
    ];
  });
  return [
    'For each task, at least, with full batches, without Lambda’s duration; times with every port in one process.',
    '',
    markdownTable(
      ['canvas', 'messages', 'writes', 'reads', 'a million tasks', 'a task takes', 'largest message'],
      table,
    ),
    '',
    `A hop at the end of a chain of 1,000 steps takes ${shown(hop.value)} times as long as one at its start (${hop.note ?? ''}).`,
  ].join('\n');
}
