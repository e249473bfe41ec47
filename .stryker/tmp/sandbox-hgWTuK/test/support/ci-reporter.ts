import type { Reporter, TestModule } from 'vitest/node';

/** Names what was skipped, and closes a run with the line `N passed, N failed[, N skipped]`, after everything that vitest prints. */
export default class CiReporter implements Reporter {
  #closingLine: string | undefined;

  onInit(): void {
    process.once('exit', () => {
      if (this.#closingLine !== undefined) console.log(this.#closingLine);
    });
  }

  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const count = (state: string): number => tests.filter((test) => test.result().state === state).length;
    const skipped = count('skipped');
    // The default reporter counts them; why they are skipped stands in their names.
    for (const test of tests) if (test.result().state === 'skipped') console.log(`skipped: ${test.fullName}`);
    const failed = count('failed') + modules.filter(isBroken).length + unhandledErrors.length;
    this.#closingLine = `${count('passed')} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
  }
}

// --- internal ---

/** A file or a suite that failed by itself (an import, a hook) has perhaps no failed test to show for it. */
function isBroken(module: TestModule): boolean {
  return module.errors().length > 0 || [...module.children.allSuites()].some((suite) => suite.errors().length > 0);
}
