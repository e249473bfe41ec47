import type { Priority } from '../../src/index.ts';
import type { SeededRandom } from './seeded-random.ts';

/** A canvas to simulate: what each task will do, and how the tasks are put together. */
export type Spec = TaskSpec | ChainSpec | GroupSpec | ChordSpec;

/** The behaviour of a task; `n` is its name in the whole run. */
export interface TaskSpec {
  readonly t: 'task';
  readonly n: number;
  readonly immutable: boolean;
  readonly fails: boolean;
  /** Retries before it does what it does. */
  readonly retries: number;
  /** Gives its retries other arguments: none but this specification. */
  readonly regives?: true;
  /** Seconds. */
  readonly countdown: number;
  readonly poison: boolean;
  /** Runs at most once: `acksLate: false`. */
  readonly early: boolean;
  readonly limited: boolean;
  readonly expires: boolean;
  /** Takes longer than its limit, and then goes on as if it were still waited for. */
  readonly hangs: boolean;
  /** Characters beside its value: where values are kept depends on their size. */
  readonly large: number;
  /** Clients get no value; what follows does. */
  readonly ignored: boolean;
  /** Has a callback and an error callback of its own. */
  readonly linked: boolean;
  /** Runs where the step before it ran, where it can. */
  readonly inline: boolean;
  /** In Celery's numbers: above 5 its messages go by the queue of high priority. */
  readonly priority?: Priority;
  /** How many tasks with the same number may run at once; absent: any number. */
  readonly places?: number;
  /** How long it runs, of a task with places, in ms; absent: for a time that luck says. */
  readonly ms?: number;
  /** Its possible replacements: another run may choose the other one. */
  readonly replace: readonly [Spec, Spec] | null;
  readonly launch: Spec | null;
  /** Adds this to its chord. */
  readonly adds: TaskSpec | null;
}

export interface ChainSpec {
  readonly t: 'chain';
  readonly steps: readonly Spec[];
}

export interface GroupSpec {
  readonly t: 'group';
  readonly members: readonly Spec[];
  /** Has a callback, which looks at what it is given: in another group it stays whole. */
  readonly linked?: true;
}

export interface ChordSpec {
  readonly t: 'chord';
  readonly header: readonly Spec[];
  readonly body: Spec;
  readonly collect: boolean;
  /** How many members may fail, if it collects. */
  readonly tolerate?: number;
}

/** The features that a canvas may have. */
export const FEATURES = [
  'plain',
  'fail',
  'retry',
  'replace',
  'wide',
  'poison',
  'delay',
  'rate',
  'claims',
  'expires',
  'launch',
  'callbacks',
  'revoke',
  'add',
  'hang',
  'large',
  'ignore',
  'links',
  'version',
  'scheduled',
  'inline',
  'tolerate',
  'groupLinks',
  'regive',
  'purge',
  'places',
  'priority',
] as const;
export type Feature = (typeof FEATURES)[number];
export type Features = ReadonlySet<Feature>;

/** Draws canvases; every task of one drawing has a number of its own. */
export class SpecDrawer {
  #count = 0;
  readonly #luck: SeededRandom;
  readonly #on: Features;

  constructor(luck: SeededRandom, on: Features) {
    this.#luck = luck;
    this.#on = on;
  }

  draw(depth: number, inChord = false): Spec {
    const { chance, below } = this.#luck;
    if (depth <= 0 || chance(0.3)) return this.task(depth, inChord);
    const kind = below(3);
    if (kind === 0) {
      const steps = Array.from({ length: 2 + below(3) }, () => this.draw(depth - 1));
      return { t: 'chain', steps };
    }
    const most = this.#on.has('wide') && chance(0.3) ? 30 : 6;
    const size = chance(0.06) ? 0 : 1 + below(most);
    const members = Array.from({ length: size }, () => this.draw(size > 8 ? 0 : depth - 1, kind === 2));
    if (kind === 1) return { t: 'group', members, ...(this.#has('groupLinks', 0.6) ? { linked: true } : {}) };
    const body = this.draw(depth - 1);
    const collect = chance(0.25);
    if (this.#has('tolerate', 0.6)) return { t: 'chord', header: members, body, collect: true, tolerate: below(3) };
    return { t: 'chord', header: members, body, collect };
  }

  #has(feature: Feature, p: number): boolean {
    return this.#on.has(feature) && this.#luck.chance(p);
  }

  task(depth: number, inChord: boolean): TaskSpec {
    const { chance, below } = this.#luck;
    const has = (feature: Feature, p: number): boolean => this.#has(feature, p);
    const plain = {
      t: 'task' as const,
      n: (this.#count += 1),
      immutable: chance(0.1),
      fails: has('fail', 0.06),
      retries: has('retry', 0.2) ? 1 + below(2) : 0,
      countdown: has('delay', 0.25) ? 1 + below(2000) : 0,
      poison: has('poison', 0.05),
      early: has('claims', 0.3),
      limited: has('rate', 0.3),
      expires: has('expires', 0.05),
      hangs: has('hang', 0.04),
      large: has('large', 0.4) ? ([150, 1000, 9000][below(3)] ?? 0) : 0,
      ignored: has('ignore', 0.2),
      linked: has('links', 0.2),
      inline: has('inline', 0.8),
      replace: null,
      launch: null,
      adds: null,
    };
    return {
      ...plain,
      ...(plain.retries > 0 && has('regive', 0.6) ? { regives: true } : {}),
      ...(has('places', 0.3) ? { places: 1 + below(3) } : {}),
      // Half of them are high.
      ...(has('priority', 0.6) ? { priority: (2 + below(8)) as Priority } : {}),
      replace: has('replace', 0.2) ? [this.draw(depth - 1), this.draw(depth - 1)] : null,
      launch: has('launch', 0.15) ? this.draw(Math.min(1, depth - 1)) : null,
      adds: inChord && has('add', 0.2) ? this.task(0, false) : null,
    };
  }
}

/** The first task's number of a canvas, which tells it from every other; an empty canvas has none. */
export function markOf(spec: Spec): number | undefined {
  switch (spec.t) {
    case 'task':
      return spec.n;
    case 'chain':
      return first(spec.steps);
    case 'group':
      return first(spec.members);
    case 'chord':
      return first([...spec.header, spec.body]);
  }
}

function first(specs: readonly Spec[]): number | undefined {
  return specs.map(markOf).find((mark) => mark !== undefined);
}

/** A chain of plain tasks. */
export function chainOf(length: number, more: Partial<TaskSpec> = {}): ChainSpec {
  return { t: 'chain', steps: Array.from({ length }, (_, index) => ({ ...plainTask(index + 1), ...more })) };
}

/** A chord of plain tasks. */
export function chordOf(width: number): ChordSpec {
  return {
    t: 'chord',
    header: Array.from({ length: width }, (_, index) => plainTask(index + 1)),
    body: plainTask(width + 1),
    collect: false,
  };
}

/** A task that does nothing but its work. */
export function plainTask(n: number): TaskSpec {
  const never = { immutable: false, fails: false, poison: false, early: false, limited: false, expires: false };
  const plain = { hangs: false, large: 0, ignored: false, linked: false, inline: false };
  return { t: 'task', n, ...never, ...plain, retries: 0, countdown: 0, replace: null, launch: null, adds: null };
}
