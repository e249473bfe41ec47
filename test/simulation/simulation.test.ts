import { describe, expect, it } from 'vitest';
import { HEAVY_FAULTS, MILD_FAULTS, NO_FAULTS } from '../../src/testing/faults.ts';
import { runCampaign } from './campaign.ts';
import { runInThreads } from './jobs.ts';
import { simulate } from './simulate.ts';
import { chainOf, chordOf, FEATURES, plainTask } from './specs.ts';
import type { Spec } from './specs.ts';

/** Several times what a busy machine of two cores takes. */
const LONG = 300_000;

describe('simulate()', () => {
  it.each([
    ['nothing', NO_FAULTS, 300],
    ['mild faults', MILD_FAULTS, 700],
    ['heavy faults', HEAVY_FAULTS, 700],
  ])('brings every workflow to its right end under %s', { timeout: LONG }, async (_, faults, workflows) => {
    const { found, violations } = await runCampaign({ from: 1, workflows, faults });
    expect({ found, violations }).toEqual({ found: [], violations: 0 });
  });

  it('has every fault strike', { timeout: LONG }, async () => {
    const { faults } = await runCampaign({ from: 5000, workflows: 20, faults: HEAVY_FAULTS });
    const kinds = Object.keys(HEAVY_FAULTS).filter((kind) => kind !== 'maxReceiveCount');
    expect([...faults.keys()].toSorted()).toEqual(kinds.toSorted());
  });

  it.each(FEATURES)(
    'brings workflows with only this to their right end under heavy faults: %s',
    { timeout: LONG },
    async (feature) => {
      const { found } = await runCampaign({
        from: 10_000,
        workflows: 30,
        faults: HEAVY_FAULTS,
        features: ['plain', feature],
      });
      expect(found).toEqual([]);
    },
  );

  it('counts a long task that had begun before a purge as begun then', { timeout: LONG }, async () => {
    const spec = { ...plainTask(1), places: 1, ms: 800_000 };
    for (let seed = 1; seed <= 20; seed += 1) {
      const { problems } = await simulate({ seed, faults: NO_FAULTS, features: new Set(['purge']), spec });
      expect(problems).toEqual([]);
    }
  });

  it('takes the body of a chord for no member that was sent before a purge, also where a group is a member', async () => {
    const later = { ...plainTask(4), countdown: 1000 };
    const chord: Spec = { t: 'chord', header: [plainTask(2), plainTask(3)], body: later, collect: true };
    const inner: Spec = { t: 'group', members: [plainTask(1), chord] };
    const spec: Spec = { t: 'group', members: [inner, { ...plainTask(5), countdown: 1000 }] };
    for (let seed = 1; seed <= 20; seed += 1) {
      const { problems } = await simulate({ seed, faults: NO_FAULTS, features: new Set(['purge']), spec });
      expect(problems).toEqual([]);
    }
  });

  it('replays a seed exactly', async () => {
    const run = (): ReturnType<typeof simulate> =>
      simulate({ seed: 77, faults: HEAVY_FAULTS, features: new Set(FEATURES) });
    expect(await run()).toEqual(await run());
  });

  it('comes to the same in several threads as in one', { timeout: LONG }, async () => {
    const campaign = { from: 500, workflows: 24, faults: HEAVY_FAULTS };
    expect(await runInThreads(campaign, 2)).toEqual(await runCampaign(campaign));
  });

  it(
    'lets duplicates die out in a chain of 300 with one message in a hundred sent twice',
    { timeout: LONG },
    async () => {
      const faults = { ...NO_FAULTS, duplicateSend: 0.01 };
      const { executions, attempts, problems } = await simulate({
        seed: 5,
        faults,
        features: new Set(['plain']),
        spec: chainOf(300),
        maxDeliveries: 5000,
      });
      expect(problems).toEqual([]);
      expect(executions / attempts).toBeLessThanOrEqual(1.05);
    },
  );

  it('joins a chord of 1,700 members, three levels high, under mild faults', { timeout: LONG }, async () => {
    const faults = { ...MILD_FAULTS, deadLetter: 0 };
    const { problems, state } = await simulate({
      seed: 9,
      faults,
      features: new Set(['plain']),
      spec: chordOf(1700),
      maxDeliveries: 20_000,
    });
    expect({ problems, state }).toEqual({ problems: [], state: 'SUCCESS' });
  });
});
