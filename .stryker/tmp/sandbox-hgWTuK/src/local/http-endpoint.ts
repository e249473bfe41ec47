import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { ConfigurationError } from '../core/errors/caller.ts';

/** What an endpoint answers. */
export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** A service of the embedded cloud that answers on the loopback interface. */
export interface HttpEndpoint {
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * Listens on the loopback interface, and answers in JSON as AWS's services do.
 *
 * @param service what it is called in errors
 * @throws ConfigurationError if the port is taken
 */
export async function startHttpEndpoint(
  service: string,
  port: number,
  answer: (request: IncomingMessage) => Promise<Reply>,
): Promise<HttpEndpoint> {
  const server = createServer((request, response) => {
    void answer(request)
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
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject).listen(port, '127.0.0.1', resolve);
  await promise.catch((cause: unknown) => {
    throw new ConfigurationError(
      `Cannot start the embedded ${service}: port ${port} is in use; choose another, or none to take any that is free`,
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

/** An error as AWS's JSON protocols say it. */
export function refusal(status: number, type: string, message: string): Reply {
  return {
    status,
    headers: { 'x-amzn-errortype': type },
    body: JSON.stringify({ Type: 'User', message, Message: message }),
  };
}
