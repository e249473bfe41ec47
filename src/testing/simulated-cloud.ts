import { MemoryJournal } from '../adapters/memory/journal.ts';
import { MemoryOutcomes } from '../adapters/memory/outcomes.ts';
import { MemoryPayloads } from '../adapters/memory/payloads.ts';
import { MemoryPlaces } from '../adapters/memory/places.ts';
import { MemoryRecords } from '../adapters/memory/records.ts';
import { SeededNonces } from '../adapters/memory/seeded-nonces.ts';
import { VirtualClock } from '../adapters/memory/virtual-clock.ts';
import { MemoryWindows } from '../adapters/memory/windows.ts';
import { consoleLog } from '../adapters/system/log.ts';
import { makeConf } from '../client/app.ts';
import type { FanOut } from '../core/protocol/limits.ts';
import { makeEngine } from '../engine/make-engine.ts';
import type { Handler } from '../lambda/sqs-event.ts';
import type { Delivery } from '../ports/broker.ts';
import type { Ports } from '../ports/ports.ts';
import { shareRuntime } from '../runtime/environment.ts';
import { buryBatch } from '../worker/bury.ts';
import { drainMicrotasks } from './drain-microtasks.ts';
import { FaultInjector } from './fault-injector.ts';
import type { FaultKind } from './fault-injector.ts';
import type { Faults } from './faults.ts';
import { consumersOf, routesTo } from './handlers.ts';
import { Reader } from './reader.ts';
import { currentSandbox, Sandbox } from './sandbox.ts';
import { SimulatedQueues } from './simulated-queues.ts';
import { withStaleReads } from './stale-reads.ts';

/** A cloud of faults. */
export interface SimulatedCloudOptions {
  readonly seed: number;
  readonly faults: Faults;
  /** Deliveries after which a run is given up as one that never ends. Default 50,000. */
  readonly maxDeliveries?: number;
  /** How the members of a group are sent. Default: as everywhere. */
  readonly fanOut?: FanOut;
  /** Sees, and may replace, the ports that everything works on, before faults are added. */
  readonly observe?: (ports: Ports) => Ports;
  /** Ids that a client reads while workflows run. Default: none. */
  readonly read?: ReadonlySet<string>;
}

/** How a run ended. */
export interface SimulatedRun {
  readonly deliveries: number;
  readonly isLivelock: boolean;
  readonly struck: ReadonlyMap<FaultKind, number>;
}

/** Deliveries that run at once. */
const CONCURRENCY = 12;
const BATCH = 5;
const TIMEOUT_MS = 900_000;
/** The interval between two looks of an idle cloud for messages of late calls, in ms. */
const LATE_POLL_MS = 500;

/**
 * A cloud in this process whose every fault comes from a seed: the same seed gives the same run. Time is virtual, and
 * the handlers are the real ones.
 */
export class SimulatedCloud {
  readonly clock: VirtualClock = new VirtualClock(undefined, drainMicrotasks());
  readonly queues: SimulatedQueues;
  readonly journal: MemoryJournal = new MemoryJournal(this.clock);
  readonly reader: Reader;
  /** The ports without faults, for clients and checkers. */
  readonly ports: Ports;
  /** How many sandboxes died with each message in their hands, by the message's id in its queue. */
  readonly deaths: Map<string, number> = new Map();
  /** Gives the apps of this process back to the environment. */
  readonly close: () => void;
  readonly #injector: FaultInjector;
  /** The ports of sandboxes, before each has faults of its own. */
  readonly #stale: Ports;
  readonly #handlers: Readonly<
    Record<string, (deliveries: readonly Delivery[], remainingMs: () => number) => Promise<readonly string[]>>
  >;
  readonly #maxDeliveries: number;
  #running = 0;
  #deliveries = 0;

