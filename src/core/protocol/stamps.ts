import { isPlainObject } from '../values/json.ts';
import type { Json } from '../values/json.ts';
import type { OptionCheck } from '../values/option-checks.ts';

/** The stamps of a task by their names. A stamp may have several values: then it is a list. */
export type Stamps = Readonly<Record<string, Json>>;

/** The most values of the stamps of one task: a worker may have to look for a revocation of each. */
export const MOST_STAMPS = 50;

/** The most characters of the key of a stamp that can be revoked: it must fit into the table (DynamoDB: 1,024 bytes). */
const MOST_KEY = 900;

/** The check of stamps that a caller gives. */
export const STAMPS: OptionCheck = {
  is: (value) => isPlainObject(value) && Object.keys(value).every(isStampName) && countOf(value) <= MOST_STAMPS,
  want: `an object of at most ${MOST_STAMPS} stamps; a name has 1 to 100 of A-Z a-z 0-9 _ . : - and is not that of an option`,
};

/** The check of stamps in a message, which a Celery application may have named freely. */
export const SENT_STAMPS: OptionCheck = {
  is: (value) => isPlainObject(value) && countOf(value) <= MOST_STAMPS,
  want: `an object of at most ${MOST_STAMPS} stamps`,
};

/**
 * Returns the key under which a stamp is revoked; undefined for a value that cannot be: an object, or a name and a value
 * that are too long for a key of the table.
 */
export function stampKey(name: string, value: unknown): string | undefined {
  if (typeof value === 'object' && value !== null) return undefined;
  // Surrogates without a partner are escaped here, so that the text can be encoded.
  const text = encodeURIComponent(JSON.stringify([name, value]));
  // At these marks the id of a workflow ends, and the key has to be one.
  const key = `$stamp/${text.replaceAll(/[.~!]/g, (mark) => `%${mark.charCodeAt(0).toString(16)}`)}`;
  return key.length > MOST_KEY ? undefined : key;
}

/** Returns the keys under which a task with these stamps may be revoked. */
export function stampKeys(stamps: Stamps = {}): readonly string[] {
  const keys = Object.entries(stamps).flatMap(([name, value]) => [value].flat().map((one) => stampKey(name, one)));
  return keys.filter((key) => key !== undefined);
}

// --- internal ---

const NAME = /^[\w.:-]{1,100}$/;

/** The names that Celery gives the options of a signature, beside which its stamps stand. */
const TAKEN = new Set(
  'countdown eta expires task_id queue tenant headers link link_error ignore_result max_retries time_limit soft_time_limit inline priority routing_key exchange chord chain group_id group_index reply_to root_id parent_id retries stamps stamped_headers'.split(
    ' ',
  ),
);

function isStampName(name: string): boolean {
  return NAME.test(name) && !TAKEN.has(name);
}

function countOf(stamps: object): number {
  return Object.values(stamps).reduce<number>((count, value) => count + (Array.isArray(value) ? value.length : 1), 0);
}
