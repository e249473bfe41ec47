import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as esbuild from 'esbuild';
import { edited } from './edits.ts';
import type { Edit } from './edits.ts';
import type { simulate, simulateWindows } from './simulators.ts';

/** The exports of the bundle. */
interface Simulator {
  readonly simulate: typeof simulate;
  readonly simulateWindows: typeof simulateWindows;
}

/** Loads the simulator with a defect planted in the engine's source. */
export async function withDefect<T>(edits: readonly Edit[], use: (simulator: Simulator) => Promise<T>): Promise<T> {
  const dir = await mkdtemp(join(tmpdir(), 'chordal-defect-'));
  try {
    const outfile = join(dir, 'simulate.mjs');
    await esbuild.build({
      entryPoints: [resolve('test/simulation/simulators.ts')],
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

/** Edits source files as they are bundled. */
function planting(edits: readonly Edit[]): esbuild.Plugin {
  const files = edited(edits);
  return {
    name: 'defect',
    setup(build) {
      build.onLoad({ filter: /\.ts$/ }, ({ path }) => {
        const contents = files.get(path);
        return contents === undefined ? undefined : { contents, loader: 'ts' };
      });
    },
  };
}
