import { MemoryCloud } from '../../../src/adapters/memory/cloud.ts';
import { SeededNonces } from '../../../src/adapters/memory/seeded-nonces.ts';
import { VirtualClock } from '../../../src/adapters/memory/virtual-clock.ts';
import { consoleLog } from '../../../src/adapters/system/log.ts';
import { makeApp, makeConf } from '../../../src/client/app.ts';
import { ServiceUnavailable } from '../../../src/core/errors/caller.ts';
import { addressOf } from '../../../src/core/protocol/address.ts';
import { encodeMessage } from '../../../src/core/protocol/message-codec.ts';
import type { RunMessage } from '../../../src/core/protocol/message.ts';
import type { AppConf, ClientApp } from '../../../src/core/types/app.ts';
import type { Engine } from '../../../src/engine/engine.ts';
import { loadValue } from '../../../src/engine/inputs.ts';
import type { Delivery } from '../../../src/ports/broker.ts';
import type { Ports } from '../../../src/ports/ports.ts';
import { overriding } from '../../../src/testing/overriding.ts';
import { runBatch } from '../../../src/worker/batch.ts';

/** A worker on a bench: queues without consumers. A test hands each message to the worker. */
export interface Bench {
  readonly app: ClientApp;
  readonly engine: Engine;
  readonly cloud: MemoryCloud;
  readonly clock: VirtualClock;
  /** Up to ten visible messages of the queue, in the form that a function gets. */
  receive(): readonly Delivery[];
  /** Has the worker work on deliveries; answers with the ids of those that are to come back. */
  work(deliveries: readonly Delivery[], seconds?: number): Promise<readonly string[]>;
}

/** The queue of every task on a bench. */
export const QUEUE = 'q';

/**
 * @param change replaces ports, as one that refuses.
 * @param routes those of the app. Default: none, so that the one queue has all tasks.
 * @param options those of the app.
 */
export function makeBench(
  change: (ports: Ports) => Partial<Ports> = () => ({}),
  routes: Readonly<Record<string, string>> = {},
  options: Partial<AppConf> = {},
): Bench {
  const clock = new VirtualClock();
  const cloud = new MemoryCloud({ clock, nonces: new SeededNonces(1), log: consoleLog('silent') });
  const ports = { ...cloud.ports, ...change(cloud.ports) };
  const runtime = {
    clock,
    nonces: ports.nonces,
    log: ports.log,
    ports: () => ports,
    operations: async () => cloud.operations,
    routes: () => routes,
    ownQueue: QUEUE,
  };
  const { app, engine } = makeApp('bench', makeConf(options), runtime);
  return {
    app,
    engine,
    cloud,
    clock,
    receive: () => cloud.queues.receive(QUEUE, 10),
    work: (deliveries, seconds = 60) => {
      const end = clock.now() + seconds * 1000;
      return runBatch(engine, deliveries, () => end - clock.now());
    },
  };
}

/** Has a bench refuse the first outcome of an id that is no member. */
export function refusingOneSettlement(): (ports: Ports) => Partial<Ports> {
  let refusals = 1;
  return ({ outcomes }) => ({
    outcomes: overriding(outcomes, {
      commit: async (params) => {
        if (params.address.seat !== undefined || refusals === 0) return outcomes.commit(params);
        refusals -= 1;
        throw new ServiceUnavailable('throttled');
      },
    }),
  });
}

/** The outcome of an id, with its value read; undefined if it has none. */
export async function outcomeOf({ engine }: Bench, id: string): Promise<unknown> {
  const { outcome } = (await engine.outcomes.read({ address: addressOf(id) })).cell;
  return outcome === undefined ? undefined : { ...outcome, value: await loadValue(engine, outcome.value) };
}

/** One delivery of a body. */
export function deliveryOf(body: string, more: Partial<Delivery> = {}): Delivery {
  return { messageId: 'sqs-1', body, receives: 1, receipt: { queue: QUEUE, handle: 'h' }, ...more };
}

/** The message of one task without anything around it. */
export function messageOf(task: string, more: Partial<RunMessage> = {}): RunMessage {
  return {
    kind: 'run',
    mid: 'm',
    id: 'W',
    base: 'W',
    try: 0,
    frames: [],
    depth: 0,
    until: Date.UTC(2027),
    sig: { task },
    ...more,
  };
}

/** A delivery of the message of one task. */
export function taskDelivery(task: string, more: Partial<RunMessage> = {}, delivery: Partial<Delivery> = {}): Delivery {
  return deliveryOf(encodeMessage(messageOf(task, more)), delivery);
}
