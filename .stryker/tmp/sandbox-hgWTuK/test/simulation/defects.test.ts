import { describe, expect, it, test } from 'vitest';
import { HEAVY_FAULTS, MILD_FAULTS, NO_FAULTS } from '../../src/testing/faults.ts';
import { DEFECTS, SEEDS } from './defects.ts';
import type { Defect } from './defects.ts';
import { anchorsInSource } from './edits.ts';
import { withDefect } from './plant.ts';
import type { simulate as Simulate } from './simulate.ts';
import { chainOf } from './specs.ts';

const PROFILES = { none: NO_FAULTS, mild: MILD_FAULTS, heavy: HEAVY_FAULTS };

test('every mark in the source is used by a defect, and stands once', () => {
  const used = new Set(DEFECTS.flatMap(({ edits }) => edits.map(({ anchor }) => anchor)));
  const anchors = anchorsInSource();
  expect([...anchors].filter(([name, files]) => !used.has(name) || files.length > 1)).toEqual([]);
  expect([...used].filter((name) => !anchors.has(name))).toEqual([]);
});

describe('the simulation sees it when', () => {
  it.each(DEFECTS)('$name', { timeout: 120_000 }, async (defect) => {
    const found = await withDefect(defect.edits, ({ simulate }) =>
      defect.seen === 'amplification' ? amplification(simulate) : firstProblem(simulate, defect),
    );
    expect(found).toMatch(defect.seen === 'amplification' ? /runs/ : defect.seen);
  });
});

async function firstProblem(simulate: typeof Simulate, { features, faults, spec }: Defect): Promise<string> {
  const chances = typeof faults === 'string' ? PROFILES[faults] : { ...NO_FAULTS, ...faults };
  for (let seed = 1; seed <= SEEDS; seed += 1) {
    const { problems } = await simulate({
      seed,
      faults: chances,
      features: new Set(features),
      maxDeliveries: 3000,
      ...(spec === undefined ? {} : { spec }),
    });
    if (problems.length > 0) return problems.join('; ');
  }
  return '';
}

/** A chain of 100 steps with one duplicate in a hundred runs each step once, and not three times. */
async function amplification(simulate: typeof Simulate): Promise<string> {
  const faults = { ...NO_FAULTS, duplicateSend: 0.02 };
  for (let seed = 1; seed <= 20; seed += 1) {
    const { executions, attempts } = await simulate({
      seed,
      faults,
      features: new Set(['plain']),
      spec: chainOf(100),
      maxDeliveries: 3000,
    });
    if (executions > 1.5 * attempts) return `${executions} runs of ${attempts} attempts`;
  }
  return '';
}
