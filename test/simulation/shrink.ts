import { simulate } from './simulate.ts';
import type { Simulation } from './simulate.ts';
import type { Spec, TaskSpec } from './specs.ts';

/** Runs of a shrink at the most: each is one workflow. */
const MOST_RUNS = 400;
/** Seeds that a smaller canvas is tried with: the faults strike elsewhere in it. */
const SEEDS = 12;

/** The smallest canvas found that still has a problem, and the seed that shows it. */
export async function shrink(
  failing: Simulation & { readonly spec: Spec },
): Promise<Simulation & { readonly spec: Spec }> {
  let best = failing;
  let runs = 0;
  for (let progress = true; progress && runs < MOST_RUNS;) {
    progress = false;
    for (const spec of smaller(best.spec)) {
      if (runs >= MOST_RUNS) break;
      const found = await firstFailing({ ...best, spec });
      runs += SEEDS;
      if (found === undefined) continue;
      best = found;
      progress = true;
      break;
    }
  }
  return best;
}

/** A canvas in one line, with what is special about each task. */
export function describeSpec(spec: Spec): string {
  switch (spec.t) {
    case 'task':
      return describeTask(spec);
    case 'chain':
      return `(${spec.steps.map(describeSpec).join(' | ')})`;
    case 'group':
      return `group${spec.linked === true ? '-linked' : ''}[${spec.members.map(describeSpec).join(', ')}]`;
    case 'chord':
      return `chord${spec.collect ? '-collect' : ''}${spec.tolerate === undefined ? '' : `-${spec.tolerate}`}[${spec.header.map(describeSpec).join(', ')}; ${describeSpec(spec.body)}]`;
  }
}

async function firstFailing(
  simulation: Simulation & { readonly spec: Spec },
): Promise<(Simulation & { readonly spec: Spec }) | undefined> {
  for (let seed = simulation.seed; seed < simulation.seed + SEEDS; seed += 1) {
    const { problems } = await simulate({ ...simulation, seed });
    if (problems.length > 0) return { ...simulation, seed };
  }
  return undefined;
}

/** Canvases with one thing less, the boldest first. */
function* smaller(spec: Spec): Generator<Spec> {
  if (spec.t === 'task') return yield* smallerTasks(spec);
  const parts = spec.t === 'chain' ? spec.steps : spec.t === 'group' ? spec.members : [...spec.header, spec.body];
  yield* parts;
  for (const [index, part] of parts.entries()) {
    const rest = parts.toSpliced(index, 1);
    if (spec.t === 'group') yield { ...spec, members: rest };
    if (spec.t === 'chain' && rest.length > 0) yield { ...spec, steps: rest };
    if (spec.t === 'chord' && index < parts.length - 1) yield { ...spec, header: rest.slice(0, -1) };
    for (const less of smaller(part)) yield withPart(spec, parts, index, less);
  }
}

function withPart(spec: Exclude<Spec, TaskSpec>, parts: readonly Spec[], index: number, part: Spec): Spec {
  const changed = parts.with(index, part);
  if (spec.t === 'chain') return { ...spec, steps: changed };
  if (spec.t === 'group') return { ...spec, members: changed };
  return { ...spec, header: changed.slice(0, -1), body: changed.at(-1) ?? spec.body };
}

function* smallerTasks(task: TaskSpec): Generator<Spec> {
  if (task.replace !== null) yield* [{ ...task, replace: null }, ...task.replace];
  if (task.launch !== null) yield { ...task, launch: null };
  if (task.adds !== null) yield { ...task, adds: null };
  if (task.retries > 0) yield { ...task, retries: 0 };
  if (task.regives === true) {
    const { regives: _, ...rest } = task;
    yield rest;
  }
  if (task.places !== undefined) {
    const { places: _, ms: __, ...rest } = task;
    yield rest;
  }
  if (task.priority !== undefined) {
    const { priority: _, ...rest } = task;
    yield rest;
  }
  if (task.countdown > 0) yield { ...task, countdown: 0 };
  if (task.large > 0) yield { ...task, large: 0 };
  for (const flag of [
    'immutable',
    'fails',
    'poison',
    'early',
    'limited',
    'expires',
    'hangs',
    'ignored',
    'linked',
    'inline',
  ] as const)
    if (task[flag]) yield { ...task, [flag]: false };
}

function describeTask(task: TaskSpec): string {
  const marks = [
    task.fails && 'fails',
    task.poison && 'poison',
    task.early && 'early',
    task.limited && 'limited',
    task.expires && 'expires',
    task.immutable && 'immutable',
    task.hangs && 'hangs',
    task.large > 0 && `large ${task.large}`,
    task.ignored && 'ignored',
    task.linked && 'linked',
    task.inline && 'inline',
    task.regives === true && 'regives',
    task.places !== undefined && `places ${task.places}`,
    task.priority !== undefined && `priority ${task.priority}`,
    task.ms !== undefined && `for ${task.ms} ms`,
    task.retries > 0 && `retries ${task.retries}`,
    task.countdown > 0 && `in ${task.countdown} s`,
    task.replace !== null && `replaced by ${task.replace.map(describeSpec).join(' or ')}`,
    task.launch !== null && `launches ${describeSpec(task.launch)}`,
    task.adds !== null && `adds ${describeSpec(task.adds)}`,
  ].filter((mark) => mark !== false);
  return marks.length === 0 ? `t${task.n}` : `t${task.n}{${marks.join(', ')}}`;
}
