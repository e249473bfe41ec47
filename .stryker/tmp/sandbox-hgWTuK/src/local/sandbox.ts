import { randomUUID } from 'node:crypto';
import { createInterface } from 'node:readline';
import { Worker } from 'node:worker_threads';
import { compact } from '../core/values/compact.ts';
import { sibling } from '../deploy/module-url.ts';

/** What a sandbox is made from. */
export interface SandboxSettings {
  readonly functionName: string;
  readonly bundle: string;
  readonly timeoutSeconds: number;
  readonly memoryMb: number;
  /** All that the function finds in `process.env`. */
  readonly environment: Readonly<Record<string, string>>;
}

/** How an invocation ended: with an answer (as JSON; absent: nothing was returned), or not. */
export type Outcome =
  | { readonly kind: 'answered'; readonly answer?: string }
  | { readonly kind: 'failed'; readonly reason: string };

/** What the thread is asked. */
export interface Invocation {
  readonly requestId: string;
  readonly event: unknown;
  readonly deadlineAt: number;
}

/** What the thread says: once that it has loaded its bundle, then how each invocation ended. */
export type SandboxMessage =
  | { readonly type: 'ready' }
  | { readonly type: 'answered'; readonly requestId: string; readonly answer?: string }
  | { readonly type: 'threw'; readonly requestId: string; readonly error: string };

/** Takes a line that a function has printed. */
export type LogLine = (stream: 'stdout' | 'stderr', line: string) => void;

/**
 * One Lambda sandbox: a thread with the function's bundle and environment, that handles one event at a time. It dies of `process.exit`, of an
 * error that nobody catches and of the function's timeout; the process goes on. Its memory has no limit: Node ends the whole process when
 * a thread's heap is full of large arrays.
 */
export class Sandbox {
  readonly #settings: SandboxSettings;
  readonly #thread: Worker;
  readonly #ready: PromiseWithResolvers<void> = Promise.withResolvers();
  readonly #exited: Promise<void>;
  #current: { readonly requestId: string; readonly settle: (outcome: Outcome) => void } | undefined;
  #isDead = false;
  #causeOfDeath: string | undefined;

  constructor(settings: SandboxSettings, onLog: LogLine) {
    this.#settings = settings;
    this.#thread = new Worker(sibling('./sandbox-thread', import.meta.url), {
      name: settings.functionName,
      workerData: settings,
      execArgv: [],
      env: settings.environment,
      stdout: true,
      stderr: true,
    });
    this.#exited = new Promise((resolve) => this.#thread.once('exit', () => resolve()));
    this.#thread.on('message', (message: SandboxMessage) => this.#hear(message));
    this.#thread.on('error', (error) => {
      this.#causeOfDeath ??= `its sandbox died: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
    });
    this.#thread.on('exit', (code) => this.#bury(code));
    // Nobody waits for a sandbox that was started ahead of its first event.
    this.#ready.promise.catch(() => {});
    createInterface(this.#thread.stdout).on('line', (line) => onLog('stdout', line));
    createInterface(this.#thread.stderr).on('line', (line) => onLog('stderr', line));
  }

  /** Whether it can take another event. */
  get isAlive(): boolean {
    return !this.#isDead;
  }

  /** Runs the handler for an event; a sandbox that has not answered at the function's timeout is ended. */
  async invoke(event: unknown): Promise<Outcome> {
    const { timeoutSeconds } = this.#settings;
    const { promise, resolve } = Promise.withResolvers<Outcome>();
    const requestId = randomUUID();
    this.#current = { requestId, settle: resolve };
    const initTimer = setTimeout(() => this.#kill(`it was not loaded after ${initLimitMs / 1000} s`), initLimitMs);
    await this.#ready.promise.catch(() => {});
    clearTimeout(initTimer);

    const timeoutMs = timeoutSeconds * 1000;
    const timer = setTimeout(() => this.#kill(`it timed out after ${timeoutSeconds} s`), timeoutMs);
    this.#thread.postMessage({ requestId, event, deadlineAt: Date.now() + timeoutMs } satisfies Invocation);
    if (this.#isDead) this.#fail();
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      this.#current = undefined;
    }
  }

  /** Ends its thread, whatever it does. */
  async stop(): Promise<void> {
    this.#kill('the host has stopped');
    await this.#exited;
  }

  #hear(message: SandboxMessage): void {
    if (message.type === 'ready') return this.#ready.resolve();
    if (message.requestId !== this.#current?.requestId) return;
    this.#current.settle(
      message.type === 'threw'
        ? { kind: 'failed', reason: message.error }
        : compact({ kind: 'answered', answer: message.answer }),
    );
  }

  #kill(cause: string): void {
    this.#causeOfDeath ??= cause;
    this.#isDead = true;
    void this.#thread.terminate();
  }

  #bury(exitCode: number): void {
    this.#causeOfDeath ??= `its sandbox exited with code ${exitCode}`;
    this.#isDead = true;
    this.#ready.reject(new Error(this.#causeOfDeath));
    this.#fail();
  }

  #fail(): void {
    this.#current?.settle({ kind: 'failed', reason: this.#causeOfDeath ?? 'its sandbox died' });
  }
}

// --- internal ---

/** As long as Lambda gives a function to initialise. */
const initLimitMs = 10_000;
