import { isChordalError } from '../../core/errors/caller.ts';
import { UnknownResult } from '../../core/errors/result.ts';
import type { State } from '../../core/types/results.ts';
import { compact } from '../../core/values/compact.ts';
import { toFailure } from '../../core/values/failure-record.ts';
import type { Json } from '../../core/values/json.ts';
import { toAnswer } from '../../core/values/serializer.ts';
import type { Engine } from '../../engine/engine.ts';
import { unwrap, readVisible, stateOf, waitFor } from './read-result.ts';

/** An error as callers in any language read it. */
export interface ErrorReport {
  readonly errorType: string;
  readonly message: string;
  /** Which task failed first. */
  readonly failedTaskId?: string;
  readonly failedTask?: string;
  readonly args?: readonly Json[];
}

/** The state, value and error of an id, as callers in any language read them. */
export interface ResultReport {
  readonly taskId: string;
  readonly state: State;
  /** As JSON. Values that JSON cannot express are marked, as in messages; no value is null. */
  readonly value?: Json;
  readonly error?: ErrorReport;
}

/** Reads the state, value and error of an id, after waiting up to `waitSeconds` seconds for its end. */
export async function reportResult(engine: Engine, taskId: string, waitSeconds: number): Promise<ResultReport> {
  const ended = waitFor(
    engine,
    taskId,
    { timeout: waitSeconds },
    async () => (await readVisible(engine, taskId)).outcome,
  );
  const outcome = await ended.catch((error: unknown) => {
    if (isChordalError(error, 'CHORDAL_TIMEOUT')) return undefined;
    throw error;
  });
  if (outcome === undefined) return { taskId, state: await stateOf(engine, taskId) };
  const result = await unwrap(engine, taskId, outcome);
  if ('value' in result)
    return {
      taskId,
      state: 'SUCCESS',
      value: result.value === undefined ? null : toAnswer(result.value, `the result of ${taskId}`),
    };
  const state = result.error instanceof UnknownResult ? 'PENDING' : outcome.state;
  return { taskId, state, error: reportError(result.error) };
}

/** Returns the parts of an error that a caller may read. Stacks stay here. */
export function reportError(error: unknown): ErrorReport {
  const { errorType, message, args } = toFailure(error);
  if (!isChordalError(error, 'CHORDAL_TASK_FAILED')) return compact({ errorType, message, args });
  const { failedTaskId, failedTask } = error;
  return compact({ errorType: error.errorType, message, failedTaskId, failedTask, args });
}
