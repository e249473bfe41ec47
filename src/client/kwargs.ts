import { describe } from '../core/errors-text.ts';
import { InvalidArguments } from '../core/errors.ts';
import { isPlainObject } from '../core/json.ts';
import type { Kwargs, KwargsFunction } from '../core/option-types.ts';
import type { LaterArguments } from '../core/signature.ts';

const KWARGS = '~kwargs';

/**
 * Marks an object as keyword arguments; it is given last, wherever arguments are given.
 *
 * @throws InvalidArguments if it is no plain object.
 *
 * @example
 * ```ts
 * await add.s(2, 2).delay(kwargs({ debug: true }));
 * ```
 */
export const kwargs: KwargsFunction = (keywords) => {
  if (isPlainObject(keywords)) return { [KWARGS]: keywords };
  throw new InvalidArguments(`Cannot use keyword arguments as an object: current value is ${describe(keywords)}`, {
    task: 'kwargs',
  });
};

/** Splits what a caller gave into positional and keyword arguments. */
export function givenArguments(given: readonly unknown[]): LaterArguments {
  const last = given.at(-1);
  if (!isKwargs(last)) return { args: given, kwargs: {} };
  return { args: given.slice(0, -1), kwargs: last[KWARGS] };
}

// --- internal ---

function isKwargs(value: unknown): value is Kwargs<Readonly<Record<string, unknown>>> {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, KWARGS);
}
