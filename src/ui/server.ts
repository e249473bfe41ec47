import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { ConfigurationError, isChordalError } from '../core/errors/caller.ts';
import { messageOf } from '../core/text/describe.ts';
import { portProblem } from '../core/text/port-problem.ts';
import { isPlainObject } from '../core/values/json.ts';
import type { JsonObject } from '../core/values/json.ts';
import { answerApi, NotAllowed, NotFound } from './api.ts';
import { readAssets } from './assets.ts';
import type { Asset } from './assets.ts';
import { addressProblem, isSame, problemWith } from './guard.ts';
import type { PageGuard } from './guard.ts';
import type { UiSource } from './source.ts';

/** A page that is served. */
export interface UiServer {
  /** The address to open, with the token of this start. */
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * Serves the page on the loopback interface.
 *
 * @param port the port to listen on; 0: any free port.
 * @throws ConfigurationError if the port cannot be used
 */
export async function startUi(source: UiSource, port: number = 0): Promise<UiServer> {
  const assets = await readAssets();
  const streams = new Set<ServerResponse>();
  const token = randomBytes(24).toString('base64url');
  const server = createServer((request, response) => {
    const serving = { source, assets, streams, guard: guardOf(server, token) };
    void respond(serving, request, response).catch(() => response.destroy());
  });
  await listen(server, port);
  const unwatch = source.watch(() => {
    for (const stream of streams) stream.write('event: change\ndata: {}\n\n');
  });
  return {
    url: `http://127.0.0.1:${portOf(server)}/?token=${token}`,
    stop: async () => {
      unwatch();
      const closed = new Promise((done) => server.close(done));
      server.closeAllConnections();
      await closed;
    },
  };
}

// --- internal ---

interface Serving {
  readonly source: UiSource;
  readonly assets: ReadonlyMap<string, Asset>;
  readonly streams: Set<ServerResponse>;
  readonly guard: PageGuard;
}

/** The most bytes of a request: arguments of a task. */
const MOST_BYTES = 1024 * 1024;

const SAFETY = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
};

function guardOf(server: Server, token: string): PageGuard {
  const port = portOf(server);
  return { token, cookie: `chordal-${port}`, port };
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' ? (address?.port ?? 0) : 0;
}

async function listen(server: Server, port: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject).listen(port, '127.0.0.1', resolve);
  await promise.catch((cause: unknown) => {
    throw new ConfigurationError(
      `Cannot serve the page: ${portProblem(port, cause)}. Choose another, or 0 to take any free port`,
      { cause },
    );
  });
}

async function respond(serving: Serving, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { guard } = serving;
  // A browser cannot send an address that is none, `//` for one; a program can.
  const url = URL.parse(request.url ?? '/', 'http://127.0.0.1');
  if (url === null) {
    request.resume();
    return sendJson(request, response, 400, { error: 'Cannot read the address of this request.' });
  }
  const given = url.searchParams.get('token');
  if (url.pathname === '/' && given !== null) return enter(guard, request, response, given);
  const problem = problemWith(request, guard);
  if (problem !== undefined) {
    request.resume();
    return refuse(response, `Cannot answer this request: ${problem}.`);
  }
  if (url.pathname === '/api/events') return stream(serving, response);
  if (url.pathname.startsWith('/api/')) return answer(serving, request, response, url);
  const asset = serving.assets.get(url.pathname);
  if (asset === undefined) return sendJson(request, response, 404, { error: 'There is no such page.' });
  send(request, response, 200, asset.type, asset.content);
}

/** Takes the token of the printed address, and puts it into a cookie that no script sees. */
function enter(guard: PageGuard, request: IncomingMessage, response: ServerResponse, given: string): void {
  const problem = addressProblem({ ...request.headers, 'sec-fetch-site': undefined }, guard);
  if (problem !== undefined || !isSame(given, guard.token))
    return refuse(
      response,
      `Cannot open the page: ${problem ?? 'this is the address of an earlier start'}. Open the address that the command has printed.`,
    );
  const cookie = `${guard.cookie}=${guard.token}; Path=/; HttpOnly; SameSite=Strict`;
  // Not a redirect: a link from another site would come without the cookie.
  response.writeHead(200, {
    ...SAFETY,
    'set-cookie': cookie,
    'content-type': 'text/html; charset=utf-8',
    refresh: '0; url=/',
  });
  response.end('<!doctype html><html lang="en"><title>Chordal</title></html>');
}

function refuse(response: ServerResponse, message: string): void {
  response.writeHead(403, { ...SAFETY, 'content-type': 'application/json', connection: 'close' });
  response.end(JSON.stringify({ error: message }));
}

function stream({ streams }: Serving, response: ServerResponse): void {
  response.writeHead(200, { ...SAFETY, 'content-type': 'text/event-stream' });
  response.write('retry: 1000\n\n');
  streams.add(response);
  response.on('close', () => streams.delete(response));
}

async function answer(
  { source }: Serving,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
): Promise<void> {
  try {
    const body = request.method === 'POST' ? await bodyOf(request) : undefined;
    sendJson(request, response, 200, await answerApi(source, { path: url.pathname, query: url.searchParams, body }));
  } catch (error) {
    sendJson(request, response, statusOf(error), { error: messageOf(error) });
  }
}

async function bodyOf(request: IncomingMessage): Promise<JsonObject> {
  const bytes = await buffer(request);
  if (bytes.length > MOST_BYTES) throw new NotAllowed(`Cannot take ${bytes.length} bytes: at most ${MOST_BYTES}.`);
  const json: unknown = JSON.parse(bytes.toString('utf8') || '{}');
  if (isPlainObject(json)) return json as JsonObject;
  throw new NotAllowed('Cannot read the request: it is not a JSON object.');
}

function statusOf(error: unknown): number {
  if (error instanceof NotFound) return 404;
  if (error instanceof NotAllowed) return 403;
  return isChordalError(error) || error instanceof SyntaxError ? 400 : 500;
}

function sendJson(request: IncomingMessage, response: ServerResponse, status: number, json: unknown): void {
  send(request, response, status, 'application/json', JSON.stringify(json));
}

function send(
  { headers }: IncomingMessage,
  response: ServerResponse,
  status: number,
  type: string,
  content: Uint8Array | string,
): void {
  const isZipped = (headers['accept-encoding'] ?? '').includes('gzip') && content.length > 1000;
  response.writeHead(status, { ...SAFETY, 'content-type': type, ...(isZipped && { 'content-encoding': 'gzip' }) });
  response.end(isZipped ? gzipSync(content) : content);
}
