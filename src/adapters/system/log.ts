import { LOG_LEVELS } from '../../core/text/log-levels.ts';
import type { LogLevel } from '../../core/text/log-levels.ts';
import { lineOf } from '../../core/values/log-line.ts';
import type { Log } from '../../ports/system.ts';

/**
 * A log of JSON lines on stderr, at or above a level: by the console, so that what shows or hides a program's own lines
 * shows or hides these.
 */
export function consoleLog(
  level: LogLevel = 'info',
  write: (line: string) => void = (line) => console.error(line),
): Log {
  return logOf(level, (name, message, fields) => write(lineOf({ level: name, message, ...fields })));
}

/**
 * The same in the form of Lambda's JSON log format. Lambda filters such lines by `level` and `timestamp`, and prints
 * them as they are.
 *
 * @param requestId returns the id of the invocation.
 */
export function lambdaLog(level: LogLevel, now: () => number, requestId: () => string | undefined): Log {
  return logOf(level, (name, message, fields) => {
    const at = { timestamp: new Date(now()).toISOString(), level: name.toUpperCase(), requestId: requestId() };
    // Not by the console: Lambda would put the line, as a text, into a line of its own.
    process.stderr.write(`${lineOf({ ...at, message, ...fields })}\n`);
  });
}

// --- internal ---

type Write = (level: keyof Log, message: string, fields: Readonly<Record<string, unknown>> | undefined) => void;

function logOf(level: LogLevel, write: Write): Log {
  const from = LOG_LEVELS.indexOf(level);
  const at =
    (name: keyof Log): Log['info'] =>
    (message, fields) => {
      if (LOG_LEVELS.indexOf(name) >= from) write(name, message, fields);
    };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}
