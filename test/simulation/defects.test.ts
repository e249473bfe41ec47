import { describe, expect, it, test } from 'vitest';
import { HEAVY_FAULTS, MILD_FAULTS, NO_FAULTS } from '../../src/testing/faults.ts';
import { DEFECTS, SEEDS } from './defects.ts';
import type { Defect } from './defects.ts';
import { anchorsInSource } from './edits.ts';
import { withDefect } from './plant.ts';
import { simulate } from './simulate.ts';
import type { simulate as Simulate, simulateWindows } from './simulators.ts';
import { chainOf } from './specs.ts';

/** Tasks of that many, whose cloud refuses every second call; and how many of them may be given up. */
const REFUSED_TASKS = 200;
const MOST_GIVEN_UP = 10;

const PROFILES = { none: NO_FAULTS, mild: MILD_FAULTS, heavy: HEAVY_FAULTS };

test('every mark in the source is used by a defect, and stands once', () => {
  const used = new Set(DEFECTS.flatMap(({ edits }) => edits.map(({ anchor }) => anchor)));
  const anchors = anchorsInSource();
  expect([...anchors].filter(([name, files]) => !used.has(name) || files.length > 1)).toEqual([]);
  expect([...used].filter((name) => !anchors.has(name))).toEqual([]);
});

test('a schedule that fires twice runs its task once', async () => {
  const defect = DEFECTS.find(({ seen }) => seen === 'second runs');
  expect(defect && (await secondRuns(simulate, defect))).toBe('');
});

test('a task whose cloud refuses every second call is hardly ever given up', async () => {
  const defect = DEFECTS.find(({ seen }) => seen === 'given up');
  expect(defect && (await givenUp(simulate, defect))).toBe('');
});

describe('the simulation sees it when', () => {
  it.each(DEFECTS)('$name', { timeout: 120_000 }, async (defect) => {
    const { seen } = defect;
    const found = await withDefect(defect.edits, ({ simulate, simulateWindows }) => {
      if (defect.windows !== undefined) return firstWindowProblem(simulateWindows, defect, defect.windows);
      if (seen === 'amplification') return amplification(simulate);
      if (seen === 'given up') return givenUp(simulate, defect);
      return seen === 'second runs' ? secondRuns(simulate, defect) : firstProblem(simulate, defect, seen);
    });
    expect(found).toMatch(typeof seen === 'string' ? /runs|given up/ : seen);
  });
});

/** The first problem that the defect is to be seen by, else the first of another kind: heavy throttling has some of its own. */
async function firstProblem(
  simulate: typeof Simulate,
  { features, faults, spec }: Defect,
  seen: RegExp,
): Promise<string> {
  let other = '';
  const chances = typeof faults === 'string' ? PROFILES[faults] : { ...NO_FAULTS, ...faults };
  for (let seed = 1; seed <= SEEDS; seed += 1) {
    const { problems } = await simulate({
      seed,
      faults: chances,
      features: new Set(features),
      maxDeliveries: 3000,
      ...(spec === undefined ? {} : { spec }),
    });
    const found = problems.join('; ');
    if (seen.test(found)) return found;
    other ||= found;
  }
  return other;
}

/** The first problem of calls with a window. */
async function firstWindowProblem(
  run: typeof simulateWindows,
  { faults }: Defect,
  option: 'debounce' | 'throttle',
): Promise<string> {
  const chances = typeof faults === 'string' ? PROFILES[faults] : { ...NO_FAULTS, ...faults };
  for (let seed = 1; seed <= SEEDS; seed += 1) {
    const { problems } = await run({ option, seed, faults: chances });
    if (problems.length > 0) return problems.join('; ');
  }
  return '';
}

/** A task whose message comes a second time when the first has ended is not begun again. */
async function secondRuns(run: typeof Simulate, { faults, features, spec }: Defect): Promise<string> {
  const chances = typeof faults === 'string' ? PROFILES[faults] : { ...NO_FAULTS, ...faults };
  let scheduled = 0;
  for (let seed = 1; seed <= 20; seed += 1) {
    const options = { seed, faults: chances, features: new Set(features), ...(spec === undefined ? {} : { spec }) };
    const { executions, attempts, deliveries, problems } = await run(options);
    if (problems.length > 0) return problems.join('; ');
    if (deliveries > 1) scheduled += 1;
    if (executions > attempts) return `${executions} runs of ${attempts} attempts`;
  }
  // Half of the seeds start by a schedule.
  return scheduled > 0 ? '' : 'no schedule fired';
}

/**
 * A start that is uncounted is not one of those after which a task is given up, unless the cloud refused that, too. So very few tasks
 * fail of refusals alone.
 */
async function givenUp(run: typeof Simulate, { faults, features, spec }: Defect): Promise<string> {
  const chances = typeof faults === 'string' ? PROFILES[faults] : { ...NO_FAULTS, ...faults };
  let failures = 0;
  for (let seed = 1; seed <= REFUSED_TASKS; seed += 1) {
    const options = { seed, faults: chances, features: new Set(features), ...(spec === undefined ? {} : { spec }) };
    const { state } = await run(options);
    if (state === 'FAILURE') failures += 1;
  }
  return failures > MOST_GIVEN_UP ? `${failures} of ${REFUSED_TASKS} tasks were given up` : '';
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
