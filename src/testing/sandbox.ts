import { AsyncLocalStorage } from 'node:async_hooks';
import { ServiceUnavailable } from '../core/errors/caller.ts';
import type { Broker } from '../ports/broker.ts';
import type { Ports } from '../ports/ports.ts';
import type { Faults } from './faults.ts';

/**
 * A kind of fault, as it is counted.
 *
 * @example
 * ```ts
 * const wanted: readonly FaultKind[] = ['crash', 'throttle'];
 * const { faults } = await simulate({ handlers: { all: handler }, workflow: () => add.delay(1, 2), faults: 'none', seeds: 5 });
 * wanted.filter((kind) => faults[kind] !== undefined); // []
 * ```
 */
export type FaultKind = Exclude<keyof Faults, 'maxReceiveCount'>;

/** What sandboxes share: chance, time, and a count of what struck. */
export interface FaultInjector {
  readonly faults: Faults;
  readonly struck: Map<FaultKind, number>;
  /** Whether something of this chance happens now. */
  readonly chance: (of: number) => boolean;
  /** A whole number below `n`. */
  readonly below: (n: number) => number;
  readonly sleep: (ms: number) => Promise<void>;
}

const sandboxes = new AsyncLocalStorage<Sandbox>();

/** The sandbox that the calling code runs in, if any. */
export function currentSandbox(): Sandbox | undefined {
  return sandboxes.getStore();
}

/** One run of a function on one machine: its ports fail as clouds do, and it can die at every await. */
export class Sandbox {
  readonly ports: Ports;
  /** Resolves when it dies. */
  readonly died: Promise<void>;
  readonly #weather: FaultInjector;
  readonly #end: () => void;
  #isDead = false;

  constructor(ports: Ports, weather: FaultInjector) {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.died = promise;
    this.#end = resolve;
    this.#weather = weather;
    this.ports = this.#unreliable(ports);
  }

  /** Runs code in this sandbox. */
  run<T>(code: () => Promise<T>): Promise<T> {
    return sandboxes.run(this, code);
  }

  /** Ends it here and now; what was awaited never comes. */
  die(): Promise<never> {
    this.#isDead = true;
    this.#end();
    return new Promise<never>(() => undefined);
  }

  /** Whether it has died: what its code still does has no effect. */
  get isDead(): boolean {
    return this.#isDead;
  }

  #unreliable(ports: Ports): Ports {
    const { outcomes, payloads, records, broker, deliveries, scheduler, clock } = ports;
    return {
      ...ports,
      outcomes: this.#wrap(outcomes, ['commit', 'countStart', 'uncountStart', 'claim', 'climb']),
      payloads: this.#wrap(payloads, ['putValue', 'putBlock']),
      records: this.#wrap(records, ['putProgress', 'appendLedger', 'revoke', 'reserve', 'bury']),
      broker: this.#partial(this.#wrap(broker, [])),
      deliveries: this.#wrap(deliveries, []),
      scheduler: scheduler === undefined ? undefined : this.#wrap(scheduler, ['schedule']),
      clock: {
        now: () => clock.now(),
        sleep: async (ms, signal) => this.#asleep(clock.sleep(ms, signal)),
        poll: async (ms, most, signal) => this.#asleep(clock.poll(ms, most, signal)),
      },
    };
  }

  /** Of several messages some may be accepted, and the others refused. */
  #partial(broker: Broker): Broker {
    return {
      deadLetter: (params) => broker.deadLetter(params),
      send: async ({ messages }) => {
        if (messages.length < 2 || !this.#strikes('throttle')) return broker.send({ messages });
        await broker.send({ messages: messages.slice(0, 1 + this.#weather.below(messages.length - 1)) });
        throw new ServiceUnavailable('Cannot send all messages: the queue is throttled');
      },
    };
  }

  /** Nobody wakes up on a dead machine. */
  async #asleep(sleep: Promise<void>): Promise<void> {
    await sleep;
    if (this.#isDead) await this.die();
  }

  /** @param writes the methods that the SDK may carry out twice. */
  #wrap<Port extends object>(port: Port, writes: readonly string[]): Port {
    return new Proxy(port, {
      get: (target, name, receiver) => {
        const method: unknown = Reflect.get(target, name, receiver);
        if (typeof method !== 'function') return method;
        return (...args: readonly unknown[]) =>
          this.#call(async () => Reflect.apply(method, target, args) as unknown, writes.includes(String(name)));
      },
    });
  }

  async #call(call: () => Promise<unknown>, isRepeatable: boolean): Promise<unknown> {
    await this.#awaited();
    if (this.#strikes('throttle')) throw new ServiceUnavailable('Cannot call the service: it is throttled');
    let answer = await call();
    if (isRepeatable && this.#strikes('repeatedWrite')) answer = await call();
    await this.#awaited();
    if (this.#strikes('lostAnswer')) throw new ServiceUnavailable('Cannot read the answer: the connection was lost');
    return answer;
  }

  /** Whatever else is going on may happen here, and the sandbox may die. */
  async #awaited(): Promise<void> {
    if (this.#isDead) return this.die();
    await this.#weather.sleep(this.#weather.below(4));
    if (this.#isDead || this.#strikes('crash')) await this.die();
  }

  #strikes(kind: FaultKind): boolean {
    const { faults, struck, chance } = this.#weather;
    if (!chance(faults[kind])) return false;
    struck.set(kind, (struck.get(kind) ?? 0) + 1);
    return true;
  }
}
