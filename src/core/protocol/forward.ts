import { compact } from '../values/compact.ts';
import type { RunMessage } from './message.ts';

/** A message that is not due, when it was sent, and its slot of a rate limit, if it has one now; both in epoch ms. */
interface Forwarded {
  readonly message: RunMessage;
  readonly sentAt?: number | undefined;
  readonly slotAt?: number | undefined;
}

/** Returns the message that goes on in the place of one that is not due yet. It is as old as that one, for a purge. */
export function forwarded({ message, sentAt, slotAt }: Forwarded, due: number, isDuplicate: boolean): RunMessage {
  // @defect forward-keeps-mark
  const again = isDuplicate ? { again: true as const } : {};
  const { held: _held, sent = sentAt, ...same } = message;
  const slot = slotAt === undefined ? {} : { slot: true as const };
  return { ...same, ...slot, ...again, ...compact({ sent }), notBefore: due };
}
