import { chain, chord, createApp, group } from '../../src/index.ts';
import type { AnySignature, App, Handler, TaskContext } from '../../src/index.ts';
import { currentSandbox } from '../../src/testing/sandbox.ts';
import { valueOf } from './evaluate.ts';
import type { Weather } from './luck.ts';
import type { Spec, TaskSpec } from './specs.ts';

/** What the tasks of one run did. */
export interface Trace {
  /** How often each attempt of an id was begun. */
  readonly runs: Map<string, number>;
  /** The same of tasks that may run only once. */
  readonly earlyRuns: Map<string, number>;
  /** What was launched, by the attempt that launched it. */
  readonly launched: Map<string, Set<string>>;
  /** The values that tasks were given, as `n:run`. */
  readonly inputs: Set<string>;
  /** How often each callback was run, by its id. */
  readonly callbacks: Map<string, number>;
  luck: Weather;
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
  // Small ranges, so that small groups are expanded.
  const app = createApp('simulation', { inlineMembers: 3, rangeMembers: 4 });
  const work = async (ctx: TaskContext, ...given: readonly unknown[]): Promise<unknown> =>
    runTask(ctx, trace, build, given);
  const tasks = {
    work: app.task('work', { bind: true, maxRetries: 5 }, work),
    early: app.task('early', { bind: true, maxRetries: 5, acksLate: false }, work),
    limited: app.task('limited', { bind: true, maxRetries: 5, rateLimit: 20 }, work),
    note: app.task('note', { bind: true }, (ctx: TaskContext, ...given: readonly unknown[]) => {
      count(trace.callbacks, ctx.request.id);
      return given.length;
    }),
  };
  function build(spec: Spec): AnySignature {
    switch (spec.t) {
      case 'task': {
        const { countdown, expires, immutable } = spec;
        const task = spec.early ? 'early' : spec.limited ? 'limited' : 'work';
        return app.signature(task, {
          args: [spec],
          immutable,
          options: { ...(countdown > 0 ? { countdown } : {}), ...(expires ? { expires: 1 } : {}) },
        });
      }
      case 'chain':
        return chain(...(spec.steps.map(build) as never[])) as AnySignature;
      case 'group':
        return group(spec.members.map(build)) as AnySignature;
      case 'chord':
        return chord(spec.header.map(build), build(spec.body) as never, {
          onMemberFailure: spec.collect ? 'collect' : 'failFast',
        }) as AnySignature;
    }
  }
  const handlers = { one: app.handler(tasks.work, tasks.note), two: app.handler(tasks.early, tasks.limited) };
  return { app, handlers, trace, build, callback: (name) => app.signature('note', { args: [name] }) };
}

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
  if (spec.early) count(trace.earlyRuns, key);
  const inputs = given.slice(0, -1);
  note(trace.inputs, inputs);
  if (spec.poison) await currentSandbox()?.die();
  if (spec.launch !== null) {
    const handle = await (build(spec.launch) as unknown as { delay(): Promise<{ readonly taskId: string }> }).delay();
    trace.launched.set(key, (trace.launched.get(key) ?? new Set()).add(handle.taskId));
  }
  if (ctx.request.retries < spec.retries) throw ctx.retry({ countdown: trace.luck.below(40) });
  if (spec.replace !== null) return ctx.replace(build(spec.replace[trace.luck.below(2)] ?? spec.replace[0]) as never);
  if (spec.fails) throw new Expected(`task ${spec.n} is meant to fail`);
  if (spec.adds !== null) ctx.addToChord(build(spec.adds));
  return { ...valueOf(spec.n, inputs), run };
}

/** Notes every task's value in a value. */
function note(seen: Set<string>, value: unknown): void {
  if (Array.isArray(value)) return value.forEach((item) => note(seen, item));
  if (typeof value !== 'object' || value === null) return;
  if ('hash' in value && 'n' in value && 'run' in value) seen.add(`${String(value.n)}:${String(value.run)}`);
  if ('ok' in value && 'value' in value) note(seen, value.value);
}

function count(counts: Map<string, number>, key: string): number {
  const now = (counts.get(key) ?? 0) + 1;
  counts.set(key, now);
  return now;
}
