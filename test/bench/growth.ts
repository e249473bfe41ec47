/**
 * The cost and the time of a task as canvases grow. The price is that of `chordal cost`, which tests hold to counted calls; times are of
 * every port in this process, up to BENCH_MOST tasks (100,000 by default; a million take minutes and gigabytes).
 */
import type { Handler } from 'chordal';
import { memoryCloud } from 'chordal/testing';
import { handler as math } from '../../handlers/math.ts';
import { billOf, estimate } from '../../src/cli/estimate.ts';
import type { Plan } from '../../src/core/protocol/plan.ts';
import { startLocal } from '../../src/local/local-cloud.ts';
import { longChain, wideChord } from '../support/large-canvases.ts';
import type { LargeCanvas } from '../support/large-canvases.ts';
import { LargestMessage } from '../support/largest-message.ts';
import { shown } from './support/figure.ts';
import type { Figure } from './support/figure.ts';
import { Hops } from './support/hops.ts';
import { markdownTable } from './support/page.ts';
import { answer, progress } from './support/section.ts';

/** Seconds; far more than needed. */
const timeout = 3600;
const SIZES = [1000, 10_000, 100_000, 1_000_000];
const MOST = Number(process.env['BENCH_MOST'] ?? 100_000);
/** Chains of a thousand steps whose first and last hops are compared. */
const CHAINS = 15;
const LOCAL_CHAINS = 4;

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
const hops = [await hopsInMemory(), await hopsOnTheEmbeddedCloud()] as const;
answer([...rows.flatMap(figuresOf), ...hops], pageOf());

// --- internal ---

/** The cost of each task of a canvas. */
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

/** The time of a hop at the end of a chain of 1,000 steps, beside one at its start, with every port in this process. */
async function hopsInMemory(): Promise<Figure> {
  const hopsOf = new Hops();
  const noting: Handler = Object.assign(
    async (...given: Parameters<Handler>) => {
      const back = await math(...given);
      hopsOf.note();
      return back;
    },
    { tasks: math.tasks, timeLimits: math.timeLimits },
  );
  const cloud = memoryCloud({ math: noting });
  const figure = await hopsOf.compare('memory', CHAINS);
  cloud.close();
  return figure;
}

/** The same on the embedded cloud. */
async function hopsOnTheEmbeddedCloud(): Promise<Figure> {
  const hopsOf = new Hops();
  const local = await startLocal({
    handlersDir: 'handlers',
    service: 'bench',
    stage: 'growth',
    onEvent: (event) => {
      if (event.type === 'task') hopsOf.note();
      if (event.type === 'trouble') console.error(event.message, event.error);
    },
  });
  try {
    Object.assign(process.env, local.env);
    return await hopsOf.compare('the embedded cloud', LOCAL_CHAINS);
  } finally {
    await local.stop();
  }
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
    `A hop at the end of a chain of 1,000 steps takes ${shown(hops[0].value)} times as long as one at its start in memory (${hops[0].note ?? ''}), and ${shown(hops[1].value)} times on the embedded cloud (${hops[1].note ?? ''}).`,
  ].join('\n');
}
