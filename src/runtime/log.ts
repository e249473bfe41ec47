import { consoleLog, lambdaLog } from '../adapters/system/log.ts';
import { describe } from '../core/text/describe.ts';
import { LOG_LEVELS, logLevelOf } from '../core/text/log-levels.ts';
import type { LogLevel } from '../core/text/log-levels.ts';
import { mismatch } from '../core/text/mismatch.ts';
import type { Clock, Log } from '../ports/system.ts';
import { invocationId } from './invocation.ts';

/** Variables of a process. */
type Variables = Readonly<Record<string, string | undefined>>;

/** Returns the log of a process: of a function whose log format is JSON, lines that Lambda takes as they are. */
export function environmentLog(environment: Variables, clock: Pick<Clock, 'now'>): Log {
  const level = logLevel(environment);
  const isPlain = lambdaLogLevel(environment) === undefined;
  const log = isPlain ? consoleLog(level) : lambdaLog(level, () => clock.now(), invocationId);
  const { CHORDAL_LOG_LEVEL: given = '' } = environment;
  if (given !== '' && logLevelOf(given) === undefined && !refused.has(given)) {
    refused.add(given);
    // A worker that is deployed works on.
    log.warn(`Cannot use CHORDAL_LOG_LEVEL: ${mismatch(`one of ${LOG_LEVELS.join(', ')}`, describe(given))}`, {
      level,
    });
  }
  return log;
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

// --- internal ---

/** The wrong levels that this process has told of: each app has a log of its own. */
const refused = new Set<string>();
