import { consoleLog, lambdaLog } from '../adapters/system/log.ts';
import { logLevelOf } from '../core/text/log-levels.ts';
import type { LogLevel } from '../core/text/log-levels.ts';
import type { Clock, Log } from '../ports/system.ts';
import { invocationId } from './invocation.ts';

/** Variables of a process. */
type Variables = Readonly<Record<string, string | undefined>>;

/** Returns the log of a process: of a function whose log format is JSON, lines that Lambda takes as they are. */
export function environmentLog(environment: Variables, clock: Pick<Clock, 'now'>): Log {
  const level = logLevel(environment);
  if (lambdaLogLevel(environment) === undefined) return consoleLog(level);
  return lambdaLog(level, () => clock.now(), invocationId);
}

/** Returns the level from which Lambda prints lines of the console, if this is a function whose log format is JSON. */
export function lambdaLogLevel(
  { AWS_LAMBDA_LOG_FORMAT: format, AWS_LAMBDA_LOG_LEVEL: level = 'INFO' }: Variables = process.env,
): string | undefined {
  return format === 'JSON' ? level.toUpperCase() : undefined;
}

/** Returns the level of the log: CHORDAL_LOG_LEVEL, default `info`. */
export function logLevel({ CHORDAL_LOG_LEVEL: given }: Variables = process.env): LogLevel {
  return logLevelOf(given) ?? 'info';
}
