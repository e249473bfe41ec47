import { randomUUID } from 'node:crypto';
import { createInterface } from 'node:readline';
import { Worker } from 'node:worker_threads';
import { compact } from '../core/values/compact.ts';
import { sibling } from '../deploy/module-url.ts';
import type { ObservedDecision, ObservedRun } from '../ports/system.ts';
import { sandboxHeap } from './thread-heap.ts';

/** The settings of a sandbox. */
export interface SandboxSettings {
  readonly functionName: string;
  readonly bundle: string;
  readonly timeoutSeconds: number;
  readonly memoryMb: number;
  /** Whether tasks have no time limits of their own. */
  readonly isDebugged: boolean;
  /** The whole environment of the function. */
  readonly environment: Readonly<Record<string, string>>;
}

/** The end of an invocation: an answer (JSON; absent if the function returned nothing), or a failure. */
export type Outcome =
  | { readonly kind: 'answered'; readonly answer?: string }
  | { readonly kind: 'failed'; readonly reason: string };

/** An invocation, as the thread gets it. */
export interface Invocation {
  readonly requestId: string;
  readonly event: unknown;
  readonly deadlineAt: number;
}

/** A message of the thread: once that it has loaded its bundle, then how each invocation ended. */
export type SandboxMessage =
  | { readonly type: 'ready' }
  | { readonly type: 'answered'; readonly requestId: string; readonly answer?: string }
  | { readonly type: 'threw'; readonly requestId: string; readonly error: string }
  | ({ readonly type: 'printed' } & PrintedLine)
  | ({ readonly type: 'began'; readonly startedAt: number } & ObservedRun)
  | ({ readonly type: 'decided' } & ObservedRun & ObservedDecision);

/** A line that a function has printed. */
export interface PrintedLine {
  readonly stream: 'stdout' | 'stderr';
  readonly line: string;
  /** The run of a task that has printed it, if it was one. */
  readonly run?: ObservedRun;
}

/** Takes the events of a function while it runs. */
export interface SandboxListener {
  readonly onLine: (printed: PrintedLine) => void;
  readonly onBegin: (run: ObservedRun, startedAt: number) => void;
  /** A run has ended without a decision. */
  readonly onUndecided: (run: ObservedRun) => void;
  readonly onDecision: (decided: ObservedRun & ObservedDecision) => void;
}

/**
 * One Lambda sandbox: a thread with the function's bundle and environment that handles one event at a time. `process.exit`, an uncaught error
 * and the function's timeout end the thread, not the process. So does a heap that is full, except if one large object filled it: Node then
 * may end the whole process.
 */
export class Sandbox {
  readonly #settings: SandboxSettings;
  readonly #thread: Worker;
  readonly #listener: SandboxListener;
  readonly #ready: PromiseWithResolvers<void> = Promise.withResolvers();
  readonly #exited: Promise<void>;
  /** The runs that are not decided, by their ids. */
  readonly #runs = new Map<string, ObservedRun>();
  #current: { readonly requestId: string; readonly settle: (outcome: Outcome) => void } | undefined;
  #isDead = false;
  #causeOfDeath: string | undefined;

  constructor(settings: SandboxSettings, listener: SandboxListener) {
    this.#settings = settings;
    this.#listener = listener;
    this.#thread = new Worker(sibling('./sandbox-thread', import.meta.url), {
      name: settings.functionName,
      workerData: settings,
      execArgv: [],
      env: settings.environment,
      resourceLimits: sandboxHeap(settings.memoryMb),
      stdout: true,
      stderr: true,
    });
    this.#exited = new Promise((resolve) => this.#thread.once('exit', () => resolve()));
    this.#thread.on('message', (message: SandboxMessage) => this.#hear(message));
    this.#thread.on('error', (error) => {
      this.#causeOfDeath ??= `its sandbox died: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
    });
    this.#thread.on('exit', (code) => this.#bury(code));
    // A sandbox that was started ahead of its first event has no caller to tell.
    this.#ready.promise.catch(() => {});
    // Lines that were printed before the thread could say whose they are.
    for (const stream of ['stdout', 'stderr'] as const)
      createInterface(this.#thread[stream]).on('line', (line) => listener.onLine({ stream, line }));
  }

  /** Whether it can handle another event. */
  get isAlive(): boolean {
    return !this.#isDead;
  }

  /** Runs the handler for an event. Ends the sandbox if it has not answered at the function's timeout. */
  async invoke(event: unknown): Promise<Outcome> {
    const { timeoutSeconds } = this.#settings;
    const { promise, resolve } = Promise.withResolvers<Outcome>();
    const requestId = randomUUID();
    this.#current = { requestId, settle: resolve };
    const initSeconds = Math.max(INIT_SECONDS, timeoutSeconds);
    const initTimer = setTimeout(() => this.#kill(`it was not loaded after ${initSeconds} s`), initSeconds * 1000);
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
      for (const run of this.#runs.values()) this.#listener.onUndecided(run);
      this.#runs.clear();
    }
  }

  /** Ends its thread, even if it is running. */
  async stop(): Promise<void> {
    this.#kill('the host has stopped');
    await this.#exited;
  }

  #hear(message: SandboxMessage): void {
    if (message.type === 'ready') return this.#ready.resolve();
    if (message.type === 'printed') return this.#listener.onLine(message);
    if (message.type === 'began') return this.#begin(message);
    if (message.type === 'decided') return this.#decide(message);
    if (message.requestId !== this.#current?.requestId) return;
    this.#current.settle(
      message.type === 'threw'
        ? { kind: 'failed', reason: message.error }
        : compact({ kind: 'answered', answer: message.answer }),
    );
  }

  #begin({ task, id, attempt, startedAt }: ObservedRun & { readonly startedAt: number }): void {
    const run = { task, id, attempt };
    this.#runs.set(id, run);
    this.#listener.onBegin(run, startedAt);
  }

  #decide(decided: ObservedRun & ObservedDecision): void {
    this.#runs.delete(decided.id);
    this.#listener.onDecision(decided);
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

/** The time that Lambda gives a function to initialise, before it starts again within the function's timeout. */
const INIT_SECONDS = 10;
