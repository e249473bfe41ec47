import { AsyncLocalStorage } from 'node:async_hooks';
import { StringDecoder } from 'node:string_decoder';
import type { ObservedDecision, ObservedRun } from '../ports/system.ts';
import { observe } from '../runtime/observer.ts';

/** Takes the events of a sandbox. */
export interface SandboxWitness {
  readonly isDebugged: boolean;
  readonly onLine: (stream: 'stdout' | 'stderr', line: string, run: ObservedRun | undefined) => void;
  /** The function of a task is called, at `startedAt` (epoch ms). */
  readonly onBegin: (run: ObservedRun, startedAt: number) => void;
  readonly onDecision: (run: ObservedRun, decision: ObservedDecision) => void;
}

/** Follows the tasks of this thread: their decisions, and the lines that each of them prints. */
export function watchThread({ isDebugged, onLine, onBegin, onDecision }: SandboxWitness): void {
  const running = new AsyncLocalStorage<ObservedRun>();
  observe({
    isDebugged,
    around: (run, fn) => {
      onBegin(run, Date.now());
      return running.run(run, fn);
    },
    decided: onDecision,
  });
  for (const stream of ['stdout', 'stderr'] as const) {
    const lines = new Lines((line, run) => onLine(stream, line, run));
    process[stream].write = (chunk: string | Uint8Array, ...rest: readonly unknown[]): boolean => {
      lines.add(chunk, running.getStore());
      const done = rest.find((one) => typeof one === 'function');
      if (done !== undefined) queueMicrotask(() => void Reflect.apply(done, undefined, []));
      return true;
    };
  }
}

// --- internal ---

/** A line that is not ended by then is shown as it is. */
const WAIT_MS = 100;

/** The lines of a stream, apart for each run that prints. */
class Lines {
  readonly #onLine: (line: string, run: ObservedRun | undefined) => void;
  readonly #decoder: StringDecoder = new StringDecoder('utf8');
  readonly #begun = new Map<ObservedRun | undefined, string>();

  constructor(onLine: (line: string, run: ObservedRun | undefined) => void) {
    this.#onLine = onLine;
  }

  add(chunk: string | Uint8Array, run: ObservedRun | undefined): void {
    const text = typeof chunk === 'string' ? chunk : this.#decoder.write(Buffer.from(chunk));
    const lines = ((this.#begun.get(run) ?? '') + text).split('\n');
    const rest = lines.pop() ?? '';
    for (const line of lines) this.#onLine(line, run);
    this.#begun.delete(run);
    if (rest === '') return;
    this.#begun.set(run, rest);
    setTimeout(() => this.#show(run, rest), WAIT_MS).unref();
  }

  #show(run: ObservedRun | undefined, rest: string): void {
    if (this.#begun.get(run) !== rest) return;
    this.#begun.delete(run);
    this.#onLine(rest, run);
  }
}
