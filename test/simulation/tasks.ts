import { compact } from '../../src/core/values/compact.ts';
import { chain, chord, createApp, group } from '../../src/index.ts';
import type { AnySignature, App, Handler, TaskContext } from '../../src/index.ts';
import { currentSandbox } from '../../src/testing/sandbox.ts';
import { valueOf } from './evaluate.ts';
import type { SeededRandom } from './seeded-random.ts';
import type { GroupSpec, Spec, TaskSpec } from './specs.ts';

/** The record of the tasks of one run. */
export interface Trace {
  /** How often each attempt of an id was begun. */
  readonly runs: Map<string, number>;
  /** The task that was last begun under each id: one that runs inline was never sent. */
  readonly begun: Map<string, TaskSpec>;
  /** When the first attempt of an id was begun last, in epoch ms. */
  readonly begunAt: Map<string, number>;
  /** How often each attempt of a task was begun that may run only once. */
  readonly earlyRuns: Map<string, number>;
  /** The launched ids, by the attempt that launched them. */
  readonly launched: Map<string, Set<string>>;
  /** The values that tasks were given, as `n:run`. */
  readonly inputs: Set<string>;
  /** How often each callback was run, by its id. */
  readonly callbacks: Map<string, number>;
  /** Values that a group's callback was given, and that are no values of its members. */
  readonly foreign: Set<string>;
  /** How many runs have a place of each key now, and the keys that had too many. */
  readonly placed: Map<string, number>;
  readonly crowded: Set<string>;
  /** Messages that went to a queue of another priority than theirs. */
  readonly strayed: Set<string>;
  /** Effects of tasks that had run out of time. */
  late: number;
  /** All sandboxes are of this release. */
  readonly isDeployed: boolean;
  luck: SeededRandom;
}

/** The app under simulation: one task that does what its specification says, in a few guises. */
export interface SimulatedApp {
  readonly app: App;
  readonly handlers: Readonly<Record<string, Handler>>;
  readonly trace: Trace;
  readonly build: (spec: Spec) => AnySignature;
  readonly callback: (name: string) => AnySignature;
}

export function makeSimulatedApp(trace: Trace): SimulatedApp {
  // Few steps, so that short chains are sent on.
  const app = createApp('simulation', { inlineSteps: 4, highPriority: true });
  const work = async (ctx: TaskContext, ...given: readonly unknown[]): Promise<unknown> => {
    if (ctx.request.retries === 0) trace.begunAt.set(ctx.request.id, currentSandbox()?.ports.clock.now() ?? 0);
    return inItsPlace(trace, given, () => runTask(ctx, trace, build, given));
  };
  const tasks = {
    work: app.task('work', { bind: true, maxRetries: 5 }, work),
    early: app.task('early', { bind: true, maxRetries: 5, acksLate: false }, work),
    limited: app.task('limited', { bind: true, maxRetries: 5, rateLimit: 20 }, work),
    note: app.task('note', { bind: true }, (ctx: TaskContext, ...given: readonly unknown[]) => {
      count(trace.callbacks, ctx.request.id);
      return given.length;
    }),
    peek: app.task('peek', (values: readonly unknown[]) => {
      for (const value of values) if (!isPlainValue(value)) trace.foreign.add(JSON.stringify(value));
      return values.length;
    }),
  };
  function build(spec: Spec): AnySignature {
    switch (spec.t) {
      case 'task': {
        const { countdown, expires, immutable, ignored, hangs, linked, inline, places, priority } = spec;
        const task = spec.early ? 'early' : spec.limited ? 'limited' : 'work';
        const options = {
          ...(countdown > 0 ? { countdown } : {}),
          ...(expires ? { expires: 1 } : {}),
          ...(hangs ? { timeLimit: LIMIT_SECONDS } : {}),
          ...(ignored ? { ignoreResult: true } : {}),
          ...(inline ? { inline } : {}),
          ...(priority === undefined ? {} : { priority }),
          ...(places === undefined ? {} : { concurrencyKey: keyOf(places), concurrencyLimit: places }),
        };
        const signature = app.signature(task, { args: [spec], immutable, options });
        return linked ? signature.link(callback('linked')).linkError(callback('failed')) : signature;
      }
      case 'chain':
        return chain(...(spec.steps.map(build) as never[])) as AnySignature;
      case 'group':
        return linkedGroup(spec);
      case 'chord':
        return chord(spec.header.map(build), build(spec.body) as never, {
          onMemberFailure: spec.collect ? 'collect' : 'failFast',
          ...(spec.tolerate === undefined ? {} : { tolerate: spec.tolerate }),
        }) as AnySignature;
    }
  }
  function linkedGroup({ members, linked }: GroupSpec): AnySignature {
    const made = group(members.map(build));
    return linked === true ? made.link(app.signature('peek')) : made;
  }
  function callback(name: string): AnySignature {
    return app.signature('note', { args: [name] });
  }
  const one = app.handler(tasks.work, tasks.note, tasks.peek);
  const two = app.handler(tasks.early, tasks.limited);
  // A release from before `work` and `limited` were written.
  const before = { one: app.handler(tasks.note), two: app.handler(tasks.early) };
  const handlers = trace.isDeployed ? { one, two } : { one: mixed(one, before.one), two: mixed(two, before.two) };
  return { app, handlers, trace, build, callback };

  /** A function that is being deployed: some of its sandboxes are of the release before. */
  function mixed(now: Handler, old: Handler): Handler {
    const handle = ((event, context) => (trace.luck.chance(0.1) ? old : now)(event, context)) as Handler;
    return Object.assign(handle, { tasks: now.tasks, timeLimits: now.timeLimits, ...compact({ high: now.high }) });
  }
}

