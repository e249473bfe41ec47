import { BATCH_OPTIONS } from '../core/canvas/batch.ts';
import { taskOf } from '../core/canvas/signature.ts';
import type { BatchData, MapData, TaskData } from '../core/canvas/signature.ts';
import { InvalidArguments } from '../core/errors/caller.ts';
import { checkArguments } from '../core/task/parameters.ts';
import type { Parameters } from '../core/task/parameters.ts';
import { describe } from '../core/text/describe.ts';
import { mismatch } from '../core/text/mismatch.ts';
import { checkedOptions } from '../core/values/option-checks.ts';
import type { Caller, RuntimeSignature } from './caller.ts';
import { givenArguments } from './kwargs.ts';
import { readApplyOptions } from './options.ts';
import { readSpec } from './signature-spec.ts';
import { makeSignature } from './signature.ts';

/** Makes the task that `app.task` returns: it is called here, sent, or put into a canvas. The public types say how. */
export function makeTask(
  caller: Caller,
  name: string,
  parameters: Parameters | undefined,
): (...args: readonly unknown[]) => Promise<unknown> {
  const build = (given: readonly unknown[], more: Partial<TaskData> = {}): TaskData =>
    taskOf(name, { ...givenArguments(name, given), ...more });
  const sign = (data: TaskData): RuntimeSignature => {
    checkArguments({ ...data, parameters });
    return makeSignature(caller, data);
  };
  const call = async (...args: readonly unknown[]): Promise<unknown> => caller.runHere(build(args));
  const methods = {
    caller,
    s: (...given: readonly unknown[]) => sign(build(given)),
    si: (...given: readonly unknown[]) => sign(build(given, { immutable: true })),
    signature: (spec?: unknown) => sign(readSpec(name, spec)),
    delay: async (...given: readonly unknown[]) => await sign(build(given)).delay(),
    applyAsync: async (options: object = {}) => {
      readApplyOptions(options);
      return await sign(taskOf(name)).applyAsync(options);
    },
    map: (items: Iterable<unknown>, how?: unknown) =>
      makeSignature(caller, { kind: 'map', ...batchOf(name, 'map', items, how) }),
    starmap: (items: Iterable<unknown>, how?: unknown) =>
      makeSignature(caller, { kind: 'starmap', ...batchOf(name, 'starmap', items, how) }),
    chunks: (items: Iterable<unknown>, size: number, how?: unknown) => {
      if (!Number.isSafeInteger(size) || size < 1) {
        throw new InvalidArguments(
          `Cannot cut the items of ${name} into chunks: ${mismatch('a whole number of items a chunk, at least 1', describe(size))}`,
          { task: name },
        );
      }
      return makeSignature(caller, { kind: 'chunks', size, ...batchOf(name, 'chunks', items, how) });
    },
    toString: () => name,
  };
  const properties = Object.entries(methods).map(([key, value]) => [key, { value }]);
  // The function has every property above, and `name`, which a function has already.
  return Object.defineProperties(
    call,
    Object.fromEntries([...properties, ['name', { value: name }]]) as PropertyDescriptorMap,
  );
}

// --- internal ---

function batchOf(
  name: string,
  kind: string,
  items: Iterable<unknown>,
  how: unknown = {},
): Omit<MapData, 'kind' | keyof BatchData> & BatchData {
  const given = checkedOptions<BatchData>(how, BATCH_OPTIONS, `${name}.${kind}`);
  return { task: taskOf(name), items: listOf(name, items), options: {}, ...given };
}

function listOf(name: string, items: Iterable<unknown>): readonly unknown[] {
  // A caller without the compiler may give anything.
  const given: unknown = items;
  if (typeof given === 'object' && given !== null && Symbol.iterator in given) return [...items];
  throw new InvalidArguments(`Cannot map ${name} over its items: ${mismatch('a list', describe(given))}`, {
    task: name,
  });
}
