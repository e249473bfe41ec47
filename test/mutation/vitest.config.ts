import { defineConfig } from 'vitest/config';

const conditions = ['chordal-source', 'node', 'development|production'];

/** The tests that mutants are run against: those of the core and the worker that are fast. */
export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ['test/unit/{core,worker}/**/*.test.ts', 'test/conformance/**/*.test.ts'],
    isolate: false,
    testTimeout: 20_000,
  },
});
