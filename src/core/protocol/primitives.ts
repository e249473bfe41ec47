/** The checks of the smallest parts of a message, which may be of any sender. */
import { isId } from './ids.ts';

/** Returns whether a value is a whole number of at least 0. */
export function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

/** Returns whether a value is a text, of at most so many characters. */
export function isText(value: unknown, most: number = Number.POSITIVE_INFINITY): value is string {
  return typeof value === 'string' && value.length <= most;
}

/** Returns whether a value is an id, or the base of one. */
export function isIdText(value: unknown): value is string {
  return typeof value === 'string' && isId(value);
}

/** Returns whether a value is that of a flag: true, or absent. */
export function isFlag(value: unknown): boolean {
  return value === undefined || value === true;
}

/** Returns the check of a part that may be absent. */
export function optional(is: (value: unknown) => boolean): (value: unknown) => boolean {
  return (value) => value === undefined || is(value);
}
