const LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;

/** How much tasks log: CHORDAL_LOG_LEVEL, default `info`. */
export function logLevel(): (typeof LEVELS)[number] {
  const { CHORDAL_LOG_LEVEL: given } = process.env;
  return LEVELS.find((level) => level === given) ?? 'info';
}
