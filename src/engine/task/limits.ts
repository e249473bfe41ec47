import { LIMIT_MARGIN_SECONDS } from '../../core/protocol/limits.ts';
import type { RunMessage } from '../../core/protocol/message.ts';
import type { RegisteredTask } from '../engine.ts';

/** The part of a sandbox's time that is kept to commit and to continue, in ms. */
const MARGIN_MS = 2000;
/** The least time that a task may have, in ms: a task with less could not have been started. */
const LEAST_MS = 1000;

/** Below this much time nothing is started, in ms. */
export const LEAST_NEEDED_MS: number = LEAST_MS + MARGIN_MS;

/** How long a run may take, in ms. */
export interface Limits {
  /** The wait for it ends. */
  readonly hardMs: number;
  /** Its signal fires; not below `hardMs` if there is no soft limit. */
  readonly softMs: number;
  /** The task's own limit: a run that ends later has failed with any result. Infinity if it has none. */
  readonly lateMs: number;
}

/** Returns how long a task may run: its own limits, at most the time that is left in this sandbox. */
export function limitsOf(task: RegisteredTask, { sig }: RunMessage, remainingMs: number): Limits {
  const left = Math.max(LEAST_MS, remainingMs - MARGIN_MS);
  const hard = sig.options?.timeLimit ?? task.options.timeLimit;
  const soft = sig.options?.softTimeLimit ?? task.options.softTimeLimit;
  const hardMs = hard === undefined ? left : Math.min(hard * 1000, left);
  const lateMs = hard === undefined ? Number.POSITIVE_INFINITY : hard * 1000;
  return { hardMs, softMs: soft === undefined ? hardMs : soft * 1000, lateMs };
}

/**
 * Returns how much of a sandbox's time a task should find before it is started behind another step, in ms. A task without
 * a limit may take as long as its function, so it needs half of that, and is sent if it needs more.
 */
export function timeNeededInline(
  task: RegisteredTask | undefined,
  message: Pick<RunMessage, 'sig'>,
  wholeMs: number,
): number {
  const isShort = isLimited(task, message) || task?.external !== undefined;
  return isShort ? timeNeeded(task, message) : Math.max(LEAST_NEEDED_MS, wholeMs / 2);
}

/** Returns whether a task has a time limit of its own. */
export function isLimited(task: RegisteredTask | undefined, { sig }: Pick<RunMessage, 'sig'>): boolean {
  return hardLimit(task, sig) !== undefined;
}

/** How much of a sandbox's time a task should find before it is started, in ms. */
export function timeNeeded(task: RegisteredTask | undefined, { sig }: Pick<RunMessage, 'sig'>): number {
  const hard = hardLimit(task, sig);
  return hard === undefined ? LEAST_NEEDED_MS : (hard + LIMIT_MARGIN_SECONDS) * 1000;
}

// --- internal ---

/** Returns the time limit of a task, in seconds. That of a task which a Python worker runs is not one of this sandbox. */
function hardLimit(task: RegisteredTask | undefined, { options }: RunMessage['sig']): number | undefined {
  return task?.external === undefined ? (options?.timeLimit ?? task?.options.timeLimit) : undefined;
}
