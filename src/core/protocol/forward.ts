import { compact } from '../values/compact.ts';
import { DEPLOY_RECEIVES, deploySeconds } from './disposition.ts';
import type { RunMessage } from './message.ts';

/** A message that is not due, when it was sent, and its slot of a rate limit, if it has one now; both in epoch ms. */
interface Forwarded {
  readonly message: RunMessage;
  readonly sentAt?: number | undefined;
  readonly slotAt?: number | undefined;
}

/** The message of a run that was cut short, when it was sent, and when the run was judged; both in epoch ms. */
interface CutShort {
  readonly message: RunMessage;
  readonly sentAt?: number | undefined;
  readonly now: number;
}

/** Returns the message that goes on in the place of one that is not due yet. It is as old as that one, for a purge. */
export function forwarded({ message, sentAt, slotAt }: Forwarded, due: number, isDuplicate: boolean): RunMessage {
  // @defect forward-keeps-mark
  const again = isDuplicate ? { again: true as const } : {};
  const { held: _held, moves: _moves, sent = sentAt, ...same } = message;
  const slot = slotAt === undefined ? {} : { slot: true as const };
  return { ...same, ...slot, ...again, ...compact({ sent }), notBefore: due };
}

/**
 * Returns the message of a task that another function runs, as it goes to the queue of that one: its task was moved while it waited, or
 * its sender does not know that yet. While releases overlap, two functions may lead it to each other: it then waits longer each time,
 * and at last stays. Answers undefined for one that stays.
 */
export function movedOn(
  from: Forwarded & { readonly now: number },
  due: number,
  isDuplicate: boolean,
): RunMessage | undefined {
  const { moves = 0, answer } = from.message;
  // The answer of a Python worker is no field of the envelope: it cannot be sent again.
  if (moves >= DEPLOY_RECEIVES || answer !== undefined) return undefined;
  const dueAt = moves === 0 ? due : Math.max(due, from.now + deploySeconds(moves) * 1000);
  return { ...forwarded(from, dueAt, isDuplicate), moves: moves + 1 };
}

/**
 * Returns the message of a run that was cut short, to begin again in a whole sandbox. It is as old as the message of that run; a step
 * that ran inline had none, and is as old as the decision before it.
 */
export function begunAgain({ message, sentAt, now }: CutShort): RunMessage {
  const { told: _told, next: _next, sent = sentAt ?? Math.round(now), ...same } = message;
  return { ...same, sent, again: true };
}
