import { median } from '../support/figure.ts';

/** The workloads, and how many tasks each has. */
export const WORKLOADS = { delays: 500, group: 2000, chord: 2000, chain: 100, inline: 100 } as const;

export type Workload = keyof typeof WORKLOADS;

/** The names of the workloads. */
export const NAMES: Readonly<Record<Workload, string>> = {
  delays: 'single delays',
  group: 'group',
  chord: 'chord',
  chain: 'chain',
  inline: 'chain, inline',
};

/** The contestants that can run a chain inline. */
export const OURS: readonly string[] = ['memory', 'local'];

/** The times of one contestant for one workload, round by round, in ms; undefined if it cannot run it. */
export type Times = Readonly<Record<string, Readonly<Partial<Record<Workload, readonly number[]>>>>>;

/** One run of the comparison. */
export interface Results {
  readonly node: string;
  readonly cores: number;
  readonly load: number;
  readonly rounds: number;
  readonly sizes: Readonly<Record<Workload, number>>;
  readonly versions: readonly string[];
  /** Why some were not measured, by their name. */
  readonly skipped: Readonly<Record<string, string>>;
  readonly times: Times;
}

/** How many times as fast one contestant is as another. */
export interface Ratio {
  readonly workload: Workload;
  readonly ours: string;
  readonly peer: string;
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

/** Who is compared with whom. */
const PAIRS = [
  ['memory', 'BullMQ'],
  ['local', 'Celery'],
  ['local', 'BullMQ'],
  ['local', 'durable functions'],
] as const;

/** The ratios of a run: of each round, since what else the machine did slowed both; then their median and spread. */
export function ratiosOf({ times }: Pick<Results, 'times'>): readonly Ratio[] {
  return PAIRS.flatMap(([ours, peer]) =>
    workloads().flatMap((workload): readonly Ratio[] => {
      // A peer has no inline steps: it is compared by its chain of the same round.
      const same = workload === 'inline' ? 'chain' : workload;
      const [our, their] = [times[ours]?.[workload], times[peer]?.[same]];
      if (our === undefined || their === undefined) return [];
      const each = our.map((ms, round) => (their[round] ?? Number.NaN) / ms);
      return [{ workload, ours, peer, median: median(each), least: Math.min(...each), most: Math.max(...each) }];
    }),
  );
}

/** All workloads, in order. */
export function workloads(): readonly Workload[] {
  // The keys of an object literal.
  return Object.keys(WORKLOADS) as Workload[];
}

/** The median of what a contestant took for one task of a workload, in ms. */
export function msPerTask({ times, sizes }: Results, name: string, workload: Workload): number | undefined {
  const measured = times[name]?.[workload];
  return measured === undefined ? undefined : median(measured) / sizes[workload];
}
