import { compact } from '../values/compact.ts';
import { keptFor, framesNeedItems } from './lifetime.ts';
import type { FanOut } from './limits.ts';
import type { Call, Message, PassedOn } from './message.ts';
import type { Owner } from './outcome.ts';

/**
 * The part that every effect of one delivery shares: the actor, the time, the task it acts for, and the data that
 * travels along.
 */
export interface Origin extends FanOut, PassedOn {
  readonly by: Owner;
  /** Marks every message sent as a possible duplicate: this delivery resumes, or expands for the second time. */
  readonly again: boolean;
  /** Epoch ms. */
  readonly now: number;
  /** The id of the task that sends; `parent` is its own sender's. */
  readonly sender?: string;
  /** How the task that sends was called. */
  readonly call?: Call;
  /** Epoch ms until which items written by this delivery live. */
  readonly until: number;
  /** Overrides `until` for messages that need items of others: a slow task does not extend the lifetime of these. */
  readonly itemsUntil?: number;
  /** Epoch ms at which the canvas was sent that this delivery starts: what it sends is as old. */
  readonly sent?: number;
}

/** Returns the origin of the effects of one delivery of a message. */
export function originOf(
  message: Message,
  delivery: Pick<Origin, 'again' | 'now'> & FanOut & { readonly token: string },
): Origin {
  const { token, now, ...rest } = delivery;
  const { mid, depth, frames, keep, tenant, traceparent, headers, stamps } = message;
  const isTask = message.kind === 'run';
  const root = isTask ? (message.root ?? message.id) : message.root;
  const sender = isTask ? message.id : message.parent;
  return {
    ...rest,
    by: { mid, token },
    now,
    depth,
    // A workflow may take longer than its etas say: every delivery renews the lifetime of the items that it writes.
    until: Math.max(message.until, keptFor(now)),
    ...compact({
      itemsUntil: framesNeedItems(frames) ? message.until : undefined,
      sender,
      root,
      parent: message.parent,
      call: isTask ? { sig: message.sig, ...compact({ in: message.in }) } : undefined,
      keep,
      tenant,
      traceparent,
      headers,
      stamps,
    }),
  };
}
