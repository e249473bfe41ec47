import type { TaskNode } from './model.ts';

/** A span as a person says it: `340 ms`, `12.3 s`, `4 min 10 s`. */
export function span(ms: number): string {
  if (ms < 0) return '0 ms';
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 1)} s`;
  if (ms < 3_600_000) return `${Math.floor(ms / 60_000)} min ${Math.floor((ms % 60_000) / 1000)} s`;
  if (ms < 86_400_000) return `${Math.floor(ms / 3_600_000)} h ${Math.floor((ms % 3_600_000) / 60_000)} min`;
  return `${Math.floor(ms / 86_400_000)} d ${Math.floor((ms % 86_400_000) / 3_600_000)} h`;
}

/** Returns how long a task has run, in ms, or runs so far; undefined where that is not known. */
export function ranFor({ state, startedAt, endedAt }: TaskNode, now: number): number | undefined {
  const end = endedAt ?? (state === 'STARTED' ? now : undefined);
  return startedAt === undefined || end === undefined ? undefined : Math.max(0, end - startedAt);
}

/** A time of day, with the date if it is not today. */
export function clock(at: number | string): string {
  const date = new Date(at);
  const time = date.toLocaleTimeString(undefined, { hour12: false });
  if (date.toDateString() === new Date().toDateString()) return time;
  return `${date.toLocaleDateString(undefined, { month: 'short', day: 'numeric' })} ${time}`;
}

export function count(n: number): string {
  return n.toLocaleString('en-US');
}

/** An id that leaves out its middle. */
export function short(id: string): string {
  return id.length <= 20 ? id : `${id.slice(0, 8)}…${id.slice(-8)}`;
}

export function dollars(n: number): string {
  return `$${n.toLocaleString('en-US', n < 1 ? { maximumSignificantDigits: 2 } : { maximumFractionDigits: 2 })}`;
}

const NAMES: Readonly<Record<string, string>> = {
  OPEN: 'In progress',
  PENDING: 'In progress',
  STARTED: 'Running',
  RETRY: 'Retry',
  SUCCESS: 'Succeeded',
  FAILURE: 'Failed',
  REVOKED: 'Revoked',
  SKIPPED: 'Not run',
};

export function stateName(state: string): string {
  return NAMES[state] ?? state;
}

/** JSON that fits into a line of the page. */
const SHORT_LINE = 40;

/** JSON as a page shows it, cut where it is long. */
export function pretty(value: unknown, most: number = 20_000): string {
  const line = JSON.stringify(value) ?? 'undefined';
  if (line.length <= SHORT_LINE) return line;
  const text = JSON.stringify(value, null, 2);
  return text.length <= most ? text : `${text.slice(0, most)}\n… ${count(text.length - most)} more characters`;
}
