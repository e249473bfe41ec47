import type { CallOptions, SignatureData, TaskData } from '../core/canvas/signature.ts';
import { withArguments, withOptions } from '../core/canvas/signature.ts';
import { NotRegistered } from '../core/errors/caller.ts';
import { toFailure } from '../core/values/failure-record.ts';
import type { Engine } from '../engine/engine.ts';
import { currentRun, makeRun, ReplacementRequest, within } from '../engine/task/context.ts';
import type { CurrentRun } from '../engine/task/context.ts';
import { callFunction } from '../engine/task/run-task.ts';
import { directCall } from '../engine/task/task-call.ts';
import type { TaskCall } from '../engine/task/task-call.ts';

/**
 * Runs a signature or canvas in this process, with the values and in the order of workers: no message, no queue, no
 * retry. It rejects with the error that the task threw.
 */
export function runHere(engine: Engine, canvas: SignatureData): Promise<unknown> {
  return run(engine, canvas, []);
}

// --- internal ---

/**
 * Returns the data with its callbacks where workers have them. A chord's callbacks move to its body, and those of a
 * chain of one step move to that step. A group calls them for each failing member, a chain or a task calls them once.
 */
function asSent(data: SignatureData): SignatureData {
  if (data.kind !== 'chord' && data.kind !== 'chain') return data;
  const { link = [], linkError = [], ...options } = data.options;
  if (data.kind === 'chord') return { ...data, options, body: withOptions(data.body, { link, linkError }) };
  const [only, ...others] = data.steps;
  return only === undefined || others.length > 0 ? data : asSent(withOptions(only, { link, linkError }));
}

/** @param behind the callbacks to call once if the group at the end of this fails: those of the next step, its body. */
async function run(engine: Engine, canvas: SignatureData, behind: readonly SignatureData[]): Promise<unknown> {
  const data = asSent(canvas);
  // The other kinds have them called for each member, or step.
  const isOne = data.kind === 'task' || data.kind === 'map' || data.kind === 'starmap';
  const told = isOne ? data.options.linkError : isGroup(data) ? behind : [];
  const value = await withErrorCallbacks(engine, data, told, () => valueOf(engine, data, behind));
  await tell(engine, data.options.link ?? [], value);
  return value;
}

async function valueOf(engine: Engine, data: SignatureData, behind: readonly SignatureData[]): Promise<unknown> {
  switch (data.kind) {
    case 'task':
      return runTaskHere(engine, data, undefined);
    case 'map':
    case 'starmap':
      return runTaskHere(engine, { ...data.task, args: [data.items] }, data.kind);
    case 'chunks':
      return values(engine, chunksOf(data), data.options.linkError);
    case 'group':
      return values(engine, data.members, data.options.linkError);
    case 'chord': {
      const gather = data.onMemberFailure === 'collect' ? outcomes : values;
      const header = await withErrorCallbacks(engine, data, data.body.options.linkError, () =>
        gather(engine, data.header),
      );
      return run(engine, withArguments(data.body, { args: [header], kwargs: {} }), behind);
    }
    case 'chain':
      return chainValue(engine, data.steps, { linkError: data.options.linkError ?? [], behind });
  }
}

async function chainValue(
  engine: Engine,
  steps: readonly SignatureData[],
  { linkError, behind }: { readonly linkError: readonly SignatureData[]; readonly behind: readonly SignatureData[] },
): Promise<unknown> {
  let value: unknown;
  for (const [index, step] of steps.entries()) {
    const given = index === 0 ? step : withArguments(step, { args: [value], kwargs: {} });
    const next = steps[index + 1];
    // A group at the end, also one that is a chord's body, tells the chain's callbacks of each failing member.
    const isTail = next === undefined && (isGroup(step) || step.kind === 'chord');
    const inner = isTail ? withOptions(given, { linkError }) : given;
    const after = next === undefined ? behind : (next.options.linkError ?? []);
    value = await withErrorCallbacks(engine, step, isTail ? [] : linkError, () => run(engine, inner, after));
  }
  return value;
}

