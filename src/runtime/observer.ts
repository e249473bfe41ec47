import type { Observer } from '../ports/system.ts';

/** The place where the embedded cloud leaves the observer of a process, for every copy of this library in it. */
const OBSERVER: unique symbol = Symbol.for('chordal.observer');

/** Has an observer follow every worker of this process; without one, nothing follows them. */
export function observe(observer?: Observer): void {
  Object.assign(globalThis, { [OBSERVER]: observer });
}

/** Returns the observer of this process, if it has one. On Lambda it has none. */
export function currentObserver(): Observer | undefined {
  // Only the function above writes it, here or in another copy of this module.
  return (globalThis as { readonly [OBSERVER]?: Observer })[OBSERVER];
}
