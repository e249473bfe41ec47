import { isNewer, decodeMessage } from '../../core/protocol/message-codec.ts';
import type { RunMessage } from '../../core/protocol/message.ts';
import type { KnownCall } from '../../ui/source.ts';

/** The calls that are remembered; the oldest goes first. */
const MOST_CALLS = 5000;

/** Remembers how tasks were called, from the messages that an embedded cloud has received. */
export class KnownCalls {
  readonly #calls = new Map<string, KnownCall>();

  /** Takes note of the body of a message; anything that is not a task's is passed over. */
  note(body: string): void {
    const message = taskMessage(body);
    if (message === undefined) return;
    const { id, sig, in: input } = message;
    const { task, args = [], kwargs = {}, stored } = sig;
    // Arguments and inputs that are stored elsewhere are not known here.
    if (stored !== undefined || (input !== undefined && !('val' in input))) return;
    const given = input === undefined || sig.immutable === true ? args : [input.val, ...args];
    this.#calls.delete(id);
    this.#calls.set(id, { task, args: given, kwargs });
    const [oldest] = this.#calls.keys();
    if (this.#calls.size > MOST_CALLS && oldest !== undefined) this.#calls.delete(oldest);
  }

  /** Returns how a task was called. */
  of(id: string): KnownCall | undefined {
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
