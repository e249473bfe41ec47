import { reportError } from '../client/results/report.ts';
import type { ErrorReport } from '../client/results/report.ts';
import { isChordalError } from '../core/errors/caller.ts';
import type { Json } from '../core/values/json.ts';
import { toAnswer } from '../core/values/serializer.ts';
import { isUsersMistake } from './explain.ts';

/** How a canvas ended, or why it could not even be sent. */
export type Ending<T = unknown> = { readonly value: T } | { readonly error: unknown };

/** Waits for the end; it never throws. */
export async function endingOf<T>(value: Promise<T>): Promise<Ending<T>> {
  try {
    return { value: await value };
  } catch (error) {
    return { error };
  }
}

/** The line of JSON for an ending. */
export function endingJson(ending: Ending): { readonly value: Json } | { readonly error: ErrorReport } {
  return 'error' in ending ? { error: errorJson(ending.error) } : { value: valueJson(ending.value) };
}

/** An error as JSON: what failed, why, and which task it was. */
export function errorJson(error: unknown): ErrorReport {
  const report = reportError(error);
  return isChordalError(error, 'CHORDAL_TASK_REVOKED') ? { ...report, failedTaskId: error.taskId } : report;
}

/** 0 if all is well, 2 if no canvas was one that could be sent, else 1. */
export function exitCodeOf(endings: readonly Ending[]): 0 | 1 | 2 {
  const failed = endings.filter((ending) => 'error' in ending);
  if (failed.length === 0) return 0;
  const isNothingSent = failed.length === endings.length && failed.every(({ error }) => isUsersMistake(error));
  return isNothingSent ? 2 : 1;
}

// --- internal ---

/** The value as JSON, with marks for what JSON cannot say; of a function that returned nothing it is null. */
function valueJson(value: unknown): Json {
  return value === undefined ? null : toAnswer(value, 'the value');
}
