/** The least level that is logged; `silent` logs nothing. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

/** The log levels, from all to nothing. */
export const LOG_LEVELS: readonly LogLevel[] = ['debug', 'info', 'warn', 'error', 'silent'];

/** Returns the log level of this name; undefined if there is none. */
export function logLevelOf(name: unknown): LogLevel | undefined {
  return LOG_LEVELS.find((level) => level === name);
}
