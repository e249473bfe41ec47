import type { AsyncResult, EndedMember, GetOptions } from '../../core/types/results.ts';
import type { Engine } from '../../engine/engine.ts';
import { readGetOptions } from './get-options.ts';
import { waitFor } from './read-result.ts';

/** The members to iterate over, and a look at which of them have ended. */
export interface Iterated {
  /** The id of the whole, for errors. */
  readonly id: string;
  readonly results: readonly AsyncResult<unknown>[];
  /** Returns those of the waiting ones that have ended, by their places in the list, in order. */
  readonly ended: (waiting: readonly number[]) => Promise<readonly number[]>;
}

/** The most results that are read at once: as many as members share a partition. More values than these are not held for a slow reader. */
export const READ_AT_ONCE = 128;

/** Yields each of several results as soon as it has ended. */
export async function* iterate(
  engine: Engine,
  { id, results, ended }: Iterated,
  given: GetOptions = {},
): AsyncGenerator<EndedMember<unknown>, undefined, undefined> {
  const options = readGetOptions(given);
  const { clock } = engine;
  const endsAt = options.timeout === undefined ? undefined : clock.now() + options.timeout * 1000;
  const waiting = new Set(results.keys());
  while (waiting.size > 0) {
    const left = endsAt === undefined ? {} : { timeout: Math.max(0, (endsAt - clock.now()) / 1000) };
    const found = await waitFor(engine, id, { ...options, ...left }, async () => {
      const those = await ended([...waiting]);
      return those.length === 0 ? undefined : those;
    });
    for (const index of found) waiting.delete(index);
    for (let at = 0; at < found.length; at += READ_AT_ONCE) {
      const some = found.slice(at, at + READ_AT_ONCE);
      // Read in one turn, so that they share requests, and members of one item are read once.
      yield* await Promise.all(
        some.flatMap((index) => {
          const result = results[index];
          return result === undefined ? [] : [endOf(index, result)];
        }),
      );
    }
  }
}

/** Asks each of the waiting ones whether it has ended, and returns those that have. */
export async function endedOf(
  results: readonly AsyncResult<unknown>[],
  waiting: readonly number[],
): Promise<readonly number[]> {
  const ready = await Promise.all(waiting.map(async (index) => results[index]?.ready()));
  return waiting.filter((_, at) => ready[at] === true);
}

/** Yields a result with its value, then those of its members and of what it has launched. */
export async function* collect(
  result: AsyncResult<unknown>,
  given: GetOptions = {},
): AsyncGenerator<readonly [AsyncResult<unknown>, unknown], undefined, undefined> {
  yield [result, await result.get(given)];
  for (const child of await result.children()) yield* collect(child, given);
}

// --- internal ---

async function endOf(index: number, result: AsyncResult<unknown>): Promise<EndedMember<unknown>> {
  try {
    return { index, result, value: await result.get() };
  } catch (error) {
    return { index, result, error: error instanceof Error ? error : new Error(String(error)) };
  }
}
