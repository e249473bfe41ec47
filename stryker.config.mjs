import { availableParallelism } from 'node:os';

/**
 * Mutation testing of the pure core and of the worker: `npm run mutate`, or for some files only
 * `npm run mutate -- --mutate src/core/protocol/ids.ts`. Results are kept, so that a second run tests what has changed.
 */
export default {
  mutate: ['src/{core,worker}/**/*.ts', '!src/core/types/**'],
  testRunner: 'vitest',
  plugins: ['@stryker-mutator/vitest-runner'],
  vitest: { configFile: 'test/mutation/vitest.config.ts' },
  // A mutant of what runs once, as a module loads, would need all tests.
  ignoreStatic: true,
  disableTypeChecks: false,
  concurrency: availableParallelism(),
  // A busy machine must not make a slow mutant look like an endless one.
  timeoutFactor: 4,
  incremental: true,
  incrementalFile: '.stryker/incremental.json',
  tempDirName: '.stryker/tmp',
  ignorePatterns: ['/dist', '/.chordal', '/.serverless', '/.stryker', '/coverage'],
  reporters: ['clear-text', 'html', 'progress'],
  htmlReporter: { fileName: '.stryker/report.html' },
  clearTextReporter: { allowColor: false, reportTests: false, logTests: false },
  allowEmpty: false,
};
