import { objectIn } from '../core/values/json.ts';
import type { Output } from './output.ts';

/**
 * Returns a line of the engine's log, or of a task's logger, as a person reads it: the message and its fields, an error
 * with its causes and its stack. Any other line is returned as it is.
 *
 * @param isNamed whether the task is named beside the line. Else the text has it, unless the message begins with it.
 *
 * @example
 * humanLine('{"level":"info","message":"sold","task":"sell","taskId":"w1","amount":2}', output); // 'sold {"amount":2}'
 */
export function humanLine(line: string, output: Pick<Output, 'faint'>, isNamed = true): string {
  const fields = ownFields(line);
  if (fields === undefined) return line;
  const { message, causes, stack, ...rest } = fields;
  const isTold = isNamed || message.startsWith(`${String(rest['task'])} `);
  const others = Object.fromEntries(
    Object.entries(rest).filter(([name]) => !(SHOWN.includes(name) || (isTold && NAMES.includes(name)))),
  );
  return [
    `${message}${Object.keys(others).length === 0 ? '' : ` ${output.faint(JSON.stringify(others))}`}`,
    ...(Array.isArray(causes) ? causes.map((cause) => `  caused by ${String(cause)}`) : []),
    // An error of ours is about a call: its stack is the engine's.
    ...(isOurs(rest['errorCode']) ? [] : framesIn(stack).map((frame) => output.faint(frame))),
  ].join('\n');
}

// --- internal ---

/** Fields that the message names, or the beginning of the line. */
const SHOWN = ['level', 'workflowId', 'attempt', 'ms', 'errorType', 'errorMessage', 'timestamp', 'requestId'];
/** Fields that name the task. */
const NAMES = ['task', 'taskId'];

type Fields = Readonly<Record<string, unknown>> & { readonly message: string };

/** Returns the fields of a line that names its task; a program's own lines may be JSON, too. */
function ownFields(line: string): Fields | undefined {
  if (!line.startsWith('{"')) return undefined;
  const { level, message, ...rest } = objectIn(line);
  if (typeof level !== 'string' || typeof rest['taskId'] !== 'string' || typeof message !== 'string') return undefined;
  return { ...rest, message };
}

function isOurs(code: unknown): boolean {
  return typeof code === 'string' && code.startsWith('CHORDAL_');
}

/** Returns the places of a stack; its first lines repeat the error. */
function framesIn(stack: unknown): readonly string[] {
  return typeof stack === 'string' ? stack.split('\n').filter((line) => /^\s+at /.test(line)) : [];
}
