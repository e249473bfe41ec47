import { createServer, request } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** The requests that have gone through a proxy. */
export interface Counts {
  /** Requests by action, as `SendMessageBatch`; receives that found nothing are `idle`, the gate's reads `gate`. */
  readonly requests: Readonly<Record<string, number>>;
  /** Write units, a refused condition counted as one: its answer does not say. */
  readonly writes: number;
  /** Conditions that were refused. */
  readonly refused: number;
  /** Read units, without those for the gate, which each sandbox reads at most once a second. */
  readonly reads: number;
}

/** Passes requests on to an emulator and counts them. */
export interface CountingProxy {
  readonly url: string;
  /** The messages sent to a queue since the last {@link reset}, in order. */
  readonly bodies: readonly string[];
  counts(): Counts;
  reset(): void;
  stop(): Promise<void>;
}

/** Starts a proxy on a free port of the loopback interface. Of DynamoDB it asks in each request what was billed. */
export async function startCountingProxy(target: string): Promise<CountingProxy> {
  const proxy = new Proxy(target);
  await proxy.start();
  return proxy;
}

// --- internal ---

const READS = new Set(['GetItem', 'Query', 'BatchGetItem']);

class Proxy implements CountingProxy {
  readonly #target: URL;
  readonly #server = createServer((from, to) => {
    this.#pass(from).then(
      ({ status, headers, body }) => to.writeHead(status, headers).end(body),
      // The caller tries again.
      () => to.destroy(),
    );
  });
  #requests: Record<string, number> = {};
  #writes = 0;
  #refused = 0;
  #reads = 0;
  #bodies: string[] = [];

  constructor(target: string) {
    this.#target = new URL(target);
  }

  get url(): string {
    // A server that listens on a port has such an address.
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get bodies(): readonly string[] {
    return this.#bodies;
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
  }

  counts(): Counts {
    return { requests: { ...this.#requests }, writes: this.#writes, refused: this.#refused, reads: this.#reads };
  }

  reset(): void {
    this.#requests = {};
    this.#writes = 0;
    this.#refused = 0;
    this.#reads = 0;
    this.#bodies = [];
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #pass(from: IncomingMessage): Promise<Answer> {
    const [service = '', action = ''] = String(from.headers['x-amz-target'] ?? '').split('.');
    const sent = await bytesOf(from);
    if (service === '') {
      this.#count('S3');
      return ask(this.#target, from, sent);
    }
    const input = objectIn(sent);
    if (service.startsWith('DynamoDB')) {
      const asking = { ...input, ReturnConsumedCapacity: 'TOTAL' };
      const answer = await ask(this.#target, from, Buffer.from(JSON.stringify(asking)));
      this.#countDynamo(action, input, answer);
      return answer;
    }
    // The SDK calls a queue at the queue's own address, which has to be the proxy's for the caller.
    const answer = await ask(this.#target, from, moved(sent, this.url, this.#target.origin));
    this.#countSqs(action, input, answer);
    const body = moved(answer.body, this.#target.origin, this.url);
    return { ...answer, headers: { ...answer.headers, 'content-length': String(body.length) }, body };
  }

  #countSqs(action: string, { Entries }: Json, { body }: Answer): void {
    const isIdle = action === 'ReceiveMessage' && !Array.isArray(objectIn(body)['Messages']);
    this.#count(isIdle ? 'idle' : action);
    if (!action.startsWith('SendMessage') || !Array.isArray(Entries)) return;
    // As the SDK writes them.
    for (const { MessageBody = '' } of Entries as { MessageBody?: string }[]) this.#bodies.push(MessageBody);
  }

  #countDynamo(action: string, input: Json, { status, body }: Answer): void {
    const isGate = action === 'GetItem' && JSON.stringify(input['Key']).includes('"$gate"');
    this.#count(isGate ? 'gate' : action);
    if (isGate) return;
    const units = unitsIn(objectIn(body)['ConsumedCapacity']);
    if (READS.has(action)) this.#reads += units;
    else if (status === 200) this.#writes += units;
    else {
      this.#writes += 1;
      this.#refused += 1;
    }
  }

  #count(name: string): void {
    this.#requests[name] = (this.#requests[name] ?? 0) + 1;
  }
}

type Json = Readonly<Record<string, unknown>>;

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** The answer to a request with another body. */
function ask(target: URL, { method, url, headers }: IncomingMessage, body: Buffer): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const { hostname, port } = target;
  const sent = request({
    hostname,
    port,
    method,
    path: url,
    headers: { ...headers, host: target.host, 'content-length': body.length },
  });
  sent.once('error', reject).once('response', (answer) => {
    const { statusCode = 500, headers: received } = answer;
    bytesOf(answer).then((bytes) => resolve({ status: statusCode, headers: received, body: bytes }), reject);
  });
  sent.end(body);
  return promise;
}

function moved(bytes: Buffer, from: string, to: string): Buffer {
  return Buffer.from(bytes.toString().replaceAll(from, to));
}

async function bytesOf(stream: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  // A stream without an encoding is of buffers.
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function objectIn(bytes: Buffer): Json {
  const value: unknown = bytes.length === 0 ? {} : JSON.parse(bytes.toString());
  // Both services speak in objects.
  return value as Json;
}

function unitsIn(consumed: unknown): number {
  // One, or a list of one for each table.
  const all = [consumed ?? []].flat() as { CapacityUnits?: number }[];
  return all.reduce((sum, { CapacityUnits = 0 }) => sum + CapacityUnits, 0);
}
