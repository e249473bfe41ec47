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
    ...behindMessage(causes, isOurs(rest['errorCode']) ? undefined : stack).map((text) =>
      text.startsWith(CAUSE) ? text : output.faint(text),
    ),
  ].join('\n');
}

// --- internal ---

/** Fields that the message names, or the beginning of the line. */
const SHOWN = ['level', 'workflowId', 'attempt', 'ms', 'errorType', 'errorMessage', 'timestamp', 'requestId'];
/** Fields that name the task. */
const NAMES = ['task', 'taskId'];

type Fields = Readonly<Record<string, unknown>> & { readonly message: string };

/** Returns the fields of a line that names its task or its message; a program's own lines may be JSON, too. */
function ownFields(line: string): Fields | undefined {
  if (!line.startsWith('{"')) return undefined;
  const { level, message, ...rest } = objectIn(line);
  const isNamed = [rest['taskId'], rest['messageId']].some((id) => typeof id === 'string');
  if (typeof level !== 'string' || !isNamed || typeof message !== 'string') return undefined;
  return { ...rest, message };
}

function isOurs(code: unknown): boolean {
  return typeof code === 'string' && code.startsWith('CHORDAL_');
}

const CAUSE = '  caused by ';

/**
 * Returns the causes of an error and the places of its stack, each cause before its own; the first lines of the stack repeat
 * the error. An error of ours is about a call: its stack is the engine's, and not given.
 */
function behindMessage(causes: unknown, stack: unknown): readonly string[] {
  const lines = typeof stack === 'string' ? stack.split('\n').filter((line) => /^(\s+at |caused by )/.test(line)) : [];
  const shown = lines.map((line) => line.replace(/^caused by /, CAUSE));
  const told = new Set(shown);
  const others = Array.isArray(causes) ? causes.map((cause) => `${CAUSE}${String(cause)}`) : [];
  return [...others.filter((cause) => !told.has(cause)), ...shown];
}
