import type { LaterArguments } from '../core/canvas/later-arguments.ts';
import { InvalidArguments } from '../core/errors/caller.ts';
import { describe } from '../core/text/describe.ts';
import { mismatch } from '../core/text/mismatch.ts';
import type { Kwargs, KwargsFunction } from '../core/types/options.ts';
import { isPlainObject } from '../core/values/json.ts';

/** The mark that tells keyword arguments from an object argument, whichever copy of this library has set it. */
const KWARGS: unique symbol = Symbol.for('chordal.kwargs');

interface Marked {
  readonly [KWARGS]: Readonly<Record<string, unknown>>;
}

/**
 * Marks an object as keyword arguments. Give it as the last argument.
 *
 * @param keywords the arguments by their names; it is copied.
 * @throws InvalidArguments if it is not a plain object.
 *
 * @example
 * ```ts
 * await add.s(2, 2).delay(kwargs({ debug: true }));
 * ```
 */
export const kwargs: KwargsFunction = <Keywords extends object>(keywords: Keywords) => {
  if (!isPlainObject(keywords)) {
    throw new InvalidArguments(`Cannot use keyword arguments: ${mismatch('an object', describe(keywords))}`, {
      task: 'kwargs',
    });
  }
  // The type only says which keywords there are; a signature does not change when the caller's object does.
  return { [KWARGS]: { ...keywords } } as unknown as Kwargs<Keywords>;
};

/**
 * Splits a caller's arguments into positional and keyword arguments.
 *
 * @throws InvalidArguments if keyword arguments stand before the end.
 */
export function givenArguments(task: string, given: readonly unknown[]): LaterArguments {
  const last = given.at(-1);
  const args = isMarked(last) ? given.slice(0, -1) : given;
  const misplaced = args.findIndex(isMarked);
  if (misplaced >= 0) {
    throw new InvalidArguments(
      `Cannot use kwargs({…}) of ${task} as argument ${misplaced + 1} of ${given.length}: keyword arguments come last, and once`,
      { task },
    );
  }
  return { args, kwargs: isMarked(last) ? last[KWARGS] : {} };
}

// --- internal ---

function isMarked(value: unknown): value is Marked {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, KWARGS);
}
