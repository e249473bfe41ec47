import { AsyncLocalStorage } from 'node:async_hooks';
import { ServiceUnavailable } from '../core/errors/caller.ts';
import type { Broker } from '../ports/broker.ts';
import type { Ports } from '../ports/ports.ts';
import type { FaultInjector } from './fault-injector.ts';

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
  readonly #injector: FaultInjector;
  readonly #end: () => void;
  /** How far its clock is off, in ms. */
  readonly #skewMs: number;
  #isDead = false;

  constructor(ports: Ports, injector: FaultInjector) {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.died = promise;
    this.#end = resolve;
    this.#injector = injector;
    this.#skewMs = injector.strikes('clockSkew') ? injector.below(2 * SKEW_MS) - SKEW_MS : 0;
    this.ports = this.#unreliable(ports);
  }

  /** Runs code in this sandbox. */
  run<T>(code: () => Promise<T>): Promise<T> {
    return sandboxes.run(this, code);
  }

  /** Ends it at once; an awaited answer never comes. */
  die(): Promise<never> {
    this.#isDead = true;
    this.#end();
    return new Promise<never>(() => undefined);
  }

  /** Whether it has died: its code has no effect any more. */
  get isDead(): boolean {
    return this.#isDead;
  }

  #unreliable(ports: Ports): Ports {
    const { outcomes, payloads, records, places, windows, journal, broker, deliveries, scheduler, clock } = ports;
    return {
      ...ports,
      outcomes: this.#wrap(outcomes, ['commit', 'countStart', 'uncountStart', 'claim', 'climb']),
      payloads: this.#wrap(payloads, ['putValue', 'putBlocks']),
      records: this.#wrap(records, RECORDS),
      places: this.#wrap(places, ['take', 'leave']),
      windows: this.#wrap(windows, ['put', 'noteWake', 'close']),
      journal: this.#wrap(journal, ['noteSubmission', 'noteFailure']),
      broker: { ...this.#partial(this.#wrap(broker, [], ['send'])), nameOf: (queue) => broker.nameOf(queue) },
      deliveries: this.#wrap(deliveries, []),
      scheduler: scheduler === undefined ? undefined : this.#wrap(scheduler, ['schedule']),
      clock: {
        now: () => clock.now() + this.#skewMs,
        sleep: async (ms, signal) => this.#asleep(clock.sleep(ms, signal)),
        poll: async (ms, most, signal) => this.#asleep(clock.poll(ms, most, signal)),
      },
    };
  }

  /** Returns a broker that may accept some of several messages and refuse the others. */
  #partial(broker: Broker): Omit<Broker, 'nameOf'> {
    return {
      deadLetter: (params) => broker.deadLetter(params),
      send: async ({ messages }) => {
        if (messages.length < 2) return broker.send({ messages });
        if (this.#injector.strikes('throttle')) {
          await broker.send({ messages: messages.slice(0, 1 + this.#injector.below(messages.length - 1)) });
          throw new ServiceUnavailable('Cannot send all messages: the queue is throttled');
        }
        if (!this.#injector.strikes('refusedEntry')) return broker.send({ messages });
        await broker.send({ messages: messages.filter(() => this.#injector.chance(0.5)) });
        throw new ServiceUnavailable('Cannot send all messages: some stay refused');
      },
    };
  }

  /** Waits for a sleep, which never ends on a dead machine. */
  async #asleep(sleep: Promise<void>): Promise<void> {
    await sleep;
    if (this.#isDead) await this.die();
  }

  /**
   * @param repeatable the methods that the SDK may carry out twice.
   * @param late those that may arrive late; by default the same.
   */
  #wrap<Port extends object>(port: Port, repeatable: readonly string[], late: readonly string[] = repeatable): Port {
    return new Proxy(port, {
      get: (target, name, receiver) => {
        const method: unknown = Reflect.get(target, name, receiver);
        if (typeof method !== 'function') return method;
        return (...args: readonly unknown[]) =>
          this.#call(async () => Reflect.apply(method, target, args) as unknown, {
            isRepeatable: repeatable.includes(String(name)),
            canBeLate: late.includes(String(name)),
          });
      },
    });
  }

  async #call(
    call: () => Promise<unknown>,
    { isRepeatable, canBeLate }: { readonly isRepeatable: boolean; readonly canBeLate: boolean },
  ): Promise<unknown> {
    await this.#awaited();
    if (this.#injector.strikes('throttle')) throw new ServiceUnavailable('Cannot call the service: it is throttled');
    if (canBeLate && this.#injector.strikes('lateWrite')) {
      this.#injector.arriveLate(call);
      // The SDK has sent it again and got an answer to that, or it has given up.
      if (!isRepeatable || this.#injector.chance(0.5))
        throw new ServiceUnavailable('Cannot read the answer: the connection was lost');
    }
    let answer = await call();
    if (isRepeatable && this.#injector.strikes('repeatedWrite')) answer = await call();
    await this.#awaited();
    if (this.#injector.strikes('lostAnswer'))
      throw new ServiceUnavailable('Cannot read the answer: the connection was lost');
    return answer;
  }

  /** Lets anything else that is going on happen here; the sandbox may die. */
  async #awaited(): Promise<void> {
    if (this.#isDead) return this.die();
    await this.#injector.sleep(this.#injector.below(4));
    if (this.#isDead || this.#injector.strikes('crash')) await this.die();
  }
}

// --- internal ---

/** The records that the SDK may write twice. */
const RECORDS = 'putProgress appendLedger revoke reserve bury openSubmission closeSubmission cancelSubmission'.split(
  ' ',
);

/** How far a clock may be off, in ms. */
const SKEW_MS = 2000;
