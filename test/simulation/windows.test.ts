import { describe, expect, it } from 'vitest';
import { HEAVY_FAULTS, MILD_FAULTS, NO_FAULTS } from '../../src/testing/faults.ts';
import type { Faults } from '../../src/testing/faults.ts';
import { simulateWindows } from './windows.ts';

/** Runs of one call in days are for other tests: values are kept for ten. */
const without = (faults: Faults): Faults => ({ ...faults, longPause: 0 });

describe.each(['debounce', 'throttle'] as const)('calls with a %s', (option) => {
  it.each([
    ['nothing', NO_FAULTS, 60],
    ['mild faults', MILD_FAULTS, 150],
    ['heavy faults', HEAVY_FAULTS, 300],
    ['heavy faults, and no dead letters', { ...HEAVY_FAULTS, deadLetter: 0 }, 150],
  ])('have one of each window run, and end every handle, under %s', { timeout: 120_000 }, async (_, faults, seeds) => {
    const found: string[] = [];
    let [calls, windows] = [0, 0];
    for (let seed = 1; seed <= seeds; seed += 1) {
      const { problems, answered, workflows } = await simulateWindows({ option, seed, faults: without(faults) });
      if (problems.length > 0) found.push(`${seed}: ${problems.join('; ')}`);
      calls += answered;
      windows += workflows;
    }
    expect(found).toEqual([]);
    expect(windows).toBeGreaterThan(seeds);
    expect(calls).toBeGreaterThan(windows);
  });
});
