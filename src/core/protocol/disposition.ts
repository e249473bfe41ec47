import { isChordalError } from '../errors/caller.ts';
import { isRefusal } from '../errors/refusal.ts';
import { reasonOf } from '../text/describe.ts';
import { secondsWithoutTime } from './batch-order.ts';

/**
 * The end of a delivery: the message is acknowledged, returns to its queue after `seconds` (by default when its
 * visibility ends), or goes to the dead-letter queue. Nothing is wrong with one that needs more of a sandbox's time. One that
 * cannot be worked on for now says why.
 */
export type Disposition =
  | { readonly kind: 'ack' }
  | { readonly kind: 'return'; readonly seconds?: number; readonly needsTime?: true; readonly why?: string }
  | { readonly kind: 'deadLetter'; readonly reason: string };

/** The message's work is done. */
export const ACK: Disposition = { kind: 'ack' };
/** The message returns when its visibility ends. */
export const RETURN: Disposition = { kind: 'return' };

/** Receives before a message is given up that this release does not know; with {@link whileDeployed} it waits 12 minutes. */
export const DEPLOY_RECEIVES = 6;

/** Returns a message in 30 s, twice that at each further receive, at most 5 minutes: a newer release may know it then. */
export function whileDeployed(receives: number, why: string): Disposition {
  return { kind: 'return', seconds: deploySeconds(receives), why };
}

/** Returns the seconds that a message waits for a deployment after its n-th look: 30, twice that each time, at most 5 minutes. */
export function deploySeconds(looks: number): number {
  return Math.min(300, 30 * 2 ** (looks - 1));
}

/** Returns a message that finds no time in this sandbox: nothing is wrong with it. */
export function forMoreTime(receives: number): Disposition {
  return { kind: 'return', seconds: secondsWithoutTime(receives), needsTime: true };
}

/**
 * Judges a delivery that threw. Of user code only a rejection comes here, so an unknown name is a route of another
 * release. A refused message returns soon, and later with each receive, up to its queue's visibility timeout.
 * @param chance at least 0 and below 1: spreads messages that were refused at one time
 */
export function onThrow(
  error: unknown,
  { receives, wholeMs, chance }: { readonly receives: number; readonly wholeMs: number; readonly chance: number },
): Disposition {
  if (isChordalError(error, 'CHORDAL_NOT_REGISTERED')) return whileDeployed(receives, reasonOf(error));
  if (isChordalError(error, 'CHORDAL_REJECT') && !error.requeue) return { kind: 'deadLetter', reason: error.message };
  if (!isRefusal(error)) return RETURN;
  const visibilitySeconds = (VISIBILITY_TIMEOUTS * wholeMs) / 1000;
  const most = Math.min(visibilitySeconds, REFUSED_SECONDS * 2 ** receives);
  const seconds = Math.ceil(most * (0.5 + chance / 2));
  // A right or a table that is missing stays so until someone acts: that is an error of its own.
  const why = isChordalError(error, 'CHORDAL_CONFIGURATION') ? {} : { why: reasonOf(error) };
  // @defect refused-returns
  return { kind: 'return', seconds, ...why };
}

/**
 * Returns the ms after which a write of a run that has ended is made again, since the cloud refused it for now: its message would come
 * back otherwise, and run the task a second time. Answers undefined when it is time to give up.
 *
 * @param tries how often it was made
 * @param spentMs the time since it was made first
 * @param leftMs the time that a further try may begin in
 * @param chance at least 0 and below 1: spreads writes that were refused at one time
 */
export function untilNextTry({
  tries,
  spentMs,
  leftMs,
  chance,
}: {
  readonly tries: number;
  readonly spentMs: number;
  readonly leftMs: number;
  readonly chance: number;
}): number | undefined {
  const wait = FIRST_WAIT_MS * 2 ** (tries - 1) * (1 + chance);
  return wait <= Math.min(leftMs, PATIENCE_MS - spentMs) ? wait : undefined;
}

// --- internal ---

/** How long refused writes of a run are made again. */
const PATIENCE_MS = 20_000;
const FIRST_WAIT_MS = 250;
/** A message that the cloud refused returns after this many seconds, times two for each receive, less chance. */
const REFUSED_SECONDS = 5;
/** A queue's visibility timeout, in timeouts of its function. */
const VISIBILITY_TIMEOUTS = 6;
