import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { functionError } from './function-error.ts';
import { refusal, startHttpEndpoint } from './http-endpoint.ts';
import type { HttpEndpoint, Reply } from './http-endpoint.ts';
import type { Outcome } from './sandbox.ts';

/** What {@link startLambdaEndpoint} is told. */
export interface LambdaEndpointOptions {
  /** Runs a function for an event; undefined: there is no function of that name. */
  readonly invoke: (functionName: string, event: unknown) => Promise<Outcome> | undefined;
  /** The port to listen on. Default: any that is free. */
  readonly port?: number;
  /** How long to wait before an asynchronous invocation that failed is tried again, in milliseconds; on AWS it is minutes. Default 1000. */
  readonly retryAfterMs?: number;
}

/** Lambda's own API, as far as it is about calling functions. */
export type LambdaEndpoint = HttpEndpoint;

/**
 * Answers Lambda's `Invoke` on the loopback interface, so that AWS SDKs and the AWS CLI call the functions of the embedded cloud as they
 * call deployed ones: `RequestResponse`, `Event` (tried up to three times) and `DryRun`.
 *
 * @throws ConfigurationError if the port is taken
 */
export async function startLambdaEndpoint(options: LambdaEndpointOptions): Promise<LambdaEndpoint> {
  return startHttpEndpoint('lambda', options.port ?? 0, (request) => answer(options, request));
}

// --- internal ---

const PATH = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/;

/** Limits of Lambda: of what a function is called with, and of what it answers. */
const MAX_SYNC_BYTES = 6 * 1024 * 1024;
const MAX_ASYNC_BYTES = 1024 * 1024;

/** As often as Lambda tries an asynchronous invocation. */
const ASYNC_TRIES = 3;

async function answer(options: LambdaEndpointOptions, request: IncomingMessage): Promise<Reply> {
  const { pathname } = new URL(request.url ?? '', 'http://lambda');
  const [, encoded] = PATH.exec(pathname) ?? [];
  const payload = await text(request);
  if (request.method !== 'POST' || encoded === undefined) {
    return refusal(
      404,
      'UnknownOperationException',
      `The embedded Lambda answers Invoke alone, not ${request.method} ${pathname}`,
    );
  }
  const { 'x-amz-invocation-type': type = 'RequestResponse' } = request.headers;
  const most = type === 'Event' ? MAX_ASYNC_BYTES : MAX_SYNC_BYTES;
  if (Buffer.byteLength(payload) > most) {
    return refusal(
      413,
      'RequestTooLargeException',
      `Request must be smaller than ${most} bytes for the InvokeFunction operation`,
    );
  }
  const event = eventOf(payload);
  if (event === undefined)
    return refusal(400, 'InvalidRequestContentException', 'Could not parse request body into json');
  return invoke(options, nameOf(decodeURIComponent(encoded)), type, event.value);
}

async function invoke(
  options: LambdaEndpointOptions,
  name: string,
  type: string | readonly string[],
  event: unknown,
): Promise<Reply> {
  if (type === 'DryRun') return { status: 204 };
  const outcome = options.invoke(name, event);
  if (outcome === undefined) return refusal(404, 'ResourceNotFoundException', `Function not found: ${name}`);
  if (type === 'Event') {
    void tryAgain(options, name, event, outcome);
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

/** What fails is logged by the function's sandbox; who has invoked it has gone. */
async function tryAgain(
  { invoke, retryAfterMs = 1000 }: LambdaEndpointOptions,
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

function eventOf(payload: string): { readonly value: unknown } | undefined {
  try {
    return { value: payload === '' ? {} : JSON.parse(payload) };
  } catch {
    return undefined;
  }
}

/** A function is named by itself, with a version, or by its ARN. */
function nameOf(given: string): string {
  const parts = given.split(':');
  const at = parts.indexOf('function');
  return (at >= 0 ? parts[at + 1] : parts[0]) ?? given;
}
