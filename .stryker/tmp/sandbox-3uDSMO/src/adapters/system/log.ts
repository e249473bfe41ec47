import { LOG_LEVELS } from '../../core/text/log-levels.ts';
import type { LogLevel } from '../../core/text/log-levels.ts';
import type { Log } from '../../ports/system.ts';

/** A log of JSON lines on stderr, at or above a level. */
export function consoleLog(level: LogLevel = 'info', write: (line: string) => void = writeStderr): Log {
  const from = LOG_LEVELS.indexOf(level);
  const at =
    (name: keyof Log): Log['info'] =>
    (message, fields) => {
      if (LOG_LEVELS.indexOf(name) >= from) write(JSON.stringify({ level: name, message, ...fields }));
    };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

// --- internal ---

function writeStderr(line: string): void {
  process.stderr.write(`${line}\n`);
}
