import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { environmentWith } from '../run.ts';

/** How an invocation has ended. */
export interface Invoked {
  readonly value?: unknown;
  /** The error as the runtime reports it. */
  readonly error?: unknown;
}

/** A packaged function. */
export interface LambdaFunctionOptions {
  /** The runtime interface client. */
  readonly entry: string;
  /** The folder of the package. */
  readonly root: string;
  readonly handler: string;
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutSeconds: number;
  readonly name: string;
}

/** A sandbox of a function: AWS's runtime interface client, and the Runtime API that it asks for events. It starts with the first event. */
export class LambdaFunction {
  readonly #options: LambdaFunctionOptions;
  readonly #waiting: Invocation[] = [];
  readonly #running = new Map<string, Invocation>();
  #asking: ServerResponse | undefined;
  #server: Server | undefined;
  #process: ChildProcess | undefined;
  #started: Promise<void> | undefined;
  /** How invocations end after the process has ended. */
  #ended: Invoked | undefined;
  /** All that the process has printed. */
  #log = '';

  constructor(options: LambdaFunctionOptions) {
    this.#options = options;
  }

  async invoke(event: unknown): Promise<Invoked> {
    await (this.#started ??= this.#start());
    if (this.#ended !== undefined) return this.#ended;
    return new Promise((done) => {
      this.#waiting.push({ id: randomUUID(), event, done });
      this.#next();
    });
  }

  async stop(): Promise<void> {
    this.#process?.kill('SIGKILL');
    this.#server?.closeAllConnections();
    await new Promise<void>((done) => (this.#server === undefined ? done() : this.#server.close(() => done())));
  }

  async #start(): Promise<void> {
    const { entry, root, handler, env, name } = this.#options;
    const server = createServer((request, response) => void this.#answer(request, response));
    this.#server = server;
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    // A server that listens on a port has such an address.
    const { port } = server.address() as AddressInfo;
    const runtime = {
      AWS_LAMBDA_RUNTIME_API: `127.0.0.1:${port}`,
      LAMBDA_TASK_ROOT: root,
      _HANDLER: handler,
      AWS_LAMBDA_FUNCTION_NAME: name,
      AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '512',
      AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${name}`,
      AWS_LAMBDA_LOG_STREAM_NAME: 'stream',
      AWS_LAMBDA_LOG_FORMAT: 'JSON',
      AWS_LAMBDA_LOG_LEVEL: 'INFO',
    };
    const child = spawn('node', [entry, handler], {
      cwd: root,
      env: environmentWith({ ...env, ...runtime }),
      stdio: 'pipe',
    });
    this.#process = child;
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (chunk: string) => (this.#log += chunk));
    child.once('exit', (code) => {
      this.#ended = {
        error: { errorType: 'Runtime.ExitError', errorMessage: `The runtime ended with ${code}:\n${this.#log}` },
      };
      for (const { done } of [...this.#running.values(), ...this.#waiting.splice(0)]) done(this.#ended);
    });
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [, , , , id = '', ending = ''] = (request.url ?? '').split('/');
    if (request.method === 'GET') {
      this.#asking = response;
      return this.#next();
    }
    const body: unknown = JSON.parse((await text(request)) || 'null');
    response.writeHead(202, { 'content-type': 'application/json' }).end('{"status":"OK"}');
    // `/runtime/init/error` has no id: then nothing is running, and the process ends.
    this.#running.get(id)?.done(ending === 'response' ? { value: body } : { error: body });
    this.#running.delete(id);
  }

  #next(): void {
    const response = this.#asking;
    if (response === undefined) return;
    const invocation = this.#waiting.shift();
    if (invocation === undefined) return;
    this.#asking = undefined;
    this.#running.set(invocation.id, invocation);
    const { name, timeoutSeconds } = this.#options;
    response.writeHead(200, {
      'content-type': 'application/json',
      'lambda-runtime-aws-request-id': invocation.id,
      'lambda-runtime-deadline-ms': String(Date.now() + timeoutSeconds * 1000),
      'lambda-runtime-invoked-function-arn': `arn:aws:lambda:us-east-1:000000000000:function:${name}`,
      'lambda-runtime-trace-id': 'Root=1-5e1b4151-5ac6c58f3b0e4d3f8a1c2d3e;Sampled=0',
    });
    response.end(JSON.stringify(invocation.event));
  }
}

// --- internal ---

interface Invocation {
  readonly id: string;
  readonly event: unknown;
  readonly done: (ended: Invoked) => void;
}
