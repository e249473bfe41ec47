import { basename } from 'node:path';
import { build } from 'esbuild';
import type { Metafile } from 'esbuild';
import { bundleOptions } from '../../../src/deploy/bundling/options.ts';
import type { HandlerFile } from '../../../src/deploy/handler-file.ts';
import { runWell } from './run.ts';

/** Bundles entry points as functions are bundled, and answers with the metafile. */
export async function bundle(handlers: readonly HandlerFile[], outDir: string): Promise<Metafile> {
  const { metafile } = await build(bundleOptions(handlers, outDir));
  return metafile;
}

/** The bytes of a bundle with all that it imports at once. */
export function startBytes({ outputs }: Metafile, name: string): number {
  const seen = new Set<string>();
  const visit = (path: string): number => {
    const output = outputs[path];
    if (output === undefined || seen.has(path)) return 0;
    seen.add(path);
    const inner = output.imports
      .filter(({ kind }) => kind === 'import-statement')
      .map(({ path: other }) => visit(other));
    return inner.reduce((sum, bytes) => sum + bytes, output.bytes);
  };
  return visit(Object.keys(outputs).find((path) => basename(path) === `${name}.mjs`) ?? '');
}

/**
 * Milliseconds of processor that importing each file takes: the least of several, each in a process of its own, in turns. Not of the
 * clock, which on a busy machine counts others' work. The least only falls, so a machine that is busy even so gets more rounds: until
 * `isEnough` with what has been measured, or `most`.
 */
export async function importCosts(
  files: readonly string[],
  { least, most, isEnough }: Rounds,
): Promise<readonly number[]> {
  const best = files.map(() => Infinity);
  for (let round = 0; round < most && (round < least || !isEnough(best)); round += 1) {
    for (const [index, file] of files.entries())
      best[index] = Math.min(best[index] ?? Infinity, await importCost(file));
  }
  return best;
}

interface Rounds {
  readonly least: number;
  readonly most: number;
  readonly isEnough: (costs: readonly number[]) => boolean;
}

// --- internal ---

async function importCost(file: string): Promise<number> {
  const program = `const before = process.cpuUsage(); await import(${JSON.stringify(file)}); const { user, system } = process.cpuUsage(before);`;
  const { stdout } = await runWell(
    'node',
    ['--input-type=module', '-e', `${program} console.log((user + system) / 1000); process.exit();`],
    { env: { AWS_REGION: 'us-east-1' } },
  );
  return Number(stdout);
}
