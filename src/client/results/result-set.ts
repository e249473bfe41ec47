import { InvalidOptions, isChordalError } from '../../core/errors/caller.ts';
import { describe } from '../../core/text/describe.ts';
import { mismatch } from '../../core/text/mismatch.ts';
import type { AsyncResult, GetOptions, ResultSet } from '../../core/types/results.ts';
import type { Engine } from '../../engine/engine.ts';
import { readGetOptions } from './get-options.ts';
import type { Handle } from './handles.ts';
import { endedOf, iterate, READ_AT_ONCE } from './iterate.ts';

/**
 * Makes a set of any results, to wait for them as one.
 *
 * @throws InvalidOptions if one is not a result.
 */
export function makeResultSet(engine: Engine, given: readonly Handle[]): ResultSet<readonly unknown[]> {
  const results = handlesIn(given);
  const { clock } = engine;
  const all = async (ask: (result: Handle) => Promise<boolean>): Promise<readonly boolean[]> =>
    Promise.all(results.map(ask));
  const set = {
    results,
    add: (result: AsyncResult<unknown>) => makeResultSet(engine, [...results, result]),
    get: async (how: GetOptions = {}) => {
      const options = readGetOptions(how);
      const endsAt = options.timeout === undefined ? undefined : clock.now() + options.timeout * 1000;
      const values: unknown[] = [];
      let ahead = 1;
      for (let next = results[0]; next !== undefined; next = results[values.length]) {
        const left = endsAt === undefined ? {} : { timeout: Math.max(0, (endsAt - clock.now()) / 1000) };
        values.push(await next.get({ ...options, ...left }));
        // One that runs is waited for alone, since each poll of all would be as many reads. Those that have ended are read together.
        const some = results.slice(values.length, values.length + ahead);
        const ended = await readEnded(some, options);
        values.push(...ended);
        ahead = ended.length === some.length ? Math.min(READ_AT_ONCE, 2 * ahead) : 1;
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
    iterate: (how: GetOptions = {}) =>
      iterate(engine, { id: 'a set of results', results, ended: (waiting) => endedOf(results, waiting) }, how),
    [Symbol.iterator]: () => results[Symbol.iterator](),
  };
  // `add` gives the set of one more, whose values the public type lists; here they are all unknown.
  return set as unknown as ResultSet<readonly unknown[]>;
}

// --- internal ---

/** Returns the values of results up to the first that has not ended; throws the first error. */
async function readEnded(results: readonly Handle[], options: GetOptions): Promise<readonly unknown[]> {
  const read = await Promise.allSettled(results.map((result) => result.get({ ...options, timeout: 0 })));
  const values: unknown[] = [];
  for (const one of read) {
    if (one.status === 'fulfilled') values.push(one.value);
    else if (isChordalError(one.reason, 'CHORDAL_TIMEOUT')) break;
    else throw one.reason;
  }
  return values;
}

/** A caller without the compiler may have given anything. */
function handlesIn(given: unknown): readonly Handle[] {
  if (!Array.isArray(given))
    throw new InvalidOptions(`Cannot use the results of a set: ${mismatch('a list', describe(given))}`);
  const all: readonly unknown[] = given;
  return all.map((result, index) => {
    if (isHandle(result)) return result;
    throw new InvalidOptions(`Cannot use item ${index + 1} of a set: ${mismatch('a result', describe(result))}`);
  });
}

function isHandle(value: unknown): value is Handle {
  return typeof value === 'object' && value !== null && 'taskId' in value && 'get' in value;
}
