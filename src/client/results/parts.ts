import { replacementBase } from '../../core/protocol/ids.ts';
import type { Cell } from '../../core/protocol/outcome.ts';
import { groupPlaces, partsOf } from '../../core/protocol/parts.ts';
import type { Parts } from '../../core/protocol/parts.ts';
import type { Engine } from '../../engine/engine.ts';

/**
 * Reads the parts of an id, from its items alone: its steps, and the progress of its groups. It does not read the
 * members of a large group. Parts that no worker has begun are not known.
 *
 * @param cell the committed state of the id.
 */
export async function readParts({ outcomes }: Pick<Engine, 'outcomes'>, id: string, cell: Cell): Promise<Parts> {
  const base = cell.next?.kind === 'replace' ? replacementBase(id, cell.next.attempt) : id;
  const steps = await outcomes.steps({ base });
  const found = await Promise.all(
    groupPlaces(base, steps).map(async (join) => {
      const tally = await outcomes.tally({ join });
      return tally === undefined ? [] : [{ join, tally }];
    }),
  );
  return partsOf(base, steps, found.flat());
}
