import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { ConfigurationError } from '../core/errors/caller.ts';
import { portProblem } from '../core/text/port-problem.ts';
import { isPlainObject } from '../core/values/json.ts';
import { guardServer } from './guard.ts';

/** A request to a service of the embedded cloud. */
export interface Request {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** The answer to a request. */
export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** A service of the embedded cloud that listens on the loopback interface. */
export interface HttpEndpoint {
  readonly url: string;
  stop(): Promise<void>;
}

/** The options of {@link startHttpEndpoint}. */
export interface HttpEndpointOptions {
  /** The name of the service in signatures and errors. */
  readonly service: string;
  /** Further services that it answers for. Default: none. */
  readonly also?: readonly string[];
  /** The access key that it accepts. */
  readonly accessKey: string;
  /** The port to listen on. Default: any free port. */
  readonly port?: number;
  readonly answer: (request: Request) => Promise<Reply>;
}

/**
 * Listens on the loopback interface, and answers in JSON as AWS's services do.
 *
 * @throws ConfigurationError if the port cannot be used
 */
export async function startHttpEndpoint(options: HttpEndpointOptions): Promise<HttpEndpoint> {
  const { service, also = [], accessKey, port = 0, answer } = options;
  const server = createServer((request, response) => {
    void requestOf(request)
      .then(answer)
      .catch((error: unknown) => refusal(500, 'InternalFailure', String(error)))
      .then(({ status, headers = {}, body = '' }) => {
        response.writeHead(status, {
          'content-type': 'application/json',
          'x-amzn-requestid': randomUUID(),
          ...headers,
        });
        response.end(body);
      });
  });
  guardServer(server, { accessKey, services: [service, ...also] });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject).listen(port, '127.0.0.1', resolve);
  await promise.catch((cause: unknown) => {
    throw new ConfigurationError(
      `Cannot start the embedded ${service}: ${portProblem(port, cause)}. Choose another, or none to take any free port.`,
      { cause },
    );
  });
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : port}`,
    stop: async () => {
      const closed = new Promise((done) => server.close(done));
      server.closeAllConnections();
      await closed;
    },
  };
}

/** Makes the answer of a request that has been carried out. */
export function ok(body: object): Reply {
  return { status: 200, body: JSON.stringify(body) };
}

/** Returns the fields of a request; none for JSON that is not an object. */
export function fieldsIn(body: string): Readonly<Record<string, unknown>> {
  const json: unknown = JSON.parse(body);
  return isPlainObject(json) ? json : {};
}

/** Makes the answer for an error, in the form of AWS's JSON protocols. */
export function refusal(status: number, type: string, message: string): Reply {
  return {
    status,
    headers: { 'x-amzn-errortype': type },
    body: JSON.stringify({ Type: 'User', message, Message: message }),
  };
}

// --- internal ---

async function requestOf(request: IncomingMessage): Promise<Request> {
  const { method = '', url = '', headers } = request;
  const { pathname: path, searchParams: query } = new URL(url, 'http://127.0.0.1');
  return { method, path, query, headers, body: await text(request) };
}
