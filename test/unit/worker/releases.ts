import { MemoryCloud } from '../../../src/adapters/memory/cloud.ts';
import { SeededNonces } from '../../../src/adapters/memory/seeded-nonces.ts';
import { VirtualClock } from '../../../src/adapters/memory/virtual-clock.ts';
import { consoleLog } from '../../../src/adapters/system/log.ts';
import { makeApp, makeConf } from '../../../src/client/app.ts';
import { DEAD_LETTER_QUEUE } from '../../../src/core/protocol/limits.ts';
import type { ClientApp } from '../../../src/core/types/app.ts';
import type { AnyTask } from '../../../src/core/types/tasks.ts';
import type { Engine } from '../../../src/engine/engine.ts';
import { makeEngine } from '../../../src/engine/make-engine.ts';
import type { Runtime } from '../../../src/engine/make-engine.ts';
import { makeHandler } from '../../../src/lambda/handler.ts';
import { consumersOf, routesTo } from '../../../src/testing/handlers.ts';
import { buryBatch } from '../../../src/worker/bury.ts';

/** The code of one release: its tasks, by the queue of their function. */
export type Code = (app: ClientApp) => Readonly<Record<string, readonly AnyTask[]>>;

/** A release: an app that calls by its routes, as its own functions do and callers that have not been deployed again. */
export interface Release {
  readonly app: ClientApp;
  readonly engine: Engine;
}

/** A stack in memory whose functions are replaced while messages wait. */
export class Stack {
  readonly clock: VirtualClock = new VirtualClock();
  readonly cloud: MemoryCloud = new MemoryCloud({
    clock: this.clock,
    nonces: new SeededNonces(1),
    log: consoleLog('silent'),
  });

  constructor() {
    const bury = makeEngine(this.#runtime({}), new Map(), makeConf({}));
    this.cloud.consume(DEAD_LETTER_QUEUE, (deliveries, remainingMs) => buryBatch(bury, deliveries, remainingMs));
  }

  /**
   * Replaces functions by those of a release.
   *
   * @param only the functions that are replaced. Default: all.
   */
  deploy(code: Code, only?: readonly string[]): Release {
    let routes: Readonly<Record<string, string>> = {};
    const { app, engine, schedules } = makeApp(
      'shop',
      makeConf({}),
      this.#runtime(() => routes),
    );
    const handlers = Object.fromEntries(
      Object.entries(code(app)).map(([queue, tasks]) => [queue, makeHandler({ engine, schedules }, tasks, () => '')]),
    );
    routes = routesTo(handlers);
    for (const [queue, consume] of Object.entries(consumersOf(handlers)))
      if (only?.includes(queue) !== false) this.cloud.consume(queue, consume);
    return { app, engine };
  }

  #runtime(routes: Runtime['routes'] | Readonly<Record<string, string>>): Runtime {
    const { cloud, clock } = this;
    const { nonces, log } = cloud.ports;
    return {
      clock,
      nonces,
      log,
      ports: () => cloud.ports,
      operations: async () => cloud.operations,
      routes: typeof routes === 'function' ? routes : () => routes,
    };
  }
}
