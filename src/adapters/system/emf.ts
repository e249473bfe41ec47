import type { Countable, Meter } from '../../ports/system.ts';

/** The labels that tell metrics apart. */
export interface MetricLabels {
  /** `<service>-<stage>`: the one dimension, since each further value of a dimension is billed as further metrics. */
  readonly stack: string;
  /** A field of each line, for CloudWatch Logs Insights. */
  readonly functionName: string;
}

/** Counts the events of one invocation, and writes them as a line of CloudWatch's embedded metric format. */
export class EmfMeter implements Meter {
  readonly #counts = new Map<Countable, number>();
  readonly #ages: number[] = [];

  count(what: Countable): void {
    this.#counts.set(what, (this.#counts.get(what) ?? 0) + 1);
  }

  waited(ms: number): void {
    this.#ages.push(ms);
  }

  /** Returns the line, without its end; undefined if nothing was counted. An uncounted metric is left out and free. */
  line({ stack, functionName }: MetricLabels, at: number): string | undefined {
    const counted = [...this.#counts].map(([what, n]) => ({ name: NAMES[what], unit: 'Count', value: n }));
    const age = { name: 'QueueDelay', unit: 'Milliseconds', value: this.#ages };
    const metrics = this.#ages.length === 0 ? counted : [...counted, age];
    if (metrics.length === 0) return undefined;
    const described = metrics.map(({ name, unit }) => ({ Name: name, Unit: unit }));
    const directive = { Namespace: 'Chordal', Dimensions: [['Stack']], Metrics: described };
    const values = Object.fromEntries(metrics.map(({ name, value }) => [name, value]));
    return JSON.stringify({
      _aws: { Timestamp: at, CloudWatchMetrics: [directive] },
      Stack: stack,
      Function: functionName,
      ...values,
    });
  }
}

// --- internal ---

const NAMES: { readonly [What in Countable]: string } = {
  runs: 'Runs',
  retries: 'Retries',
  duplicateRuns: 'DuplicateRuns',
  deadLetters: 'DeadLetters',
};
