import { longChain } from '../../support/large-canvases.ts';
import type { Figure } from './figure.ts';
import { aimedAt, median, shown } from './figure.ts';
import { progress } from './section.ts';

/** How many hops of each end are compared. */
const HOPS = 100;
/** Seconds; far more than needed. */
const timeout = 3600;

/** When the steps of a chain ended. */
export class Hops {
  #at: number[] = [];

  note(): void {
    this.#at.push(performance.now());
  }

  /** Runs chains of 1,000 steps one after another; the first one warms up. Answers with the median of the chains' own ratios. */
  async compare(place: string, chains: number): Promise<Figure> {
    progress(`growth: the first and the last hops of chains of 1,000, ${place}`);
    const ratios: number[] = [];
    for (let chain = 0; chain < chains; chain += 1) {
      this.#at = [];
      await (await longChain(1000).make().delay()).get({ timeout });
      const hops = this.#at.slice(1).map((time, step) => time - (this.#at[step] ?? 0));
      if (chain >= 1) ratios.push(median(hops.slice(-HOPS)) / median(hops.slice(0, HOPS)));
    }
    const name = `growth: hop at step 1,000 beside one at step 1, ${place}`;
    const note = `medians of ${HOPS} hops, then of ${ratios.length} chains; ${shown(Math.min(...ratios))} to ${shown(Math.max(...ratios))}`;
    return { ...aimedAt({ name, value: median(ratios), unit: 'times' }, 1.05), note };
  }
}
