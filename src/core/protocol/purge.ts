import type { Message } from './message.ts';

/** The work that is purged: for each task and each queue, the epoch ms before which its messages were sent. */
export interface Purges {
  readonly tasks: Readonly<Record<string, number>>;
  readonly queues: Readonly<Record<string, number>>;
}

/** Where and when a message was sent. */
export interface Sending {
  /** The queue that it was received from. */
  readonly queue: string;
  /** Epoch ms, where its queue says so. */
  readonly sentAt?: number | undefined;
}

/**
 * Returns whether a message is one of a purge: it is to run a task, and was sent before the purge. A message that waits for a Python
 * worker, or brings the answer of one, belongs to work that has begun. One that ends a window of debounced calls starts the
 * last of them, which may have come later, and has its own age.
 */
export function isPurged({ tasks, queues }: Purges, message: Message, { queue, sentAt }: Sending): boolean {
  if (message.kind !== 'run' || message.asked !== undefined || message.window !== undefined) return false;
  const { task } = message.sig;
  // A task may be called `constructor`.
  const before = Math.max(own(tasks, task), own(queues, queue));
  const sent = message.sent ?? sentAt;
  return sent !== undefined && sent < before;
}

// --- internal ---

function own(times: Readonly<Record<string, number>>, name: string): number {
  return Object.hasOwn(times, name) ? (times[name] ?? 0) : 0;
}
