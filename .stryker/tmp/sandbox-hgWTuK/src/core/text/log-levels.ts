/** How much is logged, from all to nothing. */
export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;

/** How much is logged: what is of this level and above. */
export type LogLevel = (typeof LOG_LEVELS)[number];

/** The log level of this name; undefined if there is none. */
export function logLevelOf(name: unknown): LogLevel | undefined {
  return LOG_LEVELS.find((level) => level === name);
}
