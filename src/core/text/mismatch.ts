/**
 * The part of an error's message that quotes a value. Messages and logs take it from here: a log must not show the
 * values of a user, so it has the message without the end that `mismatch` wrote.
 */

/**
 * Says that a value is not as it should be, for an error's message: *Cannot X: expected Y, got Z*.
 *
 * @param want the expected value.
 * @param got the value as it is, as {@link describe} shows it. Nothing but the fix follows it in the message.
 *
 * @example
 * `Cannot use countdown: ${mismatch('a number of seconds', describe('5'))}`;
 * // 'Cannot use countdown: expected a number of seconds, got "5"'
 */
export function mismatch(want: string, got: string): string {
  return `expected ${want}${GOT}${got}`;
}

/**
 * Returns a message up to the value that it quotes, for a log.
 *
 * @example
 * withoutValue('Cannot use countdown: expected a number of seconds, got "5"');
 * // 'Cannot use countdown: expected a number of seconds'
 */
export function withoutValue(text: string): string {
  // A value may be of any length and have any text in it, so all that follows the first mark goes.
  const ends = [GOT, GOT_BEFORE].map((mark) => text.indexOf(mark)).filter((at) => at !== -1);
  return ends.length === 0 ? text : text.slice(0, Math.min(...ends));
}

// --- internal ---

const GOT = ', got ';

/** The mark in the reasons of dead letters that an older release wrote. */
const GOT_BEFORE = ': current value is ';
