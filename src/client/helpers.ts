import { InvalidArguments } from '../core/errors/caller.ts';
import { describe } from '../core/text/describe.ts';
import { mismatch } from '../core/text/mismatch.ts';

/**
 * Returns the whole numbers from 0 to below `stop`, as in Python.
 *
 * @param stop the number before which the list ends.
 * @throws InvalidArguments for an argument that is not a whole number.
 *
 * @example
 * ```ts
 * range(3); // [0, 1, 2]
 * ```
 */
export function range(stop: number): number[];
/**
 * Returns the whole numbers from `start` to before `stop`, as in Python.
 *
 * @param start the first number.
 * @param stop the number before which the list ends.
 * @param step the difference between two numbers; default 1. It may be negative, and not 0.
 * @throws InvalidArguments for an argument that is not a whole number, and for a step of 0.
 *
 * @example
 * ```ts
 * range(1, 7, 2); // [1, 3, 5]
 * ```
 */
export function range(start: number, stop: number, step?: number): number[];
export function range(first: number, second?: number, step = 1): number[] {
  const [start, stop] = second === undefined ? [0, first] : [first, second];
  for (const value of [start, stop, step]) {
    if (Number.isSafeInteger(value)) continue;
    throw new InvalidArguments(`Cannot use an argument of range(): ${mismatch('a whole number', describe(value))}`, {
      task: 'range',
    });
  }
  if (step === 0)
    throw new InvalidArguments(`Cannot use the step of range(): ${mismatch('a number other than 0', '0')}`, {
      task: 'range',
    });
  const count = Math.max(0, Math.ceil((stop - start) / step));
  return Array.from({ length: count }, (_, index) => start + index * step);
}

/**
 * Returns the first elements of each, then the second, and so on until one ends, as in Python.
 *
 * @param all lists, or other iterables.
 * @throws InvalidArguments for an argument that is not an iterable.
 *
 * @example
 * ```ts
 * [...zip([1, 2], ['a', 'b'])]; // [[1, 'a'], [2, 'b']]
 * ```
 */
export function* zip<const T extends readonly Iterable<unknown>[]>(
  ...all: T
): Generator<{ -readonly [I in keyof T]: T[I] extends Iterable<infer Item> ? Item : never }> {
  const iterators = all.map((each, index) => iteratorOf(each, index));
  for (;;) {
    const next = iterators.map((iterator) => iterator.next());
    if (next.length === 0 || next.some(({ done }) => done === true)) return;
    // One value of each, in the order of the arguments.
    yield next.map(({ value }): unknown => value) as {
      -readonly [I in keyof T]: T[I] extends Iterable<infer Item> ? Item : never;
    };
  }
}

// --- internal ---

/** A caller without the compiler may have given anything. */
function iteratorOf(each: Iterable<unknown> | null | undefined, index: number): Iterator<unknown> {
  if (typeof each?.[Symbol.iterator] === 'function') return each[Symbol.iterator]();
  throw new InvalidArguments(`Cannot use argument ${index + 1} of zip(): ${mismatch('a list', describe(each))}`, {
    task: 'zip',
  });
}
