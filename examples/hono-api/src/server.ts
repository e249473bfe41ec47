/** The same on this machine: `npm run dev`. The package @hono/node-server does this, too. */
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { app } from './app.ts';

const server = createServer((request, answer) => {
  serve(request, answer).catch((error: unknown) => answer.destroy(error instanceof Error ? error : undefined));
});

server.listen(Number(process.env['PORT'] ?? 3000), '127.0.0.1', () => {
  const address = server.address();
  if (typeof address === 'object') console.log(`http://127.0.0.1:${address?.port}`);
});

// --- internal ---

async function serve(request: IncomingMessage, answer: ServerResponse): Promise<void> {
  const { method = 'GET', url = '/', headers } = request;
  const body = method === 'GET' || method === 'HEAD' ? {} : { body: await buffer(request) };
  const given = Object.entries(headers).flatMap(([name, value]): [string, string][] => [[name, String(value)]]);
  const response = await app.fetch(new Request(new URL(url, 'http://localhost'), { method, headers: given, ...body }));
  answer.writeHead(response.status, Object.fromEntries(response.headers));
  if (response.body === null) answer.end();
  // Ends the stream, too, when the client goes away. Its type in Node is another than in the library of the DOM.
  else await pipeline(Readable.fromWeb(response.body as ReadableStream), answer);
}
