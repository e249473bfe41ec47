import { createInterface } from 'node:readline/promises';
import type { Readable } from 'node:stream';
import { UsageError } from './errors.ts';
import type { Output } from './output.ts';

/**
 * Asks on the terminal, and returns whether the answer was yes.
 *
 * @throws UsageError if there is no terminal to ask on
 */
export async function confirmed(
  question: string,
  stdin: Readable & { readonly isTTY?: boolean },
  output: Output,
): Promise<boolean> {
  if (stdin.isTTY !== true) throw new UsageError('Cannot ask: there is no terminal. Add --force.');
  output.note(`${question} [y/N]`);
  const reader = createInterface({ input: stdin });
  try {
    for await (const line of reader) return /^\s*y(?:es)?\s*$/i.test(line);
    return false;
  } finally {
    reader.close();
  }
}
