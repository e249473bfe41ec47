import { randomBytes } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage, Server, ServerResponse } from 'node:http';

/** The callers that a port of the embedded cloud answers. */
export interface Guard {
  /** The access key of this start of the cloud. A request must be signed with it. */
  readonly accessKey: string;
  /** The services of the port, as signatures name them: `sqs`, `s3`. */
  readonly services: readonly string[];
}

/** Makes an access key that cannot be guessed. */
export function makeAccessKey(): string {
  return `LOCAL${randomBytes(16).toString('hex').toUpperCase()}`;
}

/**
 * Puts a guard in front of a server, so that it answers only requests that a program on this machine makes on purpose. A web page in a
 * browser can send requests to any port of the machine, also under a host name of its own (DNS rebinding).
 */
export function guardServer(server: Server, guard: Guard): void {
  const listeners = server.listeners('request');
  server.removeAllListeners('request');
  server.keepAliveTimeout = IDLE_MS;
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const problem = problemWith(request, guard);
    if (problem !== undefined) return refuse(request, response, problem);
    for (const listener of listeners) Reflect.apply(listener, server, [request, response]);
  });
}

/**
 * Returns why a request is refused, or undefined if it is accepted.
 *
 * @example
 * problemWith({ headers: { host: 'evil.example' } }, guard); // 'its Host is evil.example'
 */
export function problemWith(request: Pick<IncomingMessage, 'headers' | 'url'>, guard: Guard): string | undefined {
  const { headers, url = '' } = request;
  const { host = '', origin, 'sec-fetch-site': site, 'content-type': type = '' } = headers;
  if (!LOOPBACK.test(host)) return `its Host is ${JSON.stringify(host)}`;
  if (origin !== undefined || site !== undefined) return 'a web page has sent it';
  // A page may send these without asking the server first.
  if (SIMPLE_TYPES.test(type)) return `its Content-Type is ${type}`;
  const { accessKey, service } = credentialOf(headers, url) ?? {};
  if (accessKey !== guard.accessKey) return 'it is not signed with the access key of this start of the cloud';
  if (service === undefined || !guard.services.includes(service)) return `this port does not answer for ${service}`;
  return undefined;
}

// --- internal ---

/**
 * How long a connection may be idle, in ms. Node closes it after 5 s, and tells its client only a second before: on a busy machine
 * all connections of a pool are then found closed, one after another, until the SDK gives up.
 */
const IDLE_MS = 120_000;

const LOOPBACK = /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/;

const SIMPLE_TYPES = /^\s*(text\/plain|application\/x-www-form-urlencoded|multipart\/form-data)\b/i;

/** `<access key>/<date>/<region>/<service>/aws4_request`, in a header or, for a presigned URL, in the query. */
const CREDENTIAL = /Credential=([^/\s]+)\/\d+\/[^/\s]+\/([^/\s]+)\/aws4_request\b/;

function credentialOf(
  { authorization = '' }: IncomingHttpHeaders,
  url: string,
): { readonly accessKey?: string | undefined; readonly service?: string | undefined } | undefined {
  const found = CREDENTIAL.exec(authorization) ?? CREDENTIAL.exec(url.replaceAll(/%2f/gi, '/'));
  return found === null ? undefined : { accessKey: found[1], service: found[2] };
}

/** Answers as the services do: S3 in XML, the others in JSON. */
function refuse(request: IncomingMessage, response: ServerResponse, problem: string): void {
  request.resume();
  const message = `Cannot answer this request: ${problem}. Set the environment that this start of the embedded cloud prints.`;
  const isS3 = credentialOf(request.headers, request.url ?? '')?.service === 's3';
  const code = isS3 ? 'InvalidAccessKeyId' : 'UnrecognizedClientException';
  response.writeHead(403, {
    'content-type': isS3 ? 'application/xml' : 'application/json',
    'x-amzn-errortype': code,
    connection: 'close',
  });
  response.end(
    isS3
      ? `<Error><Code>${code}</Code><Message>${message.replaceAll(/[<&]/g, ' ')}</Message></Error>`
      : JSON.stringify({ __type: code, message }),
  );
}
