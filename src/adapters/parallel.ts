import { allEnded } from '../core/values/all-ended.ts';
import { Line } from './line.ts';

/** Starts works in the given order, at most so many at a time. */
export type Limiter = <T>(work: () => Promise<T>) => Promise<T>;

/** Makes a limiter; with 1, each work begins when the one before has ended. */
export function limiter(limit: number): Limiter {
  const waiting = new Line<() => void>();
  let free = limit;
  return async (work) => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      // The work that has waited longest takes over the place.
      const next = waiting.shift();
      if (next === undefined) free += 1;
      else next();
    }
  };
}

/**
 * Calls `work` for every item, at most `limit` at a time, and answers in order. Stops starting more after a failure, and throws it when
 * those under way have ended: a write that goes on behind its caller could come behind a later one.
 */
export async function inParallel<Item, Answer>(
  items: readonly Item[],
  limit: number,
  work: (item: Item) => Promise<Answer>,
): Promise<readonly Answer[]> {
  const answers: Answer[] = [];
  const queue = items.entries();
  let hasFailed = false;
  const worker = async (): Promise<void> => {
    // The workers share one iterator: each entry is taken once.
    for (const [index, item] of queue) {
      if (hasFailed) return;
      try {
        answers[index] = await work(item);
      } catch (error) {
        hasFailed = true;
        throw error;
      }
    }
  };
  await allEnded(Array.from({ length: Math.min(limit, items.length) }, worker));
  return answers;
}
