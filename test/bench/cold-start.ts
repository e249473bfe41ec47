/** Measures the code that a sandbox loads before its first batch, beside the bare SDK clients. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import type { BuildOptions, Metafile } from 'esbuild';
import { bundleOptions } from '../../src/deploy/bundling/options.ts';
import { aimedAt, median, shown } from './support/figure.ts';
import type { Figure } from './support/figure.ts';
import { markdownTable } from './support/page.ts';
import { answer, progress } from './support/section.ts';

const ROUNDS = 25;
const TWO = 'test/bench/bare-clients.ts';

/** A bundle that is imported. */
interface Bundle {
  readonly name: string;
  readonly file: string;
  /** The most that the handler may take beside it. */
  readonly atMost?: number;
  /** Whether it is bundled as esbuild does by itself for Node, in one file of ES modules. */
  readonly isPlain?: boolean;
}

const HANDLER: Bundle = { name: 'a handler', file: 'handlers/math.ts' };
const BARE: readonly Bundle[] = [
  { name: 'the clients of SQS and DynamoDB, bundled by esbuild', file: TWO, isPlain: true, atMost: 1 },
  { name: 'the clients of SQS and DynamoDB, bundled as handlers are', file: TWO },
  {
    name: 'all clients that a worker uses, bundled as handlers are',
    file: 'test/deploy/support/bare-clients.ts',
    atMost: 1.1,
  },
  { name: 'the modules of Node that they load', file: 'test/bench/builtins.js', isPlain: true },
];

const outDir = await mkdtemp(join(tmpdir(), 'chordal-bench-'));
try {
  const { figures, page } = await measure();
  answer(figures, page);
} finally {
  await rm(outDir, { recursive: true, force: true });
}

// --- internal ---

interface Measured {
  readonly bundle: Bundle;
  readonly kb: number;
  /** Of each round, in ms of the processor and of the clock. */
  readonly processor: number[];
  readonly clock: number[];
}

async function measure(): Promise<{ readonly figures: readonly Figure[]; readonly page: string }> {
  progress('cold start: bundling');
  const all = [HANDLER, ...BARE];
  const made = await Promise.all(all.map((bundle, index) => make(bundle, join(outDir, String(index)))));
  progress(`cold start: importing each ${ROUNDS} times`);
  const measured = all.map((bundle, index): Measured => ({
    bundle,
    kb: made[index]?.kb ?? 0,
    processor: [],
    clock: [],
  }));
  // In turns, so that all meet what else the machine does; the first two fill the file cache.
  for (let round = -1; round < ROUNDS; round += 1) {
    for (const [index, { processor, clock }] of measured.entries()) {
      const times = await importTimes(made[index]?.entry ?? '');
      if (round < 0) continue;
      processor.push(times.processor);
      clock.push(times.clock);
    }
  }
  const [handler, ...bare] = measured;
  if (handler === undefined) throw new Error('Cannot compare: there is no handler');
  return {
    figures: [...figuresOf(handler), ...bare.flatMap((one) => [...figuresOf(one), ...besides(handler, one)])],
    page: pageOf(handler, bare, made[0]?.parts ?? {}),
  };
}

function figuresOf({ bundle, kb, processor, clock }: Measured): readonly Figure[] {
  const name = `cold start: ${bundle.name}`;
  return [
    { name: `${name}, size`, value: kb, unit: 'KB', note: 'imported at once; later imports are not counted' },
    {
      name: `${name}, import`,
      value: median(processor),
      unit: 'ms',
      note: `of the processor; ${shown(median(clock))} of the clock`,
    },
  ];
}

function besides(handler: Measured, one: Measured): readonly Figure[] {
  const ratio = {
    name: `cold start: a handler beside ${one.bundle.name}`,
    value: ratioOf(handler, one),
    unit: 'times',
    note: 'the median of the ratios of each round',
  };
  return [one.bundle.atMost === undefined ? ratio : aimedAt(ratio, one.bundle.atMost)];
}

function ratioOf(handler: Measured, one: Measured): number {
  return median(handler.processor.map((ms, round) => ms / (one.processor[round] ?? Number.NaN)));
}

function pageOf(handler: Measured, bare: readonly Measured[], parts: Readonly<Record<string, number>>): string {
  const rows = [handler, ...bare].map((one) => [
    one.bundle.name,
    `${shown(one.kb)} KB`,
    `${shown(median(one.processor))} ms`,
    one === handler ? '' : `${ratioOf(handler, one).toFixed(2)} ×`,
  ]);
  const largest = Object.entries(parts).toSorted(([, a], [, b]) => b - a);
  return [
    `Imported ${ROUNDS} times each, in turns, each in a process of its own; the median, in ms of the processor. The ratio is the median of the ratios of each round.`,
    '',
    markdownTable(['imported', 'size', 'processor', 'a handler beside it'], rows),
    '',
    'The parts of the handler that are imported at once, in KB:',
    '',
    markdownTable(
      ['part', 'KB'],
      largest.filter(([, kb]) => kb >= 4).map(([part, kb]) => [part, kb.toFixed(0)]),
    ),
  ].join('\n');
}

/** Bundles it, and answers with its entry, the size of what that imports at once, and the parts of it. */
async function make(
  { file, isPlain = false }: Bundle,
  outdir: string,
): Promise<{ readonly entry: string; readonly kb: number; readonly parts: Readonly<Record<string, number>> }> {
  const options = isPlain ? plainOptions(file, outdir) : bundleOptions([{ name: 'entry', file }], outdir);
  const { metafile } = await build({ ...options, metafile: true });
  const entry = join(outdir, 'entry.mjs');
  const files = importedAtOnce(metafile, relative(process.cwd(), entry));
  const parts: Record<string, number> = {};
  let bytes = 0;
  for (const one of files) {
    const { inputs = {}, bytes: all = 0 } = metafile.outputs[one] ?? {};
    bytes += all;
    for (const [input, { bytesInOutput }] of Object.entries(inputs))
      parts[partOf(input)] = (parts[partOf(input)] ?? 0) + bytesInOutput / 1024;
  }
  return { entry, kb: bytes / 1024, parts };
}

/** As a project without settings bundles for Node, but as ES modules and as small as handlers are. */
function plainOptions(file: string, outdir: string): BuildOptions {
  return {
    entryPoints: { entry: file },
    outdir,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    minifyWhitespace: true,
    minifySyntax: true,
    sourcemap: 'linked',
    sourcesContent: false,
    outExtension: { '.js': '.mjs' },
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  };
}

function importedAtOnce({ outputs }: Metafile, entry: string): ReadonlySet<string> {
  const files = new Set<string>();
  const visit = (file: string): void => {
    if (files.has(file) || outputs[file] === undefined) return;
    files.add(file);
    for (const { path, kind } of outputs[file].imports) if (kind === 'import-statement') visit(path);
  };
  visit(entry);
  return files;
}

/** A package, or a room of this library. */
function partOf(input: string): string {
  const [, name] = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(input) ?? [];
  return name ?? input.split('/').slice(0, 2).join('/');
}

async function importTimes(entry: string): Promise<{ readonly processor: number; readonly clock: number }> {
  const program = resolve('test/bench/import-time.js');
  const { stdout } = await promisify(execFile)(process.execPath, [program, pathToFileURL(entry).href], {
    env: { ...process.env, AWS_REGION: 'us-east-1' },
  });
  // As the program prints it.
  return JSON.parse(stdout) as { readonly processor: number; readonly clock: number };
}
