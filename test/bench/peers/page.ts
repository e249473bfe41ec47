import { shown } from '../support/figure.ts';
import { msPerTask, NAMES, ratiosOf, workloads } from './results.ts';
import type { Ratio, Results, Workload } from './results.ts';

/** A run's part of README.md: the picture and the ratios. */
export function summaryOf(results: Results): string {
  return [
    '![How many times as fast as the other](docs/performance.svg)',
    '',
    'How many times as fast, in one run on one machine: the median of the rounds, and the least and the most of them. `npm run bench:peers` measures again.',
    '',
    ...HEAD,
    ...rowsOf(ratiosOf(results)),
  ].join('\n');
}

/** A run's part of `docs/performance.md`. */
export function pageOf(results: Results): string {
  const { node, cores, load, rounds, sizes, versions, skipped } = results;
  const contestants = Object.keys(results.times);
  const sizesText = workloads()
    .map((workload) => `${NAMES[workload]} of ${sizes[workload].toLocaleString('en-US')}`)
    .join(', ');
  const skips = Object.entries(skipped).map(([name, reason]) => `- ${name}: not measured, ${reason}.`);
  return [
    'Chordal beside what it is compared with: the same workloads, each answer checked, all in one run and in turns.',
    '',
    `Node ${node}, ${cores} cores, load ${shown(load)} at the start, ${rounds} rounds; ${sizesText}. Compare ratios; times are of one machine.`,
    '',
    '![How many times as fast as the other](performance.svg)',
    '',
    '### Ratios',
    '',
    'How many times as fast, as the median of the rounds, and the least and the most of them.',
    '',
    ...HEAD,
    ...rowsOf(ratiosOf(results)),
    '',
    '### Times',
    '',
    'Milliseconds a task, from the call until the caller has the value: the median of the rounds.',
    '',
    ...HEAD,
    ...contestants.map((name) => {
      const cells = workloads().map((workload) => msPerTask(results, name, workload));
      return `| ${name} | ${cells.map((ms) => (ms === undefined ? '' : shown(ms))).join(' | ')} |`;
    }),
    '',
    '### Who they are',
    '',
    '- chain, inline: the same chain with `inline: true`. It is compared with the peers’ chain of the same round.',
    '- memory: `memoryCloud`, the engine with every port in one process.',
    '- local: the embedded cloud of `chordal dev`: SQS and DynamoDB over HTTP, the SDK, the bundles, four sandboxes of a function.',
    '- Celery: on Redis, a worker with two processes, Redis for results.',
    '- BullMQ: on Redis, a worker process with 50 jobs at once; chords and chains are flows.',
    '- durable functions: the local runner of AWS Lambda durable functions, in one process, with its waits skipped; it has no queue.',
    ...skips,
    '',
    `Versions: ${versions.join(', ')}.`,
    '',
  ].join('\n');
}

/** The ratios as a picture: a bar a ratio, on a scale that doubles, from the median, with a line from the least to the most. */
export function pictureOf(results: Results): string {
  const ratios = ratiosOf(results);
  const height = TOP + ratios.length * ROW + 30;
  const most = Math.max(2, ...ratios.map((ratio) => ratio.most));
  const least = Math.min(0.5, ...ratios.map((ratio) => ratio.least));
  const xOf = (value: number): number =>
    LEFT + ((Math.log2(value) - Math.log2(least)) / (Math.log2(most) - Math.log2(least))) * WIDTH;
  const ticks = Array.from({ length: 16 }, (_, i) => 2 ** (i - 5)).filter((tick) => tick >= least && tick <= most);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${LEFT + WIDTH + 90} ${height}" font-family="sans-serif" font-size="13">`,
    '<style>text{fill:#444}@media (prefers-color-scheme:dark){text{fill:#ccc}}</style>',
    '<text x="8" y="20" font-size="15">Times as fast, in one run (bar: median, line: least to most)</text>',
    ...ticks.flatMap((tick) => [
      `<line x1="${round(xOf(tick))}" x2="${round(xOf(tick))}" y1="${TOP - 8}" y2="${height - 24}" stroke="${tick === 1 ? '#888' : '#8884'}"/>`,
      `<text x="${round(xOf(tick))}" y="${height - 8}" text-anchor="middle">${tick}</text>`,
    ]),
    ...ratios.flatMap((ratio, index) => barOf(ratio, TOP + index * ROW, xOf)),
    '</svg>',
    '',
  ].join('\n');
}

// --- internal ---

const HEAD = [
  `| | ${workloads()
    .map((workload) => NAMES[workload])
    .join(' | ')} |`,
  `| --- |${' --- |'.repeat(workloads().length)}`,
];
const [LEFT, TOP, ROW, WIDTH] = [300, 46, 24, 460];

function barOf(
  { workload, ours, peer, median, least, most }: Ratio,
  y: number,
  xOf: (value: number) => number,
): string[] {
  const [from, to] = [xOf(1), xOf(median)].toSorted((a, b) => a - b);
  const colour = median >= 1 ? '#2a8f5c' : '#c0603a';
  const middle = y + 7;
  return [
    `<text x="8" y="${y + 12}">${NAMES[workload]}: ${ours} beside ${peer}</text>`,
    `<rect x="${round(from ?? 0)}" y="${y}" width="${round(Math.max(1, (to ?? 0) - (from ?? 0)))}" height="14" fill="${colour}"/>`,
    `<line x1="${round(xOf(least))}" x2="${round(xOf(most))}" y1="${middle}" y2="${middle}" stroke="#8888" stroke-width="3"/>`,
    `<text x="${LEFT + WIDTH + 12}" y="${y + 12}">${shown(median)} ×</text>`,
  ];
}

function rowsOf(ratios: readonly Ratio[]): readonly string[] {
  const pairs = new Set(ratios.map(({ ours, peer }) => `${ours} beside ${peer}`));
  return [...pairs].map((pair) => {
    const cells = workloads().map((workload) => cellOf(ratios, pair, workload));
    return `| ${pair} | ${cells.join(' | ')} |`;
  });
}

function cellOf(ratios: readonly Ratio[], pair: string, workload: Workload): string {
  const found = ratios.find((ratio) => ratio.workload === workload && `${ratio.ours} beside ${ratio.peer}` === pair);
  if (found === undefined) return '';
  return `${shown(found.median)} × (${shown(found.least)} to ${shown(found.most)})`;
}

function round(value: number): string {
  return value.toFixed(1);
}
