import { defineConfig } from 'vitest/config';

// Without Vite's own 'module': packages outside the build are loaded by Node, which cannot read such a file.
const conditions = ['chordal-source', 'node', 'development|production'];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ['test/**/*.test.ts'],
    reporters: ['default', './test/support/ci-reporter.ts'],
    passWithNoTests: false,
    pool: 'forks',
    maxWorkers: 2,
    retry: 0,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    coverage: { include: ['src/**/*.ts'], reporter: ['text', 'html'] },
  },
});
