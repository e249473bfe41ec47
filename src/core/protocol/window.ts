import { WorkerLostError } from '../errors/task.ts';
import { reasonOf } from '../text/describe.ts';
import { isPossibleDuplicate, onRead } from './delivery.ts';
import type { DeliveryFacts, Next } from './delivery.ts';
import { ACK } from './disposition.ts';
import type { Disposition } from './disposition.ts';
import { forwarded } from './forward.ts';
import { keptFor } from './lifetime.ts';
import type { NewerMessage } from './message-codec.ts';
import type { ExpandMessage, Message, RunMessage } from './message.ts';
import { isRevoked } from './revocation.ts';

/** The name in the message that ends a window. A release before windows knows no such task, and returns the message. */
const WINDOW_TASK = 'chordal.debounce';

/** A window of debounced calls, as the first of them opened it and the others changed it. */
export interface Window {
  /** Which window of its key it is, from 0. */
  readonly number: number;
  /** The workflow that every call of the window answers with. */
  readonly workflow: string;
  /** How many calls have come. */
  readonly calls: number;
  /** Epoch ms of the first call. */
  readonly openedAt: number;
  /** Epoch ms at which the last call runs. */
  readonly due: number;
  /** The message that starts the canvas of the last call, as it goes to a queue. */
  readonly message: string;
  /** Whether a message that ends the window has been sent. */
  readonly isAwaited: boolean;
  /** Whether its canvas is started: later calls belong to the next window. */
  readonly isClosed: boolean;
}

/** A debounced call. Times are in ms. */
export interface DebouncedCall {
  /** The message that starts its canvas. */
  readonly message: string;
  /** The workflow that it starts if it opens a window. */
  readonly workflow: string;
  readonly now: number;
  readonly waitMs: number;
  /** How long after the first call of a window the last one runs at the latest; absent: no limit. */
  readonly mostMs?: number | undefined;
}

/** A window after a call, and whether the caller is to send a message that ends it. */
export interface Joined {
  readonly window: Window;
  readonly needsWake: boolean;
}

/** Returns a window if further calls belong to it: its canvas has not been started. */
export function openIn(window: Window | undefined): Window | undefined {
  return window?.isClosed === false ? window : undefined;
}

/**
 * Puts a call in place of the last one of its window, or opens the next window.
 *
 * A message that ends the window is missing if the first caller has died, or is late: then this caller sends one. It is
 * also missing if this call is due before the calls that it replaces.
 */
export function joined(standing: Window | undefined, call: DebouncedCall): Joined {
  const { message, workflow, now, waitMs, mostMs = Number.POSITIVE_INFINITY } = call;
  // @defect calls-open-the-next-window
  if (standing === undefined || standing.isClosed) {
    const number = standing === undefined ? 0 : standing.number + 1;
    const due = now + Math.min(waitMs, mostMs);
    const window = { number, workflow, calls: 1, openedAt: now, due, message, isAwaited: false, isClosed: false };
    return { window, needsWake: true };
  }
  const due = Math.min(now + waitMs, standing.openedAt + mostMs);
  const isLate = standing.due + LATE_MS < now;
  // @defect windows-are-awaited
  const needsWake = !standing.isAwaited || due < standing.due || isLate;
  return { window: { ...standing, calls: standing.calls + 1, due, message }, needsWake };
}

/** Returns the message that ends a window when it is due. It goes to `queue`. */
export function wakeOf(window: Window, { key, queue, mid }: { key: string; queue: string; mid: string }): RunMessage {
  const { workflow: id, number, due } = window;
  const sig = { task: WINDOW_TASK, options: { queue } };
  const place = { id, base: id, try: 0, frames: [], depth: 0, until: keptFor(due) };
  return { kind: 'run', mid, ...place, sig, notBefore: due, window: { key, number } };
}

/** A window as it stands when the message that ends it has asked to close it. */
export interface Closing extends Pick<Window, 'workflow' | 'due' | 'message'> {
  /** The nonce of the message that has closed it; absent: it is not due, and still open. */
  readonly closedBy?: string | undefined;
}

/** The next action of a message that ends a window: as for other messages, or to start the canvas of the last call. */
export type AfterClosing = Next<never> | { readonly kind: 'start'; readonly message: ExpandMessage };

/**
 * Judges the message of a window by the window. Only the message that has closed it starts the canvas: every other message for it
 * is over.
 *
 * @param read the message in the window, as it was read.
 */
export function onClosing(
  facts: DeliveryFacts<RunMessage>,
  closing: Closing | undefined,
  read: Message | NewerMessage | Error | undefined,
): AfterClosing {
  const { message, by, revoked } = facts;
  if (closing === undefined || closing.workflow !== message.id) return failed(message, 'its window is gone');
  const { closedBy, due } = closing;
  if (closedBy === undefined) return { kind: 'forward', message: forwarded(facts, due, isPossibleDuplicate(facts)) };
  // @defect the-closer-starts
  if (closedBy !== by.mid) return end(ACK);
  return isRevoked(revoked, message) ? end(ACK) : started(facts, read);
}

// --- internal ---

/** How late the message of a window may be before callers send another one, in ms: purged and failed ones never come. */
const LATE_MS = 900_000;

/** Starts the call of a window that this message has closed. */
function started(facts: DeliveryFacts<RunMessage>, read: Message | NewerMessage | Error | undefined): AfterClosing {
  const { message, by, dead, receives } = facts;
  const refused = read === undefined ? undefined : onRead(read, receives);
  if (dead === undefined && refused !== undefined) return end(refused);
  if (read === undefined || read instanceof Error || 'newer' in read || read.kind !== 'expand')
    return failed(message, `the call in its window cannot be read: ${reasonOf(read)}`);
  const again = isPossibleDuplicate(facts) ? { again: true as const } : {};
  return { kind: 'start', message: { ...read, ...again, mid: by.mid } };
}

function end(disposition: Disposition): Next<never> {
  return { kind: 'end', disposition };
}

function failed({ id }: RunMessage, reason: string): Next<never> {
  return { kind: 'commit', decision: new WorkerLostError(`Cannot start ${id}: ${reason}.`) };
}
