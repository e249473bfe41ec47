import { basename } from 'node:path';
import { build, type Metafile } from 'esbuild';
import { bundleOptions } from '../../../src/deploy/bundle.ts';
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

/** Milliseconds that importing each file takes: the fastest of several, each in a process of its own, in turns, so that a busy machine slows all. */
export async function timeImports(files: readonly string[], rounds: number): Promise<readonly number[]> {
  const best = files.map(() => Infinity);
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, file] of files.entries()) {
      const measured = `const start = process.hrtime.bigint(); await import(${JSON.stringify(file)}); console.log(Number(process.hrtime.bigint() - start) / 1e6);`;
      const { stdout } = await runWell('node', ['--input-type=module', '-e', `${measured} process.exit();`], {
        env: { AWS_REGION: 'us-east-1' },
      });
      best[index] = Math.min(best[index] ?? Infinity, Number(stdout));
    }
  }
  return best;
}
