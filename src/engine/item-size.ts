import { InvalidOptions, SerializationError } from '../core/errors/caller.ts';
import { MOST_ITEM_BYTES } from '../core/protocol/limits.ts';

/** The most bytes of a ledger's key, which is part of a key of the table. */
const MOST_KEY_BYTES = 1000;

/**
 * Returns a text that an item of the table keeps as it is.
 *
 * @throws SerializationError if it is too large, in every cloud alike
 */
export function fittingItem(text: string, what: string): string {
  // As it stands in the item: in quotes, and escaped.
  const bytes = bytesOf(JSON.stringify(text));
  if (bytes <= MOST_ITEM_BYTES) return text;
  throw new SerializationError(
    `Cannot keep ${what}: it takes ${bytes} bytes, and the most is ${MOST_ITEM_BYTES}. Return it as the value of a task, which may have any size, or keep it elsewhere and note its place here.`,
    { path: 'value' },
  );
}

/**
 * Returns the key of a ledger.
 *
 * @throws InvalidOptions if it is too long for the table
 */
export function ledgerKey(key: string): string {
  if (bytesOf(key) <= MOST_KEY_BYTES) return key;
  throw new InvalidOptions(
    `Cannot use the ledger "${key.slice(0, 40)}…": its key takes ${bytesOf(key)} bytes, and the most is ${MOST_KEY_BYTES}. Use a shorter key, such as a digest of this one.`,
  );
}

/** Returns the number of bytes of a text in UTF-8. */
export function bytesOf(text: string): number {
  return new TextEncoder().encode(text).length;
}
