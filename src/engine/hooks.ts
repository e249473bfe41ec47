import type { AroundCall, AroundTask, CallEvent, TaskEvents } from '../core/types/events.ts';
import type { Clock, Log } from '../ports/system.ts';
import { unexpected } from './redact.ts';

/** How long a listener is waited for, in ms. */
const LISTENER_MS = 5000;

type Headers = Readonly<Record<string, string>>;

type Listener = (event: never) => unknown;

/** The listeners of an app's events. None of them can change what becomes of a task. */
export class Hooks {
  readonly #listeners = new Map<keyof TaskEvents, Set<Listener>>();
  readonly #around = new Set<AroundTask>();
  readonly #aroundCalls = new Set<AroundCall>();

  /** Adds a listener; the answer takes it away. */
  on<Name extends keyof TaskEvents>(name: Name, listener: (event: TaskEvents[Name]) => unknown): () => void {
    const listeners = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, listeners.add(listener));
    return () => void listeners.delete(listener);
  }

  /** Adds code around every function; the answer takes it away. */
  around(wrapper: AroundTask): () => void {
    this.#around.add(wrapper);
    return () => void this.#around.delete(wrapper);
  }

  /** Adds code around every call that is sent; the answer takes it away. */
  aroundCall(wrapper: AroundCall): () => void {
    this.#aroundCalls.add(wrapper);
    return () => void this.#aroundCalls.delete(wrapper);
  }

  has(name: keyof TaskEvents): boolean {
    return (this.#listeners.get(name)?.size ?? 0) > 0;
  }

  /** Calls the listeners, one after the other, and waits for each at most 5 s. An error of one is logged. */
  async emit<Name extends keyof TaskEvents>(
    { clock, log }: { readonly clock: Clock; readonly log: Log },
    name: Name,
    event: TaskEvents[Name],
  ): Promise<void> {
    for (const listener of this.#listeners.get(name) ?? []) {
      const done = new AbortController();
      const about = { task: event.task, taskId: event.taskId };
      const late = clock.sleep(LISTENER_MS, done.signal).then(() => {
        if (!done.signal.aborted)
          log.error(`A listener of ${name} did not end within 5 s, and is not waited for`, about);
      });
      try {
        // The listener was registered under this name, for events of this type.
        await Promise.race([(listener as (given: TaskEvents[Name]) => unknown)(event), late]);
      } catch (error) {
        log.error(`A listener of ${name} failed`, { ...about, ...unexpected(error) });
      } finally {
        done.abort('ended');
      }
    }
  }

  /** Calls a function inside all code that is to be around it. */
  async call(event: TaskEvents['taskStart'], fn: () => Promise<unknown>): Promise<unknown> {
    let run = fn;
    for (const wrapper of this.#around) {
      const inner = run;
      run = async () => wrapper(event, inner);
    }
    return run();
  }

  /** Sends a call inside all code that is to be around it. Of a header that two of them give, the inner one's stands. */
  async send(event: CallEvent, send: (headers: Headers) => Promise<string>): Promise<string> {
    let next = send;
    for (const wrapper of this.#aroundCalls) {
      const inner = next;
      next = async (outer) => wrapper(event, async (headers = {}) => inner({ ...outer, ...headers }));
    }
    return next({});
  }

  get isWrapped(): boolean {
    return this.#around.size > 0;
  }
}
