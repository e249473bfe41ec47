import { TaskFailedError, TaskRetryError, TaskRevokedError } from '../../core/errors/result.ts';
import type { NextAttempt, Result } from '../../core/protocol/outcome.ts';
import { compact } from '../../core/values/compact.ts';
import { fromFailure } from '../../core/values/failure-record.ts';
import { isPlainObject } from '../../core/values/json.ts';
import type { Json } from '../../core/values/json.ts';
import type { Engine } from '../../engine/engine.ts';
import { loadValue } from '../../engine/inputs.ts';

/** Makes the error of a failed id from its record. */
export function failedError(id: string, outcome: Result, record: Json): TaskFailedError {
  const { task, ...parts } = partsOf(record);
  const { cause: error } = parts;
  const args = 'args' in error && Array.isArray(error.args) ? { args: error.args } : {};
  const failedTaskId = outcome.failedId ?? id;
  return new TaskFailedError(error.message, { ...parts, taskId: id, failedTaskId, failedTask: task, ...args });
}

/** Makes the error of a revoked id. */
export async function revokedError(engine: Engine, id: string, outcome: Result): Promise<TaskRevokedError> {
  const record = await loadValue(engine, outcome.value);
  const reason = isPlainObject(record) && typeof record['reason'] === 'string' ? record['reason'] : 'revoked';
  const task = isPlainObject(record) && typeof record['task'] === 'string' ? ` (${record['task']})` : '';
  const where = outcome.failedId === undefined || outcome.failedId === id ? '' : ` with ${outcome.failedId}`;
  return new TaskRevokedError(`Cannot read the value of ${id}: it was ${reason}${where}${task}`, {
    taskId: id,
    reason,
  });
}

/** Makes the error of an id that is to run again. */
export async function retryError(
  engine: Engine,
  id: string,
  { notBefore, attempt, error, run }: NextAttempt & { readonly kind: 'retry' },
): Promise<TaskRetryError> {
  const about = { taskId: id, attempt, retryAt: new Date(notBefore) };
  if (error === undefined) {
    const message = `The task asked to be run again, at ${about.retryAt.toISOString()}`;
    return new TaskRetryError(message, { ...about, errorType: 'Retry', task: run?.task ?? '' });
  }
  const { task, ...parts } = partsOf(await loadValue(engine, error));
  return new TaskRetryError(parts.cause.message, { ...parts, ...about, task: task === '' ? (run?.task ?? '') : task });
}

// --- internal ---

/** Returns what a record says of an error, and the error that it was made of. */
function partsOf(record: Json): Pick<
  TaskFailedError,
  'errorType' | 'remoteStack' | 'errorCode' | 'fields' | 'errors'
> & {
  readonly task: string;
  readonly cause: Error;
} {
  const error = fromFailure(record);
  const { errorType, task, stack, code } = isPlainObject(record) ? record : {};
  const { fields, errors }: Pick<TaskFailedError, 'fields' | 'errors'> = 'fields' in error ? error : {};
  return {
    errorType: typeof errorType === 'string' ? errorType : error.name,
    task: typeof task === 'string' ? task : '',
    ...compact({
      remoteStack: typeof stack === 'string' ? stack : undefined,
      errorCode: typeof code === 'string' || typeof code === 'number' ? code : undefined,
      fields,
      errors,
    }),
    cause: error,
  };
}
