import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as esbuild from 'esbuild';
import type { TextEdit } from './defects.ts';
import { edited } from './edits.ts';
import type { Edit } from './edits.ts';
import type { simulate } from './simulate.ts';

/** What the bundle exports. */
interface Simulator {
  readonly simulate: typeof simulate;
}

/** Loads the simulator with a defect planted in the engine's source. */
export async function withDefect<T>(
  edits: readonly (Edit | TextEdit)[],
  use: (simulator: Simulator) => Promise<T>,
): Promise<T> {
  const dir = await mkdtemp(join(tmpdir(), 'chordal-defect-'));
  try {
    const outfile = join(dir, 'simulate.mjs');
    await esbuild.build({
      entryPoints: [resolve('test/simulation/simulate.ts')],
      outfile,
      bundle: true,
      platform: 'node',
      format: 'esm',
      target: 'node22',
      packages: 'external',
      logLevel: 'silent',
      plugins: [planting(edits)],
    });
    // The bundle has the exports of its entry point.
    return await use((await import(pathToFileURL(outfile).href)) as Simulator);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

// --- internal ---

/** Edits a source file as it is bundled; an edit that no longer fits is an error, not a defect nobody sees. */
function planting(edits: readonly (Edit | TextEdit)[]): esbuild.Plugin {
  const anchored = edited(edits.filter((edit) => 'anchor' in edit));
  const files = Map.groupBy(
    edits.filter((edit) => 'file' in edit),
    ({ file }) => resolve(file),
  );
  return {
    name: 'defect',
    setup(build) {
      build.onLoad({ filter: /\.ts$/ }, async ({ path }) => {
        const here = files.get(path) ?? [];
        if (here.length === 0 && !anchored.has(path)) return undefined;
        let source = anchored.get(path) ?? (await readFile(path, 'utf8'));
        for (const { from, to } of here) {
          if (source.split(from).length !== 2)
            throw new Error(`Cannot plant a defect in ${path}: "${from}" does not stand there exactly once`);
          source = source.replace(from, () => to);
        }
        return { contents: source, loader: 'ts' };
      });
    },
  };
}
