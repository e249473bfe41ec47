import { covers, workflowOf } from '../../core/protocol/ids.ts';
import { isPlainObject, jsonIn } from '../../core/values/json.ts';
import type { LogEvent } from './log-source.ts';

const GROUP = '/aws/lambda/';

/**
 * Returns what `chordal logs` prints of a line: its time, its function, and its fields, or its text. Undefined for a line
 * of another task, whose text has the id somewhere.
 *
 * @param id of a task, or of a canvas with all that is in it.
 */
export function logLineOf({ at, group, text }: LogEvent, id: string): object | undefined {
  const line = { at: new Date(at).toISOString(), function: group.slice(GROUP.length) };
  // The patterns of CloudWatch Logs have left out the others; an emulator may not know them.
  if (!text.includes(id)) return undefined;
  const fields = fieldsIn(text);
  if (fields === undefined) return { ...line, message: text };
  const { taskId, workflowId, timestamp: _, ...rest } = fields;
  if (typeof taskId !== 'string') return { ...line, ...rest };
  const isInside = id === workflowOf(id) && workflowId === id;
  return isInside || covers(id, taskId) ? { ...line, taskId, workflowId, ...rest } : undefined;
}

// --- internal ---

/** Returns the fields of a line of JSON. Lambda's own format has those of a logger's line under `message`. */
function fieldsIn(text: string): Readonly<Record<string, unknown>> | undefined {
  const outer = text.startsWith('{') ? jsonIn(text) : undefined;
  if (!isPlainObject(outer)) return undefined;
  const { message } = outer;
  return isPlainObject(message) && 'taskId' in message ? { ...outer, ...message } : outer;
}
