import type { AsyncResult, GetOptions, ResultSet } from '../core/result-types.ts';
import type { Clock } from '../ports/system.ts';
import type { Handle } from './handles.ts';

/** Any results, waited for as one. */
export function makeResultSet(clock: Clock, results: readonly Handle[]): ResultSet<readonly unknown[]> {
  const all = async (ask: (result: Handle) => Promise<boolean>): Promise<readonly boolean[]> =>
    Promise.all(results.map(ask));
  const set = {
    results,
    add: (result: AsyncResult<unknown>) => makeResultSet(clock, [...results, result]),
    get: async (options: GetOptions = {}) => {
      const endsAt = options.timeout === undefined ? undefined : clock.now() + options.timeout * 1000;
      const values: unknown[] = [];
      for (const result of results) {
        const left = endsAt === undefined ? {} : { timeout: Math.max(0, (endsAt - clock.now()) / 1000) };
        values.push(await result.get({ ...options, ...left }));
      }
      return values;
    },
    ready: async () => (await all((result) => result.ready())).every(Boolean),
    successful: async () => (await all((result) => result.successful())).every(Boolean),
    failed: async () => (await all((result) => result.failed())).some(Boolean),
    completedCount: async () => (await all((result) => result.successful())).filter(Boolean).length,
    waiting: async () => !(await all((result) => result.ready())).every(Boolean),
    revoke: async () => void (await Promise.all(results.map((result) => result.revoke()))),
    forget: async () => void (await Promise.all(results.map((result) => result.forget()))),
    [Symbol.iterator]: () => results[Symbol.iterator](),
  };
  // `add` gives the set of one more, whose values the public type lists; here they are all unknown.
  return set as unknown as ResultSet<readonly unknown[]>;
}
