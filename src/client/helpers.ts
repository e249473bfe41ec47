/**
 * The numbers from 0, or `start`, up to `stop`, as in Python.
 *
 * @example
 * ```ts
 * range(3); // [0, 1, 2]
 * range(1, 7, 2); // [1, 3, 5]
 * ```
 */
export function range(stop: number): number[];
export function range(start: number, stop: number, step?: number): number[];
export function range(first: number, second?: number, step = 1): number[] {
  const [start, stop] = second === undefined ? [0, first] : [first, second];
  const count = Math.max(0, Math.ceil((stop - start) / step));
  return Array.from({ length: count }, (_, index) => start + index * step);
}

/**
 * The first elements of each, the second, and so on until one ends, as in Python.
 *
 * @example
 * ```ts
 * [...zip([1, 2], ['a', 'b'])]; // [[1, 'a'], [2, 'b']]
 * ```
 */
export function* zip<const T extends readonly Iterable<unknown>[]>(
  ...all: T
): Generator<{ -readonly [I in keyof T]: T[I] extends Iterable<infer Item> ? Item : never }> {
  const iterators = all.map((each) => each[Symbol.iterator]());
  for (;;) {
    const next = iterators.map((iterator) => iterator.next());
    if (next.length === 0 || next.some(({ done }) => done === true)) return;
    // One value of each, in the order of the arguments.
    yield next.map(({ value }): unknown => value) as {
      -readonly [I in keyof T]: T[I] extends Iterable<infer Item> ? Item : never;
    };
  }
}
