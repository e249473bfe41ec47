import { Sandbox } from './sandbox.ts';
import type { Outcome, SandboxListener, SandboxSettings } from './sandbox.ts';

/** The sandboxes of one function. An idle sandbox is used again; if all are busy, a new one is started. */
export class Sandboxes {
  readonly #listener: SandboxListener;
  readonly #busy = new Set<Sandbox>();
  #idle: Sandbox[] = [];
  #settings: SandboxSettings;

  constructor(settings: SandboxSettings, listener: SandboxListener) {
    this.#settings = settings;
    this.#listener = listener;
  }

  /** Starts a sandbox ahead of the first event, so that it does not wait for the bundle to load. */
  warm(): void {
    this.#idle.push(new Sandbox(this.#settings, this.#listener));
  }

  async invoke(event: unknown): Promise<Outcome> {
    const settings = this.#settings;
    const sandbox = this.#takeIdle() ?? new Sandbox(settings, this.#listener);
    this.#busy.add(sandbox);
    try {
      return await sandbox.invoke(event);
    } finally {
      this.#busy.delete(sandbox);
      // If the settings have changed in the meantime, there is a new deployment.
      if (sandbox.isAlive && settings === this.#settings) this.#idle.push(sandbox);
      else void sandbox.stop();
    }
  }

  /** Deploys the function again: running events end in the old sandboxes, new events go to new ones. */
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
