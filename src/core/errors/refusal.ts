import { isChordalError } from './caller.ts';
import type { ConfigurationError, ServiceUnavailable } from './caller.ts';
import type { Reject } from './task.ts';

/**
 * Returns whether a request to the cloud may succeed later. The cloud refuses it for now, or until a right, a key or a
 * table is restored. Or a task has asked for its message again. Such an error only delays, and decides nothing.
 */
export function isRefusal(error: unknown): error is ServiceUnavailable | ConfigurationError | Reject {
  if (isChordalError(error, 'CHORDAL_REJECT')) return error.requeue;
  return isChordalError(error, 'CHORDAL_SERVICE_UNAVAILABLE') || isChordalError(error, 'CHORDAL_CONFIGURATION');
}
