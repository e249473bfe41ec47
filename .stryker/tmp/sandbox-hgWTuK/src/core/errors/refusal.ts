import { isChordalError } from './caller.ts';
import type { ConfigurationError, ServiceUnavailable } from './caller.ts';

/**
 * Whether what was asked of the cloud may succeed later: it refuses, for now or until somebody gives it back a right, a
 * key or a table. Such an error delays, and decides nothing.
 */
export function isRefusal(error: unknown): error is ServiceUnavailable | ConfigurationError {
  return isChordalError(error, 'CHORDAL_SERVICE_UNAVAILABLE') || isChordalError(error, 'CHORDAL_CONFIGURATION');
}
