import { currentTask } from 'chordal';
import { app } from './app.ts';

/** x + y + z; z is given by position or by name. Strings and lists, which reach it through JSON, are joined. */
export const add = app.task(
  'add',
  (
    x: number,
    y: number,
    z: number | undefined = undefined,
    { debug = false, z: byName }: { debug?: boolean; z?: number } = {},
  ) => {
    if (debug) currentTask().logger.info(`x: ${x}; y: ${y}`);
    const third = z ?? byName;
    return third === undefined ? plus(x, y) : plus(plus(x, y), third);
  },
);

export const mul = app.task('mul', (x: number, y: number) => x * y);

export const tsum = app.task('tsum', (nums: readonly number[]) => total(nums));

/** The sum of numbers and of lists of numbers. */
export const xsum = app.task('xsum', (nums: readonly (number | readonly number[])[]) =>
  total(nums.map((item) => (typeof item === 'number' ? item : total(item)))),
);

// --- internal ---

function total(nums: readonly number[]): number {
  return nums.reduce((sum, num) => sum + num, 0);
}

/** As Python's `+`: what comes as JSON may be of another type than the caller's compiler knows, but both of the same. */
function plus(x: number, y: number): number {
  const values: readonly unknown[] = [x, y];
  // Lists make a list, which the types do not say.
  if (values.every((value) => Array.isArray(value))) return values.flat() as unknown as number;
  if (typeof x === typeof y && typeof x !== 'object') return x + y;
  throw new TypeError(`Cannot add these: current values are ${values.map(kindOf).join(' and ')}`);
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'a list' : `a ${typeof value}`;
}
