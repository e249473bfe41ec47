import { memberId } from '../core/protocol/ids.ts';
import type { Cell } from '../core/protocol/outcome.ts';
import type { Ports } from '../ports/ports.ts';
import type { Gate } from '../ports/records.ts';
import type { FaultInjector } from './fault-injector.ts';
import { overriding } from './overriding.ts';

/** Makes eventually consistent reads miss, now and then, the writes of the last second. */
export function withStaleReads(ports: Ports, injector: FaultInjector): Ports {
  if (injector.faults.staleRead === 0) return ports;
  const { outcomes, records, clock } = ports;
  const cells = new Map<string, Earlier<Cell>>();
  let gate: Earlier<Gate> | undefined;
  const seen = <T>(now: T, earlier: Earlier<T> | undefined): T => {
    const isBehind = earlier !== undefined && clock.now() - earlier.until < STALE_MS && injector.strikes('staleRead');
    return isBehind ? earlier.value : now;
  };
  return {
    ...ports,
    outcomes: overriding(outcomes, {
      commit: async (params) => {
        const [before = {}] = await outcomes.readMany({ addresses: [params.address] });
        cells.set(params.address.id, { value: before, until: clock.now() });
        return outcomes.commit(params);
      },
      readMany: async (params) => {
        const now = await outcomes.readMany(params);
        return now.map((cell, index) => seen(cell, cells.get(params.addresses[index]?.id ?? '')));
      },
      gather: async (params) => {
        const now = await outcomes.gather(params);
        return params.mayLag === true
          ? now.map((cell, index) => seen(cell, cells.get(memberId(params.join, index))))
          : now;
      },
    }),
    records: overriding(records, {
      revoke: async (params) => {
        gate = { value: await records.gate(), until: clock.now() };
        return records.revoke(params);
      },
      purge: async (params) => {
        gate = { value: await records.gate(), until: clock.now() };
        return records.purge(params);
      },
      gate: async () => seen(await records.gate(), gate),
    }),
  };
}

// --- internal ---

/** How far an eventually consistent read may be behind, in ms. */
const STALE_MS = 1000;

/** A value that stood until a moment ago. */
interface Earlier<T> {
  readonly value: T;
  readonly until: number;
}
