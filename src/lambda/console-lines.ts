import { lineOf } from '../core/values/log-line.ts';
import { currentRun } from '../engine/task/context.ts';
import { labelsOf } from '../engine/task/labels.ts';
import { invocationId } from '../runtime/invocation.ts';
import { lambdaLogLevel } from '../runtime/log.ts';

/** The methods of the console, with the levels that Lambda gives them. */
const METHODS = { trace: 'TRACE', debug: 'DEBUG', log: 'INFO', info: 'INFO', warn: 'WARN', error: 'ERROR' } as const;
const LEVELS: readonly string[] = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'];

/** Whether this process has done so: a function's file may make several handlers. */
let isLabelled = false;

/**
 * Has the lines that a task prints with the console name the task, where the function's log format is JSON. Lambda puts
 * each into a line of JSON without the task; here it is written with the same fields, and the task's beside them. Lines
 * outside tasks stay Lambda's.
 *
 * @param headers the names of the headers to add.
 */
export function labelConsole(headers: readonly string[] = []): void {
  const from = lambdaLogLevel();
  if (isLabelled || from === undefined) return;
  isLabelled = true;
  // Only when the first line is printed: an import would load worker threads with it, which a cold start pays for.
  const format = (given: readonly unknown[]): string => process.getBuiltinModule('node:util').format(...given);
  for (const [method, level] of Object.entries(METHODS)) {
    // The keys of the list are methods of the console.
    const name = method as keyof typeof METHODS;
    const original = console[name].bind(console);
    console[name] = (...given: readonly unknown[]): void => {
      const run = currentRun();
      if (run === undefined) return original(...given);
      if (LEVELS.indexOf(level) < LEVELS.indexOf(from)) return;
      const timestamp = new Date().toISOString();
      const about = { timestamp, level, requestId: invocationId(), ...labelsOf(run.call, run.task, headers) };
      process.stdout.write(`${lineOf({ ...about, message: format(given) })}\n`);
    };
  }
}
