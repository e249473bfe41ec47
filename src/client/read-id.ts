import { InvalidOptions } from '../core/errors/caller.ts';
import { isId } from '../core/protocol/ids.ts';
import { describe } from '../core/text/describe.ts';
import { mismatch } from '../core/text/mismatch.ts';

/**
 * Reads an id: for a value that cannot be an id, a reader would wait for ever.
 *
 * @throws InvalidOptions for such a value
 */
export function readId(id: unknown): string {
  if (typeof id === 'string' && isId(id)) return id;
  throw new InvalidOptions(`Cannot use a taskId: ${mismatch('the id of a result', describe(id))}`);
}
