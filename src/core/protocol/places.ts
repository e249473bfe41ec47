import { InvalidOptions } from '../errors/caller.ts';
import type { RunMessage } from './message.ts';
import type { TaskPlan } from './plan.ts';

/** The part of a task that limits how many of its runs there are at once. */
export interface PlacedTask {
  readonly options: { readonly concurrencyLimit?: number; readonly concurrencyKey?: string };
  /** Present if a Python worker runs it. */
  readonly external?: unknown;
}

/** The key that a run needs a place of, and how many runs may have one at once. */
export interface Place {
  readonly key: string;
  readonly limit: number;
}

/** There was no place: the message looks again after this time. */
export interface NoPlace {
  readonly afterMs: number;
  /** Whether it is the first in line. */
  readonly isNext: boolean;
}

/** The places of a key: until when each is held, by its token, and the first message in line. */
export interface Places {
  /** Epoch ms by tokens. */
  readonly holders: Readonly<Record<string, number>>;
  readonly next?: NextInLine;
}

/** The message that has waited longest, as far as that is known. Its mark is a lease, too: a message that does not come back loses it. */
export interface NextInLine {
  readonly mid: string;
  /** Epoch ms since which it waits. */
  readonly since: number;
  /** Epoch ms since which it is the first in line. */
  readonly from: number;
  /** Epoch ms until which the mark holds. */
  readonly until: number;
  /** How many places messages behind it may hold: one is kept for it. */
  readonly beside: number;
}

/** A message that wants places, for itself and for those that came with it. */
export interface Wish {
  readonly tokens: readonly string[];
  readonly limit: number;
  readonly mid: string;
  /** Epoch ms since which it waits. */
  readonly since: number;
  /** Epoch ms. */
  readonly now: number;
}

/** The answer to a wish: the places it gets, or the mark that it sets, or neither. */
export type Granted =
  | {
      readonly kind: 'take';
      readonly tokens: readonly string[];
      /** Places whose holders have died. */
      readonly lapsed: readonly string[];
      /** Whether it was the first in line, and is so no more. */
      readonly leavesLine: boolean;
    }
  | {
      /** More holders have died than one write removes: the wish is decided again without these. */
      readonly kind: 'clear';
      readonly lapsed: readonly string[];
    }
  | {
      readonly kind: 'wait';
      /** The mark of the message, if it is the first in line. */
      readonly next?: NextInLine;
      /** Whether that mark must be written. */
      readonly isNew: boolean;
    };

/**
 * Returns the place that a run needs; undefined for a task without a limit, which costs nothing.
 *
 * @param task as this function knows it. The options of the call win.
 */
export function placeOf({ task, options }: TaskPlan, { options: own }: PlacedTask): Place | undefined {
  const limit = options?.concurrencyLimit ?? own.concurrencyLimit;
  return limit === undefined ? undefined : { key: options?.concurrencyKey ?? own.concurrencyKey ?? task, limit };
}

/** Returns the reason why a task cannot have the place that its options ask for; undefined if it can. */
export function placeProblem(plan: TaskPlan, known: PlacedTask): InvalidOptions | undefined {
  const { concurrencyKey: key, concurrencyLimit: limit } = plan.options ?? {};
  if (known.external !== undefined && (key !== undefined || limit !== undefined))
    return new InvalidOptions(
      `Cannot use ${key === undefined ? 'concurrencyLimit' : 'concurrencyKey'} of ${plan.task}: a Python worker runs it, which takes no places. Limit that worker, or leave it out.`,
    );
  const isLimited = placeOf(plan, known) !== undefined;
  return key === undefined || isLimited ? undefined : lacksLimit(plan.task, key);
}

/** Returns the error of a key that limits nothing. */
export function lacksLimit(task: string, key: string): InvalidOptions {
  return new InvalidOptions(
    `Cannot use the concurrencyKey "${key}" of ${task}: it has no limit. Give the task or the call a concurrencyLimit, too.`,
  );
}

/**
 * Decides a wish by what stands. A place whose time is over is free: its sandbox has ended. While an older message waits,
 * one place is kept for it.
 */
