import { decodedOrError } from '../core/protocol/message-codec.ts';
import type { RunMessage } from '../core/protocol/message.ts';
import { onClosing } from '../core/protocol/window.ts';
import type { AfterClosing } from '../core/protocol/window.ts';
import type { Arrival } from './arrival.ts';

/**
 * Closes a window of debounced calls for the message that ends it, and returns the next action. From then on no call
 * changes it, and its message finds the same call at each further receive.
 *
 * @param isForced closes it even if it is not due.
 */
export async function closeWindow({ engine, facts }: Arrival<RunMessage>, isForced: boolean): Promise<AfterClosing> {
  const { window, id, mid } = facts.message;
  // Only a message that has a window asks for this.
  const { key, number } = window ?? { key: '', number: 0 };
  const now = isForced ? Number.MAX_SAFE_INTEGER : facts.now;
  const closing = await engine.windows.close({ key, number, workflow: id, mid, now });
  return onClosing(facts, closing, closing === undefined ? undefined : decodedOrError(closing.message, 'window'));
}
