import { ConfigurationError, isChordalError, ServiceUnavailable } from '../errors/caller.ts';
import { compact } from './compact.ts';

/**
 * Waits for work of the cloud, and throws its errors as ones that were made here, so that their stacks have the caller's line. Calls share
 * requests: the stack of a request's error has the line of none of them.
 */
export async function fromHere<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (isChordalError(error, 'CHORDAL_SERVICE_UNAVAILABLE'))
      throw new ServiceUnavailable(error.message, compact({ cause: error.cause }));
    if (isChordalError(error, 'CHORDAL_CONFIGURATION'))
      throw new ConfigurationError(error.message, compact({ cause: error.cause }));
    throw error;
  }
}
