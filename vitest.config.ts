import { resolve } from 'node:path';
import { defineConfig } from 'vitest/config';
import type { TestProjectInlineConfiguration } from 'vitest/config';
import { LongFilesFirst } from './test/support/long-files-first.ts';

// Without Vite's own 'module': packages outside the build are loaded by Node, which cannot read such a file.
const conditions = ['chordal-source', 'node', 'development|production'];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    reporters: ['default', './test/support/ci-reporter.ts'],
    passWithNoTests: false,
    pool: 'forks',
    // Vitest would leave one core for the terminal that watches.
    maxWorkers: '100%',
    sequence: { sequencer: LongFilesFirst },
    // Hundreds of tests start the command line: Node compiles it once.
    env: { NODE_COMPILE_CACHE: resolve('.chordal/compile-cache') },
    retry: 0,
    // A wait for a condition ends when it holds. Vitest's own second is too short where other programs run.
    expect: { poll: { timeout: 30_000 } },
    coverage: { include: ['src/**/*.ts'], reporter: ['text', 'html'] },
    projects: [
      // Pure code: no file changes what another sees, so a worker loads each module once for all of them.
      tier('fast', ['unit', 'types', 'conformance'], { timeout: 20_000, isolate: false }),
      tier('store', ['contract', 'simulation'], { timeout: 30_000 }),
      tier('cloud', ['integration', 'deploy'], { timeout: 60_000 }),
      // Installs packages from npm, once.
      tier('packages', ['packages'], { timeout: 300_000 }),
    ],
  },
});

// --- internal ---

/** Makes the project of some folders of `test`. */
function tier(
  name: string,
  folders: readonly string[],
  { timeout, isolate = true }: { readonly timeout: number; readonly isolate?: boolean },
): TestProjectInlineConfiguration {
  return {
    extends: true,
    test: {
      name,
      include: folders.map((folder) => `test/${folder}/**/*.test.ts`),
      isolate,
      testTimeout: timeout,
      hookTimeout: timeout,
    },
  };
}
