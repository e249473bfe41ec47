import { Sandbox } from './sandbox.ts';
import type { LogLine, Outcome, SandboxSettings } from './sandbox.ts';

/** The sandboxes of one function: an idle one is used again, a dead one is not, and a new one is started when all are at work. */
export class Sandboxes {
  readonly #onLog: LogLine;
  readonly #busy = new Set<Sandbox>();
  #idle: Sandbox[] = [];
  #settings: SandboxSettings;

  constructor(settings: SandboxSettings, onLog: LogLine) {
    this.#settings = settings;
    this.#onLog = onLog;
  }

  /** Starts a sandbox ahead of the first event, so that it does not wait for the bundle to load. */
  warm(): void {
    this.#idle.push(new Sandbox(this.#settings, this.#onLog));
  }

  async invoke(event: unknown): Promise<Outcome> {
    const settings = this.#settings;
    const sandbox = this.#takeIdle() ?? new Sandbox(settings, this.#onLog);
    this.#busy.add(sandbox);
    try {
      return await sandbox.invoke(event);
    } finally {
      this.#busy.delete(sandbox);
      // Settings that have changed meanwhile are a new deployment.
      if (sandbox.isAlive && settings === this.#settings) this.#idle.push(sandbox);
      else void sandbox.stop();
    }
  }

  /** Deploys the function anew: what runs is finished as it is, what comes is run by new sandboxes. */
  replace(settings: SandboxSettings): void {
    this.#settings = settings;
    for (const sandbox of this.#idle.splice(0)) void sandbox.stop();
    this.warm();
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#idle.splice(0), ...this.#busy].map((sandbox) => sandbox.stop()));
  }

  #takeIdle(): Sandbox | undefined {
    this.#idle = this.#idle.filter((sandbox) => sandbox.isAlive);
    return this.#idle.pop();
  }
}
