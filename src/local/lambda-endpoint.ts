import { jsonIn } from '../core/values/json.ts';
import { functionError } from './function-error.ts';
import { refusal } from './http-endpoint.ts';
import type { Reply, Request } from './http-endpoint.ts';
import type { Outcome } from './sandbox.ts';

/** The functions that {@link answerLambda} invokes. */
export interface LambdaFunctions {
  /** Runs a function for an event. Returns undefined if there is no function of that name. */
  readonly invoke: (functionName: string, event: unknown) => Promise<Outcome> | undefined;
  /** Returns whether there is a function of that name. */
  readonly has: (functionName: string) => boolean;
  /** How long to wait before a failed asynchronous invocation is tried again, in milliseconds. On AWS it is minutes. Default 1000. */
  readonly retryAfterMs?: number;
}

/**
 * Answers Lambda's `Invoke`, so that AWS SDKs and the AWS CLI call the functions of the embedded cloud as they call deployed ones:
 * `RequestResponse`, `Event` (tried up to three times) and `DryRun`.
 */
export async function answerLambda(functions: LambdaFunctions, request: Request): Promise<Reply> {
  const { method, path, headers, body } = request;
  const [, encoded] = PATH.exec(path) ?? [];
  if (method !== 'POST' || encoded === undefined) {
    const message = `The embedded Lambda answers only Invoke, not ${method} ${path}`;
    return refusal(404, 'UnknownOperationException', message);
  }
  const { 'x-amz-invocation-type': type = 'RequestResponse' } = headers;
  const most = type === 'Event' ? MAX_ASYNC_BYTES : MAX_SYNC_BYTES;
  if (Buffer.byteLength(body) > most) {
    const message = `Request must be smaller than ${most} bytes for the InvokeFunction operation`;
    return refusal(413, 'RequestTooLargeException', message);
  }
  const event = body === '' ? {} : jsonIn(body);
  if (event === undefined)
    return refusal(400, 'InvalidRequestContentException', 'Could not parse request body into json');
  return invoke(functions, nameOf(decodeURIComponent(encoded)), type, event);
}

// --- internal ---

const PATH = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/;

/** Lambda's limits on the size of an event and of an answer. */
const MAX_SYNC_BYTES = 6 * 1024 * 1024;
const MAX_ASYNC_BYTES = 1024 * 1024;

/** How often Lambda tries an asynchronous invocation. */
const ASYNC_TRIES = 3;

async function invoke(
  functions: LambdaFunctions,
  name: string,
  type: string | readonly string[],
  event: unknown,
): Promise<Reply> {
  const missing = refusal(404, 'ResourceNotFoundException', `Function not found: ${name}`);
  if (type === 'DryRun') return functions.has(name) ? { status: 204 } : missing;
  const outcome = functions.invoke(name, event);
  if (outcome === undefined) return missing;
  if (type === 'Event') {
    void tryAgain(functions, name, event, outcome);
    return { status: 202 };
  }
  const ended = await outcome;
  const headers = { 'x-amz-executed-version': '$LATEST' };
  if (ended.kind === 'failed') {
    return {
      status: 200,
      headers: { ...headers, 'x-amz-function-error': 'Unhandled' },
      body: JSON.stringify(functionError(ended.reason)),
    };
  }
  const body = ended.answer ?? 'null';
  if (Buffer.byteLength(body) <= MAX_SYNC_BYTES) return { status: 200, headers, body };
  const tooLarge = {
    errorType: 'Function.ResponseSizeTooLarge',
    errorMessage: `Response payload size exceeded maximum allowed payload size (${MAX_SYNC_BYTES} bytes).`,
  };
  return { status: 200, headers: { ...headers, 'x-amz-function-error': 'Unhandled' }, body: JSON.stringify(tooLarge) };
}

/** Tries again. The function's sandbox logs failures: the caller has its answer already. */
async function tryAgain(
  { invoke, retryAfterMs = 1000 }: LambdaFunctions,
  name: string,
  event: unknown,
  first: Promise<Outcome>,
): Promise<void> {
  let outcome: Promise<Outcome> | undefined = first;
  for (let tries = 1; (await outcome)?.kind === 'failed' && tries < ASYNC_TRIES; tries += 1) {
    await new Promise<void>((resolve) => setTimeout(resolve, retryAfterMs).unref());
    outcome = invoke(name, event);
  }
}

/** A function is named by its name, with or without a version, or by its ARN. */
function nameOf(given: string): string {
  const parts = given.split(':');
  const at = parts.indexOf('function');
  return (at >= 0 ? parts[at + 1] : parts[0]) ?? given;
}
