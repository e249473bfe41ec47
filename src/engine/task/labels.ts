import { workflowOf } from '../../core/protocol/ids.ts';
import type { TaskEvent } from '../../core/types/events.ts';
import type { TaskCall } from './task-call.ts';

/** The fields that name a run in each of its lines of log. */
export interface Labels extends Pick<TaskEvent, 'task' | 'taskId' | 'workflowId' | 'attempt'> {
  /** The headers that the app's `logHeaders` name. */
  readonly headers?: Readonly<Record<string, unknown>>;
}

/** Returns the labels of a call. */
export function labelsOf(
  { id, message, retries, headers }: Pick<TaskCall, 'id' | 'message' | 'retries' | 'headers'>,
  task: string,
  logHeaders: readonly string[] | undefined,
): Labels {
  const chosen = (logHeaders ?? []).filter((name) => Object.hasOwn(headers, name));
  return {
    task,
    taskId: id,
    workflowId: workflowOf(id),
    attempt: message?.try ?? retries,
    ...(chosen.length === 0 ? {} : { headers: Object.fromEntries(chosen.map((name) => [name, headers[name]])) }),
  };
}
