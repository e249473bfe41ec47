import { defineConfig } from 'vitest/config';
import type { TestProjectInlineConfiguration } from 'vitest/config';

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
    retry: 0,
    coverage: { include: ['src/**/*.ts'], reporter: ['text', 'html'] },
    projects: [
      // Pure code: no file changes what another sees, so a worker loads each module once for all of them.
      tier('fast', ['unit', 'types', 'conformance'], { timeout: 20_000, isolate: false }),
      tier('store', ['contract', 'simulation'], { timeout: 30_000 }),
      tier('cloud', ['integration', 'deploy'], { timeout: 60_000 }),
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
