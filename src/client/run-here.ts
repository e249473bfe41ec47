import { InvalidCanvas, NotRegistered } from '../core/errors.ts';
import { toFailure } from '../core/errors-wire.ts';
import type { CallOptions, SignatureData, TaskData } from '../core/signature.ts';
import { groupOf, taskOf, withArguments } from '../core/signature.ts';
import { currentRun, makeRun, ReplacementRequest, within } from '../worker/context.ts';
import type { Engine } from '../worker/engine.ts';
import { callFunction } from '../worker/run-task.ts';
import { directCall } from '../worker/task-call.ts';
import type { TaskCall } from '../worker/task-call.ts';

/**
 * Runs a signature or canvas in this process, with the values and in the order that workers would: no message, no
 * queue, no retry. It rejects with what the task threw.
 */
export async function runHere(engine: Engine, data: SignatureData): Promise<unknown> {
  const value = await withErrorCallbacks(engine, data, () => valueOf(engine, data));
  for (const callback of data.options.link ?? []) await runHere(engine, withArguments(callback, { args: [value], kwargs: {} })).catch(ignore);
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
      return values(engine, data.members);
    case 'chord': {
      const header = data.onMemberFailure === 'collect' ? await outcomes(engine, data.header) : await values(engine, data.header);
      return runHere(engine, withArguments(data.body, { args: [header], kwargs: {} }));
    }
    case 'chain':
      return chainValue(engine, data.steps);
  }
}

async function chainValue(engine: Engine, steps: readonly SignatureData[]): Promise<unknown> {
  const [first, ...rest] = steps;
  if (first === undefined) throw new InvalidCanvas('Cannot run a chain as it has no steps');
  let value = await runHere(engine, first);
  for (const step of rest) value = await runHere(engine, withArguments(step, { args: [value], kwargs: {} }));
  return value;
}

async function values(engine: Engine, members: readonly SignatureData[]): Promise<readonly unknown[]> {
  const all = await Promise.all(members.map((member) => runHere(engine, member)));
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
        return { ok: false, error: { errorType, message, failedTask: member.kind === 'task' ? member.task : '', failedTaskId: '' } };
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
    throw new NotRegistered(`Cannot run ${data.task} here as its code is not in this program: known here are ${known.join(', ')}`, { task: data.task, known });
  }
  const around = currentRun()?.call;
  const id = engine.nonces.uuid();
  const call = directCall(id, data.args, data.kwargs, {
    each,
    headers: {},
    ...(around === undefined ? {} : { rootId: around.rootId, parentId: around.id }),
  });
  const run = makeRun(engine, task, call, new AbortController().signal);
  const value = await within(run, () => callFunction(task, run));
  return value instanceof ReplacementRequest ? runHere(engine, value.replacement.data) : value;
}

async function withErrorCallbacks(engine: Engine, data: SignatureData, run: () => Promise<unknown>): Promise<unknown> {
  const { linkError = [] } = data.options;
  if (linkError.length === 0) return run();
  try {
    return await run();
  } catch (error) {
    const { errorType, message } = toFailure(error);
    const task = data.kind === 'task' ? data.task : data.kind;
    const notice = { taskId: '', task, errorType, message, args: [], kwargs: {}, rootId: '' };
    for (const callback of linkError) await runHere(engine, withArguments(callback, { args: [notice], kwargs: {} })).catch(ignore);
    throw error;
  }
}

/** What a callback does is nobody's result. */
function ignore(): void {
  // Nothing to do.
}

