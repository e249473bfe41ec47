import type { Address } from '../../core/protocol/address.ts';
import type { Key } from './attributes.ts';

/** The key of an item beside a task's: in its partition, with a prefix of its own and the rest of the task's id. */
export function besideTask(prefix: string, { pk, sk, seat }: Address, end: string = ''): Key {
  const rest = seat === undefined ? sk.slice(1) : `~${seat.index}`;
  return { pk, sk: `${prefix}${rest}${end}` };
}

/** The key of an item of a workflow: its partition, and a prefix with the part of `name` after the workflow. */
export function inWorkflow(prefix: string, name: string): Key {
  const end = name.search(/[.~!^/]/);
  const pk = end < 0 ? name : name.slice(0, end);
  return { pk, sk: `${prefix}${name.slice(pk.length)}` };
}

/** An instant as text that sorts by time. */
export function sortableTime(at: number): string {
  return String(Math.floor(at)).padStart(15, '0');
}

/** The day of an instant, as a partition names it: `2026-01-31`. */
export function dayOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}

/** The days from `since` to `now`, the oldest first; at most the last 400, longer than anything kept by day lives. */
export function daysBetween(since: number, now: number): readonly string[] {
  const last = Math.floor(now / DAY_MS);
  const first = Math.max(Math.floor(since / DAY_MS), last - MAX_DAYS + 1);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => dayOf((first + index) * DAY_MS));
}

// --- internal ---

const DAY_MS = 86_400_000;
const MAX_DAYS = 400;
