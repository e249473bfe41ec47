import { chain, chord, group } from 'chordal';
import { add, tsum } from '../../../handlers/tasks/math.ts';
import { upTo } from './contest.ts';

/** Seconds; far more than needed. */
const timeout = 300;

/** The contestants' workloads, as Chordal does them. */
export const chordalWorkloads = {
  delays: async (n: number): Promise<unknown> => {
    const results = await Promise.all(upTo(n).map((i) => add.delay(i, i)));
    return Promise.all(results.map((result) => result.get({ timeout })));
  },
  group: async (n: number): Promise<unknown> => (await group(upTo(n).map((i) => add.s(i, i))).delay()).get({ timeout }),
  chord: async (n: number): Promise<unknown> => {
    const result = await chord(
      upTo(n).map((i) => add.s(i, i)),
      tsum.s(),
    ).delay();
    return result.get({ timeout });
  },
  chain: async (n: number): Promise<unknown> => (await steps(n).delay()).get({ timeout }),
  inline: async (n: number): Promise<unknown> => (await steps(n).set({ inline: true }).delay()).get({ timeout }),
};

// --- internal ---

function steps(n: number) {
  const [first, ...rest] = [add.s(0, 1), ...upTo(n - 1).map(() => add.s(1))];
  return chain(first, ...rest);
}
