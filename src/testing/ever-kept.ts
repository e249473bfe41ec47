import { memberId } from '../core/protocol/ids.ts';
import type { Cell } from '../core/protocol/outcome.ts';
import { compact } from '../core/values/compact.ts';
import type { Ports } from '../ports/ports.ts';
import { overriding } from './overriding.ts';
import type { Recorder } from './recorder.ts';

/** Returns the ports of a run that has ended, with the outcomes and values that have expired since. */
export function everKept({ outcomes, payloads, ...others }: Ports, witness: Recorder): Ports {
  const ever = (id: string, cell: Cell | undefined): Cell => compact({ outcome: witness.outcomes.get(id), ...cell });
  return {
    ...others,
    payloads: overriding(payloads, {
      getValue: async ({ ref }) => witness.kept(ref) ?? payloads.getValue({ ref }),
    }),
    outcomes: overriding(outcomes, {
      readMany: async ({ addresses }) => {
        const cells = await outcomes.readMany({ addresses });
        return addresses.map(({ id }, index) => ever(id, cells[index]));
      },
      gather: async ({ join, n }) => {
        const cells = await outcomes.gather({ join, n });
        return cells.map((cell, index) => ever(memberId(join, index), cell));
      },
    }),
  };
}
