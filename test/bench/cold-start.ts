/** What a sandbox loads before its first batch, beside the bare SDK clients, both bundled in one way. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { build, type Metafile } from 'esbuild';
import { buildHandlers } from '../../src/deploy/build.ts';
import { bundleOptions } from '../../src/deploy/bundle.ts';
import { findHandlers } from '../../src/deploy/handler-file.ts';
import { systemHandlers } from '../../src/deploy/system-handlers.ts';
import { comparedTo, type Figure, median } from './support/figure.ts';
import { answer, progress } from './support/section.ts';

const ROUNDS = 15;
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
  const bareDir = join(outDir, 'bare');
  const handlers = await findHandlers('handlers');
  const { metafile, bundles } = await buildHandlers({
    handlers,
    systemHandlers: systemHandlers(),
    outDir: handlersDir,
  });
  const bareFile = { name: 'bare', file: 'test/bench/bare-clients.ts' };
  const bare = await build(bundleOptions([bareFile], bareDir));
  const handler = bundles['math'] ?? '';
  const bareBundle = join(bareDir, 'bare.mjs');

  progress(`cold start: importing each ${ROUNDS} times`);
  const handlerMs: number[] = [];
  const bareMs: number[] = [];
  // In turns, so that both meet what else the machine does; the first two fill the file cache.
  for (let round = -1; round < ROUNDS; round += 1) {
    const [ours, theirs] = [await importMs(handler), await importMs(bareBundle)];
    if (round < 0) continue;
    handlerMs.push(ours);
    bareMs.push(theirs);
  }
  const bareSize = sizeOf('cold start: bare SDK clients, size', bare.metafile, bareBundle);
  const bareTime: Figure = { name: 'cold start: bare SDK clients, import', value: median(bareMs), unit: 'ms' };
  const note = 'imported at once; what is loaded when needed is not counted';
  return [
    { ...comparedTo(sizeOf('cold start: handler, size', metafile, handler), bareSize), note },
    bareSize,
    comparedTo({ name: 'cold start: handler, import', value: median(handlerMs), unit: 'ms' }, bareTime),
    bareTime,
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