  constructor(
    handlers: Readonly<Record<string, Handler>>,
    {
      seed,
      faults,
      maxDeliveries = 50_000,
      fanOut,
      observe = (ports) => ports,
      read = new Set(),
    }: SimulatedCloudOptions,
  ) {
    const { clock } = this;
    const nonces = new SeededNonces(seed);
    const luck = new SeededNonces(seed ^ 0x5f3759df);
    this.#injector = new FaultInjector(
      faults,
      () => luck.random(),
      (ms) => clock.sleep(ms),
    );
    this.queues = new SimulatedQueues(clock, this.#injector, Object.keys(handlers));
    const { queues } = this;
    this.ports = observe({
      outcomes: new MemoryOutcomes(clock),
      payloads: new MemoryPayloads(clock),
      records: new MemoryRecords(clock),
      places: new MemoryPlaces(),
      windows: new MemoryWindows(clock),
      journal: this.journal,
      broker: queues,
      deliveries: queues,
      scheduler: queues,
      clock,
      nonces,
      log: consoleLog('silent'),
    });
    this.#stale = withStaleReads(this.ports, this.#injector);
    const routes = routesTo(handlers);
    const here = (): Ports => currentSandbox()?.ports ?? this.ports;
    const runtime = {
      get clock() {
        return here().clock;
      },
      nonces,
      log: this.ports.log,
      ports: here,
      operations: async () => queues,
      routes: () => routes,
      fanOut,
    };
    this.close = shareRuntime(runtime);
    const bury = makeEngine(runtime, new Map(), makeConf({}));
    this.reader = new Reader(bury, read);
    this.#maxDeliveries = maxDeliveries;
    this.#handlers = {
      ...consumersOf(handlers),
      dead: (deliveries, remainingMs) => buryBatch(bury, deliveries, remainingMs),
    };
  }

  /** Delivers until nothing is left to deliver. */
  async run(): Promise<SimulatedRun> {
    const { clock, queues } = this;
    while (this.#deliveries < this.#maxDeliveries) {
      const batch = this.#running < CONCURRENCY ? queues.receive(BATCH) : [];
      if (batch.length > 0) {
        this.#deliveries += batch.length;
        this.#start(batch);
        await this.reader.look();
        await clock.sleep(this.#injector.below(5));
        continue;
      }
      const nextAt = queues.nextAt();
      const { isLate } = this.#injector;
      if (this.#running === 0 && !isLate && nextAt === Number.POSITIVE_INFINITY) break;
      const untilNextMs = Math.max(1, Math.min(nextAt - clock.now(), isLate ? LATE_POLL_MS : Number.POSITIVE_INFINITY));
      await clock.sleep(this.#running > 0 ? 1 + this.#injector.below(5) : untilNextMs);
    }
    const isLivelock = this.#deliveries >= this.#maxDeliveries;
    return { deliveries: this.#deliveries, isLivelock, struck: this.#injector.struck };
  }

  #start(batch: readonly Delivery[]): void {
    this.#running += 1;
    const queue = batch[0]?.receipt.queue ?? '';
    const handle = this.#handlers[queue];
    if (handle === undefined) throw new Error(`Cannot deliver to ${queue}: the simulation has no such queue`);
    const sandbox = new Sandbox(this.#stale, this.#injector);
    const endsAt = this.clock.now() + TIMEOUT_MS;
    const timer = new AbortController();
    // The work still running when the function's time is over dies with its sandbox.
    void this.clock.sleep(TIMEOUT_MS, timer.signal).then(() => (timer.signal.aborted ? undefined : sandbox.die()));
    const all = batch.map(({ messageId }) => messageId);
    const done = sandbox.run(() => handle(batch, () => endsAt - this.clock.now())).catch(() => all);
    void Promise.race([done, sandbox.died.then(() => all)]).then((back) => {
      timer.abort();
      for (const delivery of batch) {
        if (sandbox.isDead) this.deaths.set(delivery.messageId, (this.deaths.get(delivery.messageId) ?? 0) + 1);
        if (!back.includes(delivery.messageId)) this.queues.acknowledge(delivery.receipt.handle);
        this.queues.ended(delivery);
      }
      this.#running -= 1;
    });
  }
}
