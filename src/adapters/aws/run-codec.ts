import type { GroupSize, RunFacts } from '../../core/protocol/outcome.ts';
import { compact } from '../../core/values/compact.ts';
import { fnv1a } from './fnv.ts';

/** The facts of a run, and when its value expires (epoch seconds): that is kept here, as it follows from the end. */
export interface DatedRun {
  readonly run: RunFacts;
  readonly expiresAt?: number | undefined;
}

/**
 * How the facts of a run are written beside its decision: `ended.ran.waited.expires.attempt.steps.name`, numbers to base
 * 36, spans in ms up to the next later time, the expiry in seconds after the end.
 */
export function encodeRun({ run, expiresAt }: DatedRun): string {
  const numbers = numbersOf(run, expiresAt);
  return run.task === undefined ? trimmed(numbers) : [...numbers, run.task].join('.');
}

/** Returns the facts that {@link encodeRun} wrote. */
export function decodeRun(text: string): DatedRun {
  const parts = text.split('.');
  const task = parts.slice(NUMBERS).join('.');
  return runOf(parts, task === '' ? undefined : task);
}

/**
 * The same for a member; eight members share an item: three letters instead of the name, then the numbers. The letters
 * choose among the names that the leaf keeps once.
 */
export function encodeMemberRun({ run, expiresAt }: DatedRun): string {
  return `${run.task === undefined ? NO_TASK : markOf(run.task)}${trimmed(numbersOf(run, expiresAt))}`;
}

/** Returns the facts that {@link encodeMemberRun} wrote, with one of the names in its leaf. */
export function decodeMemberRun(text: string, names: readonly string[]): DatedRun {
  const mark = text.slice(0, MARK_LETTERS);
  const task = names.find((name) => markOf(name) === mark);
  return runOf(text.slice(MARK_LETTERS).split('.'), task);
}

/** The text of a group's size. */
export function encodeSize({ members, steps }: GroupSize): string {
  return steps === undefined ? `${members}` : `${members} ${steps}`;
}

/** Returns the size that {@link encodeSize} wrote. */
export function decodeSize(text: string): GroupSize {
  const [members, steps] = text.split(' ').map(Number);
  return compact({ members: members ?? 0, steps });
}

// --- internal ---

const NUMBERS = 6;
const MARK_LETTERS = 3;
const NO_TASK = '---';
const LETTERS = 36 ** MARK_LETTERS;

/** Three letters made of a name: two of eight names share them once in 1,700 leaves. */
function markOf(name: string): string {
  return (fnv1a(name) % LETTERS).toString(36).padStart(MARK_LETTERS, '0');
}

function numbersOf({ attempt, queuedAt, startedAt, endedAt, steps }: RunFacts, expiresAt?: number): readonly string[] {
  const ran = startedAt === undefined ? undefined : endedAt - startedAt;
  const waited = queuedAt === undefined ? undefined : (startedAt ?? endedAt) - queuedAt;
  const expires = expiresAt === undefined ? undefined : expiresAt - secondsOf(endedAt);
  return [endedAt, ran, waited, expires, attempt, steps].map((value) => value?.toString(36) ?? '');
}

function trimmed(numbers: readonly string[]): string {
  return numbers.join('.').replace(/\.+$/, '');
}

function runOf([ended = '', ran, waited, expires, attempt, steps]: readonly string[], task?: string): DatedRun {
  const endedAt = Number.parseInt(ended, 36);
  const startedAt = before(endedAt, ran);
  const left = numberIn(expires);
  return {
    run: compact({
      task,
      attempt: numberIn(attempt),
      queuedAt: before(startedAt ?? endedAt, waited),
      startedAt,
      endedAt,
      steps: numberIn(steps),
    }),
    expiresAt: left === undefined ? undefined : left + secondsOf(endedAt),
  };
}

function numberIn(text: string | undefined): number | undefined {
  return text === undefined || text === '' ? undefined : Number.parseInt(text, 36);
}

function before(at: number, ms: string | undefined): number | undefined {
  const span = numberIn(ms);
  return span === undefined ? undefined : at - span;
}

function secondsOf(ms: number): number {
  return Math.floor(ms / 1000);
}
