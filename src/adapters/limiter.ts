/** Runs works in the order in which they are given, at most so many at a time. */
export type Limiter = <T>(work: () => Promise<T>) => Promise<T>;

/** Makes a limiter; with 1, each work begins when the one before has ended. */
export function limiter(limit: number): Limiter {
  const waiting: (() => void)[] = [];
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
