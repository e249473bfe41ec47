import type { Log } from '../../ports/system.ts';

const LEVELS = ['debug', 'info', 'warn', 'error'] as const;

/** How much is written. */
export type LogLevel = (typeof LEVELS)[number] | 'silent';

/** A log of JSON lines on stderr, at or above a level. */
export function consoleLog(level: LogLevel = 'info', write: (line: string) => void = writeStderr): Log {
  const from = level === 'silent' ? LEVELS.length : LEVELS.indexOf(level);
  const at =
    (name: (typeof LEVELS)[number]): Log['info'] =>
    (message, fields) => {
      if (LEVELS.indexOf(name) >= from) write(JSON.stringify({ level: name, message, ...fields }));
    };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

// --- internal ---

function writeStderr(line: string): void {
  process.stderr.write(`${line}\n`);
}