export function grant({ holders, next }: Places, wish: Wish): Granted {
  const { tokens, limit, mid, now } = wish;
  const mine = tokens.filter((token) => Object.hasOwn(holders, token));
  if (mine.length > 0) return { kind: 'take', tokens: mine, lapsed: [], leavesLine: false };
  const over = Object.keys(holders).filter((token) => (holders[token] ?? 0) <= now);
  const lapsed = over.slice(0, MOST_LAPSED);
  const live = Object.keys(holders).length - lapsed.length;
  const ahead = next !== undefined && isAhead(next, wish) ? next : undefined;
  // @defect places-are-limited
  const free = Math.min(limit, ahead?.beside ?? limit) - live;
  if (free > 0) return { kind: 'take', tokens: tokens.slice(0, free), lapsed, leavesLine: next?.mid === mid };
  if (over.length > lapsed.length) return { kind: 'clear', lapsed };
  return ahead === undefined ? firstInLine(next, wish) : { kind: 'wait', isNew: false };
}

/**
 * Returns after how many ms a message without a place looks again. The first in line comes soon, and later the longer it
 * has been the first: then the tasks before it are long. The others come after about half the time that they have
 * waited: so each looks a few times, and they come nearly in their order.
 *
 * @param chance at least 0 and below 1: spreads messages that were refused at one time
 */
export function nextLookMs({ nextFrom, since, now, chance }: Waited): number {
  if (nextFrom !== undefined) return between(SOON_MS, (now - nextFrom) / 8, SOON_MOST_MS);
  return between(LATER_MS, (now - since) / 2, LATER_MOST_MS) * (0.75 + chance / 2);
}

/** Returns whether a message has waited so long that its readers are told: it costs two writes. */
export function waitsLong({ waits }: Pick<RunMessage, 'waits'>, now: number): boolean {
  return waits !== undefined && now - waits >= TOLD_MS;
}

/** How long a message has waited for a place; all in epoch ms. */
export interface Waited {
  /** Since when it is the first in line, if it is. */
  readonly nextFrom?: number | undefined;
  readonly since: number;
  readonly now: number;
  readonly chance: number;
}

/**
 * Returns until when a place is held that is taken at `now` in a sandbox that has `leftMs`: no code of it runs after that,
 * by any clock.
 */
export function heldUntil(now: number, leftMs: number): number {
  // @defect places-outlive-their-sandbox
  return now + leftMs + CLOCKS_MS;
}

// --- internal ---

/** How far the clocks of two sandboxes may differ, and how long a sandbox may go on behind its time, in ms. */
const CLOCKS_MS = 10_000;

/** When the first in line looks again: at the soonest and at the latest, in ms. */
const SOON_MS = 1000;
const SOON_MOST_MS = 30_000;
/** The same of the others. */
const LATER_MS = 2000;
const LATER_MOST_MS = 60_000;
/** Places of the dead that one write frees: an expression of DynamoDB has 300 operators and 4 KB. */
const MOST_LAPSED = 50;
/** How long a message waits before its readers are told, in ms. */
const TOLD_MS = 5000;
/** How late the first in line may come, before the next message takes its turn, in ms. */
const LATE_MS = 15_000;

/** Returns whether another message has waited longer, and still comes back. */
function isAhead(next: NextInLine, { mid, since, now }: Wish): boolean {
  return next.mid !== mid && next.until > now && next.since <= since;
}

/** Returns the mark of a message that is the first in line. One that holds for long enough is not written again. */
function firstInLine(next: NextInLine | undefined, { mid, since, now, limit }: Wish): Granted {
  const own = next?.mid === mid ? next : undefined;
  const from = own?.from ?? now;
  const backAt = now + nextLookMs({ nextFrom: from, since, now, chance: 1 });
  if (own !== undefined && own.until >= backAt + LATE_MS / 3) return { kind: 'wait', next: own, isNew: false };
  return { kind: 'wait', next: { mid, since, from, until: backAt + LATE_MS, beside: limit - 1 }, isNew: true };
}

function between(least: number, ms: number, most: number): number {
  return Math.min(most, Math.max(least, ms));
}
