/** Measures the code that a sandbox loads before its first batch, beside the bare SDK clients, both bundled alike. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import type { Metafile } from 'esbuild';
import { buildHandlers } from '../../src/deploy/build.ts';
import { bundleOptions } from '../../src/deploy/bundling/options.ts';
import { findHandlers } from '../../src/deploy/handler-file.ts';
import { systemHandlers } from '../../src/deploy/system-handlers.ts';
import { aimedAt, median } from './support/figure.ts';
import type { Figure } from './support/figure.ts';
import { answer, progress } from './support/section.ts';

const ROUNDS = 15;
/** The references for a handler: all clients that a worker uses, and the two that it always needs. */
const BARE = [
  { name: "the SDK's clients that a worker uses", file: 'test/deploy/support/bare-clients.ts', isBudget: true },
  { name: 'those of SQS and DynamoDB alone', file: 'test/bench/bare-clients.ts', isBudget: false },
];
const outDir = await mkdtemp(join(tmpdir(), 'chordal-bench-'));
try {
  answer(await measure());
} finally {
  await rm(outDir, { recursive: true, force: true });
}

// --- internal ---

async function measure(): Promise<readonly Figure[]> {
  progress('cold start: bundling');
  const handlersDir = join(outDir, 'handlers');
  const handlers = await findHandlers('handlers');
  const { metafile, bundles } = await buildHandlers({
    handlers,
    systemHandlers: systemHandlers(),
    outDir: handlersDir,
  });
  const bare = await Promise.all(
    BARE.map(async ({ file, ...rest }, index) => {
      const dir = join(outDir, `bare-${index}`);
      const { metafile: inputs } = await build(bundleOptions([{ name: 'bare', file }], dir));
      return { ...rest, metafile: inputs, bundle: join(dir, 'bare.mjs') };
    }),
  );
  const ours = { name: 'handler', metafile, bundle: bundles['math'] ?? '' };
  const all = [ours, ...bare];

  progress(`cold start: importing each ${ROUNDS} times`);
  const times = all.map((): number[] => []);
  // In turns, so that all meet what else the machine does; the first two fill the file cache.
  for (let round = -1; round < ROUNDS; round += 1) {
    for (const [index, { bundle }] of all.entries()) {
      const ms = await importMs(bundle);
      if (round >= 0) times[index]?.push(ms);
    }
  }
  const sizes = all.map((one) => sizeOf(`cold start: ${one.name}, size`, one.metafile, one.bundle));
  const imports = all.map(({ name }, index): Figure => ({
    name: `cold start: ${name}, import`,
    value: median(times[index] ?? []),
    unit: 'ms',
  }));
  return [...besideBare(sizes), ...besideBare(imports)];
}

/** Each of the bare bundles, and how much heavier or slower the handler is, which is the first. */
function besideBare([handler, ...bare]: readonly Figure[]): readonly Figure[] {
  if (handler === undefined) return [];
  const note = 'imported at once; what is loaded when needed is not counted';
  return [
    { ...handler, note },
    ...bare.flatMap((figure, index) => {
      const name = `cold start: handler beside it, ${figure.unit}`;
      const ratio = { name, value: handler.value / figure.value, unit: 'times' };
      return [figure, BARE[index]?.isBudget === true ? aimedAt(ratio, 1.1) : ratio];
    }),
  ];
}

async function importMs(bundle: string): Promise<number> {
  const program = resolve('test/bench/import-time.js');
  const { stdout } = await promisify(execFile)(process.execPath, [program, pathToFileURL(bundle).href]);
  return Number(stdout);
}

/** A bundle and the chunks that it imports at once. */
function sizeOf(name: string, { outputs }: Metafile, bundle: string): Figure {
  const files = new Set<string>();
  const visit = (file: string): void => {
    if (files.has(file)) return;
    files.add(file);
    for (const { path, kind } of outputs[file]?.imports ?? []) {
      if (kind === 'import-statement' && outputs[path] !== undefined) visit(path);
    }
  };
  visit(relative(process.cwd(), bundle));
  const bytes = [...files].reduce((sum, file) => sum + (outputs[file]?.bytes ?? Number.NaN), 0);
  return { name, value: bytes / 1024, unit: 'KB' };
}
