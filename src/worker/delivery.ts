import type { Flow } from '../core/effect.ts';
import type { Message } from '../core/message.ts';
import type { Engine } from './engine.ts';

/**
 * What becomes of a delivery: it is acknowledged, comes back after `seconds` (by default when its visibility ends), or
 * goes to the dead-letter queue.
 */
export type Verdict =
  | { readonly end: 'ack' }
  | { readonly end: 'return'; readonly seconds?: number }
  | { readonly end: 'dead'; readonly reason: string };

/** The message's work is done. */
export const ACK: Verdict = { end: 'ack' };
/** The message comes back when its visibility ends. */
export const RETURN: Verdict = { end: 'return' };

/** What the effects of one delivery share. */
export function flowOf(engine: Engine, message: Message, token: string, again: boolean): Flow {
  const { settings, clock } = engine;
  const { mid, depth, until, tenant, traceparent, headers } = message;
  const isTask = message.kind === 'run';
  const root = isTask ? (message.root ?? message.id) : message.root;
  const sender = isTask ? message.id : message.parent;
  return {
    by: { mid, token },
    again,
    now: clock.now(),
    depth,
    until,
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