/** The key of tasks with so many places. */
function keyOf(places: number): string {
  return `key-${places}`;
}

/**
 * Runs a task, for some time if it has a place, and notes how many have one of the same key: in true time, and until their
 * code ends or their sandbox dies.
 */
async function inItsPlace<T>(trace: Trace, given: readonly unknown[], run: () => Promise<T>): Promise<T> {
  // The specification is the only argument that the canvas gives; what steps before return comes before it.
  const { places, ms } = given.at(-1) as TaskSpec;
  if (places === undefined) return run();
  const sandbox = currentSandbox();
  const key = keyOf(places);
  const now = (trace.placed.get(key) ?? 0) + 1;
  trace.placed.set(key, now);
  if (now > places) trace.crowded.add(`${now} tasks ran at once under ${key}`);
  let isIn = true;
  const leave = (): void => {
    if (isIn) trace.placed.set(key, (trace.placed.get(key) ?? 0) - 1);
    isIn = false;
  };
  void sandbox?.died.then(leave);
  try {
    await sandbox?.ports.clock.sleep(ms ?? drawnMs(trace.luck));
    return await run();
  } finally {
    leave();
  }
}

/** Most tasks are short; some take a minute, and some as long as they may. */
function drawnMs({ chance, below }: SeededRandom): number {
  return below(chance(0.9) ? 2000 : chance(0.9) ? 60_000 : 897_000);
}

/** The limit of tasks that take longer, and how much longer. */
const LIMIT_SECONDS = 20;
const LATE_MS = 15_000;

/** Thrown by tasks that are meant to fail. */
class Expected extends Error {
  override readonly name = 'Expected';
}

async function runTask(
  ctx: TaskContext,
  trace: Trace,
  build: (spec: Spec) => AnySignature,
  given: readonly unknown[],
): Promise<unknown> {
  // The specification is the only argument that the canvas gives; what steps before return comes before it.
  const spec = given.at(-1) as TaskSpec;
  const key = `${ctx.request.id}|${spec.n}|${ctx.request.retries}`;
  const run = count(trace.runs, key);
  trace.begun.set(ctx.request.id, spec);
  if (spec.early) count(trace.earlyRuns, key);
  const inputs = given.slice(0, -1);
  note(trace.inputs, inputs);
  if (spec.poison) await currentSandbox()?.die();
  if (spec.hangs) await beLate(ctx, trace, build);
  if (spec.launch !== null) {
    const handle = await (build(spec.launch) as unknown as { delay(): Promise<{ readonly taskId: string }> }).delay();
    trace.launched.set(key, (trace.launched.get(key) ?? new Set()).add(handle.taskId));
  }
  if (ctx.request.retries < spec.retries) {
    const countdown = trace.luck.below(40) + longCountdown(spec, trace.luck);
    if (spec.regives !== true) throw ctx.retry({ countdown });
    // Now and then too large for a message.
    throw ctx.retry({ countdown, args: [trace.luck.chance(0.3) ? { ...spec, filler: 'x'.repeat(3000) } : spec] });
  }
  if (spec.replace !== null) return ctx.replace(build(spec.replace[trace.luck.below(2)] ?? spec.replace[0]) as never);
  if (spec.fails) throw new Expected(`task ${spec.n} is meant to fail`);
  if (spec.adds !== null && ctx.request.groupId !== null) ctx.addToChord(build(spec.adds));
  return { ...valueOf(spec.n, inputs), run, ...(spec.large > 0 ? { more: 'x'.repeat(spec.large) } : {}) };
}

/** Returns 0, or so many seconds that a scheduler holds the retry: at times for days, so that what waits for it may expire. */
function longCountdown({ countdown }: TaskSpec, luck: SeededRandom): number {
  if (countdown === 0 || luck.chance(0.5)) return 0;
  return luck.chance(0.3) ? luck.below(29 * 86_400) : 1000;
}

/** Acts after its run was abandoned: this must have no effect. */
async function beLate(ctx: TaskContext, trace: Trace, build: (spec: Spec) => AnySignature): Promise<void> {
  await currentSandbox()?.ports.clock.sleep(LIMIT_SECONDS * 1000 + LATE_MS);
  const late = [
    () => ctx.updateState('LATE'),
    () => ctx.ledger.append('late', 1),
    () => (build({ t: 'group', members: [] }) as unknown as { delay(): Promise<unknown> }).delay(),
  ];
  const done = await Promise.allSettled(late.map(async (effect) => effect()));
  trace.late += done.filter(({ status }) => status === 'fulfilled').length;
}

/** Notes every task's value in a value. */
function note(seen: Set<string>, value: unknown): void {
  if (Array.isArray(value)) return value.forEach((item) => note(seen, item));
  if (typeof value !== 'object' || value === null) return;
  if ('hash' in value && 'n' in value && 'run' in value) seen.add(`${String(value.n)}:${String(value.run)}`);
  if ('ok' in value && 'value' in value) note(seen, value.value);
}

/** Returns whether a value is of a task or of a group: neither a record of an error, nor what became of a member. */
function isPlainValue(value: unknown): boolean {
  if (Array.isArray(value)) return value.every(isPlainValue);
  return typeof value === 'object' && value !== null && 'hash' in value;
}

function count(counts: Map<string, number>, key: string): number {
  const now = (counts.get(key) ?? 0) + 1;
  counts.set(key, now);
  return now;
}
