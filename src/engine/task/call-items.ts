import { isChordalError } from '../../core/errors/caller.ts';
import { toFailure } from '../../core/values/failure-record.ts';
import { toJson } from '../../core/values/serializer.ts';
import type { Engine, RegisteredTask } from '../engine.ts';
import type { CurrentRun } from './context.ts';
import { ReplacementRequest, RetryRequest } from './context.ts';
import type { Batch } from './task-call.ts';

/** The least time between two writes of the progress, in ms. */
const PROGRESS_MS = 1000;

/** A batch at work: its items, and the function that is called for each. */
export interface ItemsAtWork {
  readonly batch: Batch;
  readonly items: readonly unknown[];
  readonly call: (item: unknown) => Promise<unknown>;
}

/**
 * Calls a task's function for every item, some at once, and returns the values in the order of the items. Where an item
 * fails, no further one is started. It rejects when those under way have ended, with the error of the first item that failed.
 */
export async function callItems(
  engine: Engine,
  task: RegisteredTask,
  run: CurrentRun,
  { batch, items, call }: ItemsAtWork,
): Promise<readonly unknown[]> {
  const values = Array.from<unknown>({ length: items.length });
  const failures = new Map<number, unknown>();
  const one = batch.collect ? collecting(task, run, call) : call;
  const showDone = batch.progress ? progressOf(engine, run, items.length) : undefined;
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < items.length && failures.size === 0) {
      const index = next;
      next += 1;
      try {
        // A run that is not waited for any more begins no further item.
        run.mustBeWanted('call its next item');
        values[index] = await one(items[index], index);
        await showDone?.();
      } catch (error) {
        failures.set(index, error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(batch.concurrency, items.length) }, work));
  if (failures.size > 0) throw failures.get([...failures.keys()].reduce((first, index) => Math.min(first, index)));
  return values;
}

/** Returns whether anything can be asked of a thrown value: a proxy may throw at every question. */
export function isReadable(thrown: unknown): boolean {
  try {
    // Each of these may spring a trap.
    void [thrown instanceof Error, isChordalError(thrown)];
    return true;
  } catch {
    return false;
  }
}

// --- internal ---

/** Returns the call of an item that answers with what became of it. */
function collecting(
  { name }: RegisteredTask,
  { call: { id, calledDirectly } }: CurrentRun,
  call: ItemsAtWork['call'],
): (item: unknown, index: number) => Promise<unknown> {
  return async (item, index) => {
    try {
      const value = await call(item);
      // A value that cannot be kept is this item's failure, and not that of all.
      toJson(value, `the result of item ${index} of ${name}`);
      return { ok: true, value };
    } catch (thrown) {
      if (isReadable(thrown) && isRequest(thrown)) throw thrown;
      const { errorType, message } = toFailure(thrown);
      const failedTaskId = calledDirectly ? '' : id;
      return { ok: false, error: { errorType, message, failedTask: name, failedTaskId, index } };
    }
  };
}

/** Returns a function to call after each item: it shows how many are done, at most once a second. */
function progressOf({ clock }: Engine, { context }: CurrentRun, total: number): () => Promise<void> {
  let done = 0;
  let shownAt = clock.now();
  return async () => {
    done += 1;
    if (clock.now() - shownAt < PROGRESS_MS) return;
    shownAt = clock.now();
    await context.progress(done, total);
  };
}

/** Returns whether a value that was thrown asks the engine for something, and is not the end of an item. */
function isRequest(thrown: unknown): boolean {
  return (
    thrown instanceof RetryRequest ||
    thrown instanceof ReplacementRequest ||
    isChordalError(thrown, 'CHORDAL_SERVICE_UNAVAILABLE') ||
    isChordalError(thrown, 'CHORDAL_REJECT') ||
    isChordalError(thrown, 'CHORDAL_IGNORE')
  );
}
