import { reportError } from '../client/results/report.ts';
import type { ErrorReport } from '../client/results/report.ts';
import { isChordalError } from '../core/errors/caller.ts';
import { compact } from '../core/values/compact.ts';
import type { Json } from '../core/values/json.ts';
import { toAnswer } from '../core/values/serializer.ts';
import { isUsersMistake } from './errors.ts';
import type { CanvasText } from './read-canvases.ts';

/** The value of a canvas, or the error that it ended with or was rejected with. */
export type Ending<T = unknown> = { readonly value: T } | { readonly error: unknown };

/** Waits for a promise and returns how it ended. It never throws. */
export async function endingOf<T>(value: Promise<T>): Promise<Ending<T>> {
  try {
    return { value: await value };
  } catch (error) {
    return { error };
  }
}

/** Makes the line of JSON for an ending. */
export function endingJson(ending: Ending): { readonly value: Json } | { readonly error: ErrorReport } {
  return 'error' in ending ? { error: errorJson(ending.error) } : { value: valueJson(ending.value) };
}

/** Makes the JSON for an error: its type, its message and the task that failed. */
export function errorJson(error: unknown): ErrorReport {
  const report = reportError(error);
  return isChordalError(error, 'CHORDAL_TASK_REVOKED') ? { ...report, failedTaskId: error.taskId } : report;
}

/** Makes the JSON for a rejected canvas, with its line if it has one. */
export function rejectionJson({ line }: CanvasText, error: unknown): object {
  return { error: compact({ ...errorJson(error), line }) };
}

/** Returns 0 if nothing failed, 2 if no canvas could be sent, otherwise 1. */
export function exitCodeOf(endings: readonly Ending[]): 0 | 1 | 2 {
  const failed = endings.filter((ending) => 'error' in ending);
  if (failed.length === 0) return 0;
  const isNothingSent = failed.length === endings.length && failed.every(({ error }) => isUsersMistake(error));
  return isNothingSent ? 2 : 1;
}

// --- internal ---

/** Marks stand for values that JSON has no form for. A function without a result has the value null. */
function valueJson(value: unknown): Json {
  return value === undefined ? null : toAnswer(value, 'the value');
}
