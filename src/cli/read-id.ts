import { isId } from '../core/protocol/ids.ts';
import { UsageError } from './usage-error.ts';

/**
 * Reads the id of a task or a canvas.
 *
 * @throws UsageError if it can't be one
 */
export function readId(text: string): string {
  if (isId(text)) return text;
  throw new UsageError(
    `Cannot use ${JSON.stringify(text)} as an id: take the taskId that \`chordal call\` or \`chordal run\` has printed`,
  );
}
