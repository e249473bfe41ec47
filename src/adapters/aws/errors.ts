import { ConfigurationError, isChordalError, ServiceUnavailable } from '../../core/errors/caller.ts';
import type { Item } from './attributes.ts';

/** The resource that a call works on: named in errors, with the fix if it is not there. */
export interface Resource {
  readonly kind: 'table' | 'bucket' | 'queue' | 'schedule group' | 'function';
  readonly name: string;
  /** The action of IAM that the call needs: named where access is refused. */
  readonly right?: string;
}

/**
 * Makes a call of the SDK, and throws its errors as ours.
 *
 * @param doing the purpose of the call, as in `write an outcome to`
 * @throws ServiceUnavailable if the service is busy, throttles, or is out of reach
 * @throws ConfigurationError if the resource or the credentials are missing, or the service refuses the request for good
 */
export async function calling<Answer>(doing: string, resource: Resource, call: () => Promise<Answer>): Promise<Answer> {
  try {
    return await call();
  } catch (error) {
    throw translated(error, doing, resource);
  }
}

/** Returns our error for one of the SDK's; an error that is not of a service or the way to it stays as it is. */
export function translated(error: unknown, doing: string, { kind, name, right }: Resource): unknown {
  if (!(error instanceof Error) || isChordalError(error)) return error;
  const what = `Cannot ${doing} the ${kind} "${name}"`;
  const why = `${error.name}: ${error.message}`;
  if (isMissing(error)) {
    // A caller may have the routes of a handler that a later deployment has removed.
    const routes = kind === 'queue' ? ' take the routes from its outputs again (CHORDAL_ROUTES),' : '';
    const advice = `Deploy the stack,${routes} or check the names and the region in the environment.`;
    return new ConfigurationError(`${what}: there is no such ${kind}. ${advice}`, { cause: error });
  }
  if (isBusy(error)) return new ServiceUnavailable(`${what} for now: ${why}`, { cause: error });
  if (DENIED.test(error.name) || NOT_SET_UP.test(error.message)) {
    const allow = right === undefined ? '' : ` It needs ${right}.`;
    const advice = `Check the credentials, the region and the role of this program.${allow}`;
    return new ConfigurationError(`${what}: access is refused (${why}). ${advice}`, { cause: error });
  }
  if (statusOf(error) === undefined) return error;
  return new ConfigurationError(`${what}: the service refuses the request (${why})`, { cause: error });
}

/** Returns whether an error, or one entry of a batch, may succeed when it is tried again, judged by its code. */
export function isTransientCode(code: string): boolean {
  return BUSY.test(code);
}

/** Returns whether a service says that the resource of a call is not there. */
export function isMissing(error: unknown): boolean {
  return error instanceof Error && MISSING.has(error.name);
}

/** Returns whether a service has refused a call because of its quotas: of calls a second, or of the number of resources. */
export function isOverQuota(error: unknown): boolean {
  return error instanceof Error && OVER_QUOTA.test(error.name);
}

/** Returns whether a conditional write was refused because its condition did not hold. It has the item that stands, if it was asked for. */
export function isRefused(error: unknown): error is Error & { readonly Item?: Item } {
  return error instanceof Error && error.name === 'ConditionalCheckFailedException';
}

// --- internal ---

const MISSING: ReadonlySet<string> = new Set([
  'ResourceNotFoundException',
  'QueueDoesNotExist',
  'AWS.SimpleQueueService.NonExistentQueue',
  'NoSuchBucket',
]);
const OVER_QUOTA = /Throttl|QuotaExceeded|LimitExceeded|TooManyRequests/i;
const BUSY =
  /Throttl|ThroughputExceeded|QuotaExceeded|LimitExceeded|TooManyRequests|SlowDown|Unavailable|Internal|Timeout|RequestExpired|InProgress|InUse|Conflict|Abort/i;
const DENIED =
  /AccessDenied|Unauthorized|Forbidden|Credentials|UnrecognizedClient|InvalidClientTokenId|InvalidAccessKeyId|ExpiredToken|Signature|AuthFailure|MissingAuthenticationToken/i;
const NOT_SET_UP = /^Region is missing|^Could not load credentials|^Resolved credential object is not valid/;
const NETWORK = /^(ECONN\w+|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|ERR_SOCKET\w*|UND_ERR_\w+)$/;

function isBusy(error: Error): boolean {
  const status = statusOf(error);
  if (status !== undefined && (status >= 500 || status === 429)) return true;
  if ('code' in error && typeof error.code === 'string' && NETWORK.test(error.code)) return true;
  return BUSY.test(error.name);
}

function statusOf(error: Error): number | undefined {
  if (!('$metadata' in error) || typeof error.$metadata !== 'object' || error.$metadata === null) return undefined;
  const { $metadata } = error;
  if (!('httpStatusCode' in $metadata)) return undefined;
  return typeof $metadata.httpStatusCode === 'number' ? $metadata.httpStatusCode : undefined;
}
