import { isChordalError } from './caller.ts';
import type { ConfigurationError, ServiceUnavailable } from './caller.ts';

/**
 * Returns whether a request to the cloud may succeed later. The cloud refuses it for now, or until a right, a key or a
 * table is restored. Such an error only delays, and decides nothing.
 */
export function isRefusal(error: unknown): error is ServiceUnavailable | ConfigurationError {
  return isChordalError(error, 'CHORDAL_SERVICE_UNAVAILABLE') || isChordalError(error, 'CHORDAL_CONFIGURATION');
}
