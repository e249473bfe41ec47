import type { AsyncResult, EndedMember, GetOptions } from '../../core/types/results.ts';
import type { Engine } from '../../engine/engine.ts';
import { readGetOptions } from './get-options.ts';
import { waitFor } from './read-result.ts';

/** The members to iterate over, and a look at which of them have ended. */
export interface Iterated {
  /** The id of the whole, for errors. */
  readonly id: string;
  readonly results: readonly AsyncResult<unknown>[];
  /** Returns whether each has ended, in order. */
  readonly ended: () => Promise<readonly boolean[]>;
}

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
      const all = await ended();
      const those = [...waiting].filter((index) => all[index] === true);
      return those.length === 0 ? undefined : those;
    });
    for (const index of found) {
      waiting.delete(index);
      const result = results[index];
      if (result !== undefined) yield await endOf(index, result);
    }
  }
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