/** @param linkError the callbacks to call for each member that fails. */
async function values(
  engine: Engine,
  members: readonly SignatureData[],
  linkError: readonly SignatureData[] = [],
): Promise<readonly unknown[]> {
  const runs = members.map((member) => withErrorCallbacks(engine, member, linkError, () => runHere(engine, member)));
  // It fails only when all have ended, so that nothing still runs after the caller has its answer.
  await Promise.allSettled(runs);
  const all = await Promise.all(runs);
  // A group among the members is there only because it has a link; its values belong to this list.
  return all.flatMap((value, index) => (members[index]?.kind === 'group' ? value : [value]));
}

function isGroup({ kind }: SignatureData): boolean {
  return kind === 'group' || kind === 'chunks';
}

async function outcomes(engine: Engine, members: readonly SignatureData[]): Promise<readonly Outcome[]> {
  const all = await Promise.all(members.map((member) => outcomesOf(engine, member)));
  return all.flat();
}

interface Outcome {
  readonly ok: boolean;
  readonly value?: unknown;
  readonly error?: object;
}

/** A group among the members is there only because it has a link: the results of its own members are part of the list. */
async function outcomesOf(engine: Engine, member: SignatureData): Promise<readonly Outcome[]> {
  if (member.kind === 'group') {
    const { link = [], linkError = [] } = member.options;
    const all = await outcomes(
      engine,
      member.members.map((one) => withOptions(one, { linkError })),
    );
    if (all.every(({ ok }) => ok))
      await tell(
        engine,
        link,
        all.map(({ value }) => value),
      );
    return all;
  }
  try {
    return [{ ok: true, value: await runHere(engine, member) }];
  } catch (error) {
    const { errorType, message } = toFailure(error);
    const failed = { errorType, message, failedTask: member.kind === 'task' ? member.task : '', failedTaskId: '' };
    return [{ ok: false, error: failed }];
  }
}

async function tell(engine: Engine, callbacks: readonly SignatureData[], value: unknown): Promise<void> {
  for (const callback of callbacks)
    await runHere(engine, withArguments(callback, { args: [value], kwargs: {} })).catch(ignore);
}

function chunksOf({ task, items, size, options }: SignatureData & { kind: 'chunks' }): readonly SignatureData[] {
  const { link: _link, linkError: _linkError, ...rest }: CallOptions = options;
  const count = Math.ceil(items.length / size);
  return Array.from({ length: count }, (_, k) => ({
    kind: 'starmap' as const,
    task,
    items: items.slice(k * size, (k + 1) * size),
    options: rest,
  }));
}

async function runTaskHere(engine: Engine, data: TaskData, each: TaskCall['each']): Promise<unknown> {
  const task = engine.tasks.get(data.task);
  if (task === undefined) {
    const known = [...engine.tasks.keys()];
    throw new NotRegistered(
      `Cannot run ${data.task} here: its code is not in this program. Known tasks: ${known.join(', ')}.`,
      { task: data.task, known },
    );
  }
  const around = currentRun();
  const id = engine.nonces.uuid(engine.clock.now());
  const call = directCall(id, data.args, data.kwargs, {
    each,
    isUntyped: data.untyped === true,
    headers: data.options.headers ?? {},
    ...(around === undefined ? {} : callFrom(around)),
  });
  const run = makeRun(engine, task, call, around?.context.signal ?? new AbortController().signal, around);
  // As Celery's `raise self.replace(…)`, a replacement may be thrown.
  const value = await within(run, () => callFunction(task, run)).catch((thrown: unknown) => {
    if (thrown instanceof ReplacementRequest) return thrown;
    throw thrown;
  });
  return value instanceof ReplacementRequest ? runHere(engine, value.replacement.data) : value;
}

async function withErrorCallbacks(
  engine: Engine,
  data: SignatureData,
  linkError: readonly SignatureData[] = [],
  run: () => Promise<unknown>,
): Promise<unknown> {
  if (linkError.length === 0) return run();
  try {
    return await run();
  } catch (error) {
    const { errorType, message } = toFailure(error);
    const task = data.kind === 'task' ? data.task : data.kind;
    const notice = { taskId: '', task, errorType, message, args: [], kwargs: {}, rootId: '' };
    await tell(engine, linkError, notice);
    throw error;
  }
}

/** A direct call inside a task that a worker runs is part of that run. */
function callFrom({ call: { rootId, id, message, isAgain } }: CurrentRun): Partial<TaskCall> {
  return { rootId, parentId: id, message, isAgain };
}

/** Ignores the end of a callback: it is not part of any result. */
function ignore(): void {
  // Nothing to do.
}
