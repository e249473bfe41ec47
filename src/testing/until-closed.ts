import { ConfigurationError } from '../core/errors/caller.ts';
import type { Runtime } from '../engine/make-engine.ts';
import type { Operations } from '../ports/operations.ts';
import type { Ports } from '../ports/ports.ts';

/** Returns a runtime on these parts, which refuse everything once the signal has fired. Its log then drops its lines. */
export function runtimeUntilClosed(
  { operations, routes, ...ports }: Ports & { readonly operations: Operations; readonly routes: Routes },
  closed: AbortSignal,
): Runtime {
  const { clock, nonces } = ports;
  const log = untilClosed(ports.log, closed, () => undefined);
  const open = portsUntilClosed({ ...ports, log }, closed);
  const openOperations = untilClosed(operations, closed, refuse);
  return { clock, nonces, log, ports: () => open, operations: async () => openOperations, routes: () => routes };
}

// --- internal ---

type Routes = Readonly<Record<string, string>>;

function portsUntilClosed(ports: Ports, closed: AbortSignal): Ports {
  const { outcomes, payloads, records, places, windows, journal, broker, deliveries, scheduler, celery } = ports;
  return {
    ...ports,
    outcomes: untilClosed(outcomes, closed, refuse),
    payloads: untilClosed(payloads, closed, refuse),
    records: untilClosed(records, closed, refuse),
    places: untilClosed(places, closed, refuse),
    windows: untilClosed(windows, closed, refuse),
    journal: untilClosed(journal, closed, refuse),
    broker: untilClosed(broker, closed, refuse),
    deliveries: untilClosed(deliveries, closed, refuse),
    scheduler: scheduler && untilClosed(scheduler, closed, refuse),
    celery: celery && untilClosed(celery, closed, refuse),
  };
}

/** Returns the same object, with every method replaced once the signal has fired. */
function untilClosed<Target extends object>(target: Target, closed: AbortSignal, then: () => unknown): Target {
  return new Proxy(target, {
    get: (_, name): unknown => {
      const value: unknown = closed.aborted ? then : Reflect.get(target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

async function refuse(): Promise<never> {
  throw new ConfigurationError(
    'Cannot reach a memoryCloud: it is closed, and its tasks still run. Await them before close().',
  );
}
