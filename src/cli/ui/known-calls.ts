import { keptCallOf } from '../../core/protocol/kept-call.ts';
import type { KeptCall } from '../../core/protocol/kept-call.ts';
import { isNewer, decodeMessage } from '../../core/protocol/message-codec.ts';
import type { RunMessage } from '../../core/protocol/message.ts';

/** The calls that are remembered; the oldest goes first. */
const MOST_CALLS = 5000;

/** Remembers how tasks were called, from the messages that an embedded cloud has received. */
export class KnownCalls {
  readonly #calls = new Map<string, KeptCall>();

  /** Takes note of the body of a message; anything that is not a task's is passed over. */
  note(body: string): void {
    const message = taskMessage(body);
    if (message === undefined) return;
    const { id } = message;
    this.#calls.delete(id);
    this.#calls.set(id, keptCallOf(message));
    const [oldest] = this.#calls.keys();
    if (this.#calls.size > MOST_CALLS && oldest !== undefined) this.#calls.delete(oldest);
  }

  /** Returns how a task was called. */
  of(id: string): KeptCall | undefined {
    return this.#calls.get(id);
  }
}

// --- internal ---

function taskMessage(body: string): RunMessage | undefined {
  try {
    const message = decodeMessage(body, '');
    return isNewer(message) || message.kind !== 'run' ? undefined : message;
  } catch {
    // A message that cannot be read is not a task's.
    return undefined;
  }
}
