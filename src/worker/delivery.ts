import type { Flow } from '../core/protocol/effect.ts';
import { isJoinFrame } from '../core/protocol/frames.ts';
import type { Message } from '../core/protocol/message.ts';
import { LIFETIME_MS } from '../core/protocol/new-message.ts';
import type { Engine } from '../engine/engine.ts';

/**
 * What becomes of a delivery: it is acknowledged, comes back after `seconds` (by default when its visibility ends), or
 * goes to the dead-letter queue.
 */
export type Disposition =
  | { readonly kind: 'ack' }
  | { readonly kind: 'return'; readonly seconds?: number }
  | { readonly kind: 'deadLetter'; readonly reason: string };

/** The message's work is done. */
export const ACK: Disposition = { kind: 'ack' };
/** The message comes back when its visibility ends. */
export const RETURN: Disposition = { kind: 'return' };
/** It comes back in 30 s, when a release that knows what it needs may be here. */
export const RETURN_WHILE_DEPLOYED: Disposition = { kind: 'return', seconds: 30 };

/** What a delivery may do, and what it says of what it sends. */
export interface Manner {
  /** Mark what is sent. */
  readonly again: boolean;
  /** It may come back for a release that knows where to send what this one does not. */
  readonly mayWait: boolean;
}

/** What the effects of one delivery share; its token is new. */
export function flowOf(engine: Engine, message: Message, { again, mayWait }: Manner): Flow {
  const { settings, clock, nonces } = engine;
  const { mid, depth, frames, tenant, traceparent, headers } = message;
  const now = clock.now();
  const isTask = message.kind === 'run';
  const root = isTask ? (message.root ?? message.id) : message.root;
  const sender = isTask ? message.id : message.parent;
  return {
    by: { mid, token: nonces.token() },
    again,
    ...(mayWait ? { mayWait } : {}),
    now,
    depth,
    // A workflow may take longer than was foreseen: what it writes lives as long from now on.
    until: Math.max(message.until, now + LIFETIME_MS),
    ...(frames.some(isJoinFrame) ? { joinUntil: message.until } : {}),
    inlineMembers: settings.inlineMembers,
    rangeMembers: settings.rangeMembers,
    ...(sender === undefined ? {} : { sender }),
    ...(root === undefined ? {} : { root }),
    ...(message.parent === undefined ? {} : { parent: message.parent }),
    ...(isTask ? { call: { sig: message.sig, ...(message.in === undefined ? {} : { in: message.in }) } } : {}),
    ...(tenant === undefined ? {} : { tenant }),
    ...(traceparent === undefined ? {} : { traceparent }),
    ...(headers === undefined ? {} : { headers }),
  };
}
