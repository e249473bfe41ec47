import type { Countable, Meter } from '../../ports/system.ts';

/** The labels that tell metrics apart. */
export interface MetricLabels {
  /** `<service>-<stage>`: the one dimension, since each further value of a dimension is billed as further metrics. */
  readonly stack: string;
  /** A field of each line, for CloudWatch Logs Insights. */
  readonly functionName: string;
  /** Whether runs, failures, retries and waits for a place are also metrics of each task, with the dimensions `Stack` and `Task`. */
  readonly byTask?: boolean;
}

/** Counts the events of one invocation, and writes them as a line of CloudWatch's embedded metric format. */
export class EmfMeter implements Meter {
  readonly #counts: Counts = new Map();
  readonly #byTask = new Map<string, Counts>();
  readonly #ages: number[] = [];

  count(what: Countable, task?: string): void {
    addOne(this.#counts, what);
    if (task === undefined) return;
    const ofTask: Counts = this.#byTask.get(task) ?? new Map();
    this.#byTask.set(task, ofTask);
    addOne(ofTask, what);
  }

  waited(ms: number): void {
    this.#ages.push(ms);
  }

  /**
   * Returns the line, without its end; undefined if nothing was counted. An uncounted metric is left out and free. Of
   * tasks there is a further line each, where that is asked for.
   */
  line({ stack, functionName, byTask = false }: MetricLabels, at: number): string | undefined {
    const age = { name: 'QueueDelay', unit: 'Milliseconds', value: this.#ages };
    const whole = [...countsOf(this.#counts), ...(this.#ages.length === 0 ? [] : [age])];
    const labels = { Stack: stack, Function: functionName };
    const ofTasks = byTask
      ? [...this.#byTask].map(([Task, counts]) => emf({ ...labels, Task }, countsOf(counts), at))
      : [];
    const lines = whole.length === 0 ? [] : [emf(labels, whole, at), ...ofTasks];
    return lines.length === 0 ? undefined : lines.join('\n');
  }
}

// --- internal ---

type Counts = Map<Countable, number>;

interface Metric {
  readonly name: string;
  readonly unit: string;
  readonly value: number | readonly number[];
}

function addOne(counts: Counts, what: Countable): void {
  counts.set(what, (counts.get(what) ?? 0) + 1);
}

function countsOf(counts: Counts): readonly Metric[] {
  return [...counts].map(([what, value]) => ({ name: NAMES[what], unit: 'Count', value }));
}

/** Returns a line of the embedded metric format; `Task` is a dimension where it is given. */
function emf(labels: Readonly<Record<string, string>>, metrics: readonly Metric[], at: number): string {
  const Dimensions = [['Stack', ...('Task' in labels ? ['Task'] : [])]];
  const described = metrics.map(({ name, unit }) => ({ Name: name, Unit: unit }));
  const directive = { Namespace: 'Chordal', Dimensions, Metrics: described };
  const values = Object.fromEntries(metrics.map(({ name, value }) => [name, value]));
  return JSON.stringify({ _aws: { Timestamp: at, CloudWatchMetrics: [directive] }, ...labels, ...values });
}

const NAMES: { readonly [What in Countable]: string } = {
  runs: 'Runs',
  failures: 'Failures',
  retries: 'Retries',
  duplicateRuns: 'DuplicateRuns',
  returned: 'Returned',
  waits: 'WaitsForPlace',
  deadLetters: 'DeadLetters',
};
