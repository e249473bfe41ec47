import { decodeMessage } from '../core/protocol/message-codec.ts';
import type { NewerMessage } from '../core/protocol/message-codec.ts';
import type { Message, RunMessage } from '../core/protocol/message.ts';
import { onClosing } from '../core/protocol/window.ts';
import type { AfterClosing } from '../core/protocol/window.ts';
import type { Arrival } from './arrival.ts';

/**
 * Closes a window of debounced calls for the message that ends it, and returns the next action. From then on no call
 * changes it, and its message finds the same call at each further receive.
 *
 * @param isForced closes it even if it is not due.
 */
export async function closeWindow(
  { engine, facts: all }: Arrival,
  message: RunMessage,
  isForced: boolean,
): Promise<AfterClosing> {
  const facts = { ...all, message };
  const { window, id, mid } = message;
  // Only a message that has a window asks for this.
  const { key, number } = window ?? { key: '', number: 0 };
  const now = isForced ? Number.MAX_SAFE_INTEGER : facts.now;
  const closing = await engine.records.closeWindow({ key, number, workflow: id, mid, now });
  return onClosing(facts, closing, closing === undefined ? undefined : read(closing.message));
}

// --- internal ---

function read(text: string): Message | NewerMessage | Error {
  try {
    return decodeMessage(text, 'window');
  } catch (error) {
    if (error instanceof Error) return error;
    throw error;
  }
}
