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
  return nums.reduce(plus, 0);
}

/** As Python's `+`: what comes as JSON may be of another type than the caller's compiler knows, but both of the same. */
function plus(x: number, y: number): number {
  const values: readonly unknown[] = [x, y];
  // Lists make a list and long integers a bigint, which the types do not say.
  if (values.every((value) => Array.isArray(value))) return values.flat() as unknown as number;
  if (values.every(isWhole) && values.some((value) => typeof value === 'bigint'))
    return values.reduce((sum: bigint, value) => sum + BigInt(String(value)), 0n) as unknown as number;
  if (values.every(isNumeric)) return values.reduce((sum: number, value) => sum + Number(value), 0);
  if (values.every((value) => typeof value === 'string')) return x + y;
  throw new TypeError(`Cannot add the values: expected two of one kind, got ${values.map(kindOf).join(' and ')}`);
}

function isWhole(value: unknown): boolean {
  return typeof value === 'bigint' || Number.isSafeInteger(value);
}

function isNumeric(value: unknown): boolean {
  return typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint';
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'a list' : `a ${typeof value}`;
}
