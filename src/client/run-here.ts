import { toFailure } from '../core/errors-wire.ts';
import { NotRegistered } from '../core/errors.ts';
import type { CallOptions, SignatureData, TaskData } from '../core/signature.ts';
import { groupOf, taskOf, withArguments, withOptions } from '../core/signature.ts';
import { currentRun, makeRun, ReplacementRequest, within } from '../worker/context.ts';
import type { CurrentRun } from '../worker/context.ts';
import type { Engine } from '../worker/engine.ts';
import { callFunction } from '../worker/run-task.ts';
import { directCall } from '../worker/task-call.ts';
import type { TaskCall } from '../worker/task-call.ts';

/**
 * Runs a signature or canvas in this process, with the values and in the order that workers would: no message, no
 * queue, no retry. It rejects with what the task threw.
 */
export async function runHere(engine: Engine, data: SignatureData): Promise<unknown> {
  const told = data.kind === 'group' ? [] : data.options.linkError;
  const value = await withErrorCallbacks(engine, data, told, () => valueOf(engine, data));
  for (const callback of data.options.link ?? [])
    await runHere(engine, withArguments(callback, { args: [value], kwargs: {} })).catch(ignore);
  return value;
}

// --- internal ---

async function valueOf(engine: Engine, data: SignatureData): Promise<unknown> {
  switch (data.kind) {
    case 'task':
      return runTaskHere(engine, data, undefined);
    case 'map':
    case 'starmap':
      return runTaskHere(engine, taskOf(data.task.task, { args: [data.items], kwargs: data.task.kwargs }), data.kind);
    case 'chunks':
      return valueOf(engine, groupOf(chunksOf(data)));
    case 'group':
      return values(
        engine,
        data.members.map((member) => withOptions(member, { linkError: data.options.linkError ?? [] })),
      );
    case 'chord': {
      const run = data.onMemberFailure === 'collect' ? outcomes : values;
      const header = await withErrorCallbacks(engine, data, data.body.options.linkError, () =>
        run(engine, data.header),
      );
      return runHere(engine, withArguments(data.body, { args: [header], kwargs: {} }));
    }
    case 'chain':
      return chainValue(engine, data.steps);
  }
}

async function chainValue(engine: Engine, steps: readonly SignatureData[]): Promise<unknown> {
  let value: unknown;
  for (const [index, step] of steps.entries()) {
    const given = index === 0 ? step : withArguments(step, { args: [value], kwargs: {} });
    // What follows a group is its body, which is told when the group fails.
    const told = step.kind === 'group' || step.kind === 'chunks' ? steps[index + 1]?.options.linkError : [];
    value = await withErrorCallbacks(engine, step, told, () => runHere(engine, given));
  }
  return value;
}

async function values(engine: Engine, members: readonly SignatureData[]): Promise<readonly unknown[]> {
  const runs = members.map((member) => runHere(engine, member));
  // It fails only when all have ended, so that nothing goes on behind the caller's back.
  await Promise.allSettled(runs);
  const all = await Promise.all(runs);
  // A group among the members is there only because it has a link; its values belong to this list.
  return all.flatMap((value, index) => (members[index]?.kind === 'group' ? value : [value]));
}

function outcomes(engine: Engine, members: readonly SignatureData[]): Promise<readonly unknown[]> {
  return Promise.all(
    members.map(async (member) => {
      try {
        return { ok: true, value: await runHere(engine, member) };
      } catch (error) {
        const { errorType, message } = toFailure(error);
        return {
          ok: false,
          error: { errorType, message, failedTask: member.kind === 'task' ? member.task : '', failedTaskId: '' },
        };
      }
    }),
  );
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
      `Cannot run ${data.task} here as its code is not in this program: known here are ${known.join(', ')}`,
      { task: data.task, known },
    );
  }
  const around = currentRun();
  const id = engine.nonces.uuid();
  const call = directCall(id, data.args, data.kwargs, {
    each,
    headers: data.options.headers ?? {},
    ...(around === undefined ? {} : callFrom(around)),
  });
  const run = makeRun(engine, task, call, around?.context.signal ?? new AbortController().signal, around);
  const value = await within(run, () => callFunction(task, run));
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
    for (const callback of linkError)
      await runHere(engine, withArguments(callback, { args: [notice], kwargs: {} })).catch(ignore);
    throw error;
  }
}

/** A direct call inside a task that a worker runs is part of that run. */
function callFrom({ call: { rootId, id, message, isAgain } }: CurrentRun): Partial<TaskCall> {
  return { rootId, parentId: id, message, isAgain };
}

/** What a callback does is nobody's result. */
function ignore(): void {
  // Nothing to do.
}
